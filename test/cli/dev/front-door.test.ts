import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { FrontDoor } from "../../../src/cli/dev/front-door.ts";
import { freePort, listenOnLoopback } from "../../../src/cli/loopback.ts";

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

/** A door to a server that does that with each connection; where the door is. */
async function doorTo(handle: (socket: Socket) => void): Promise<{ door: FrontDoor; port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => handle(socket.on("error", () => {})));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(server);
  const port = await freePort(0);
  const door = await FrontDoor.open(port, portOf(server));
  opened.push(door);
  return { door, port };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

async function read(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}

const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

test.each(["127.0.0.1", "::1", "localhost"])(
  "hands on every byte, both ways and half closed, at %s",
  async (host) => {
    const { port } = await doorTo(async (socket) => {
      const got = await read(socket);
      socket.end(Buffer.from(`got ${got}`, "latin1"));
    });
    const client = connect({ port, host, allowHalfOpen: true });
    client.end(bytes);
    expect(await read(client)).toBe(`got ${bytes.toString("latin1")}`);
  },
);

test("breaks off on one side what breaks off on the other", async () => {
  const gone = Promise.withResolvers<void>();
  const { port } = await doorTo((socket) => {
    socket.once("data", () => socket.resetAndDestroy());
    socket.on("close", () => gone.resolve());
  });
  const client = connect(port, "127.0.0.1").on("error", () => {});
  client.write("x");
  await Promise.all([once(client, "close"), gone.promise]);

  const left = Promise.withResolvers<Error>();
  const other = await doorTo((socket) => {
    socket.write("hello");
    socket.resume().on("error", (error) => left.resolve(error));
  });
  const leaver = connect(other.port, "127.0.0.1");
  await once(leaver, "data");
  leaver.resetAndDestroy();
  // A mere end would be that of what a client has to say, after which it waits for an answer.
  expect(await left.promise).toMatchObject({ code: "ECONNRESET" });
});

test("a connection is closed when nothing is behind the door", async () => {
  const port = await freePort(0);
  opened.push(await FrontDoor.open(port, await freePort(0)));
  const client = connect(port, "127.0.0.1").on("error", () => {});
  await once(client, "close");
});

test("a free port is taken when the door opens, and is known from then on", async () => {
  const { door: first } = await doorTo((socket) => socket.end("hello"));
  const behind = first.port;
  const door = await FrontDoor.open(0, behind);
  opened.push(door);
  const [data] = await once(connect(door.port, "127.0.0.1"), "data");
  expect(String(data)).toBe("hello");
});

test("closing it ends what is open", async () => {
  const { door, port } = await doorTo((socket) => socket.write("hello"));
  const client = connect(port, "127.0.0.1").on("error", () => {});
  await once(client, "data");
  await door.close();
  await once(client, "close");
  const late = connect(port, "127.0.0.1");
  const [error] = await once(late, "error");
  expect(error.code).toBe("ECONNREFUSED");
});

test.each(["127.0.0.1", "::1"])("a port that somebody has on %s alone is in use", async (address) => {
  const squatter = createServer();
  squatter.listen(0, address);
  await once(squatter, "listening");
  opened.push(squatter);
  const port = portOf(squatter);
  await expect(freePort(port)).rejects.toThrow(`Port ${port} is in use. Choose another one with --port.`);
  await expect(FrontDoor.open(port, 1)).rejects.toThrow(`Port ${port} is in use`);
  // Nothing of the failed try is left.
  const other = address === "::1" ? "127.0.0.1" : "::1";
  const [error] = await once(connect(port, other), "error");
  expect(error.code).toBe("ECONNREFUSED");
});

test("all addresses get the same free port", async () => {
  const { port, servers } = await listenOnLoopback(() => createServer(), 0);
  opened.push(...servers);
  expect(servers.map(portOf)).toEqual([port, port]);
});
