import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { parseTargetServer } from "../../../src/cli/dev/dev-options.ts";
import { sortieInProcess } from "../in-process.ts";

test.each([
  [["--to", "50051"], /A bridge for gRPC needs --listen and --to; one for HTTP needs --config/],
  [["--listen", "9090"], /A bridge for gRPC needs --listen and --to; one for HTTP needs --config/],
  [["--listen", "9090", "--config", "bridge.yaml"], /--listen and --to do not go with --config/],
  [["--config", "missing.yaml"], /missing\.yaml cannot be read: ENOENT/],
  [["--listen", "nowhere", "--to", "50051"], /Write PORT, HOST:PORT or https:\/\/HOST:PORT/],
  [
    ["--listen", "https://127.0.0.1:0", "--to", "50051"],
    /Listening with https needs --listen-cert and --listen-key/,
  ],
  [["--listen", "0", "--to", "50051", "--to-cert", "package.json"], /--to-cert and --to-key belong together/],
  [["--listen", "0", "--to", "50051", "--to-ca", "missing.pem"], /ENOENT.*missing\.pem/],
  [["--listen", "0", "--to", "50051", "--max-message-bytes", "4MiB"], /Write a number of bytes/],
])("bridge %j is refused with what is wrong", async (args, message) => {
  const { status, stderr } = await sortieInProcess(["bridge", ...args]);
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});

test("a port that is in use is named", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const { status, stderr } = await sortieInProcess(["bridge", "--listen", `${port}`, "--to", "50051"]);
  expect(stderr).toContain(`Nothing can listen on 127.0.0.1:${port}`);
  expect(status).toBe(2);
  server.close();
});

test.each([
  [
    "a=grpc://127.0.0.1:9090",
    { protocol: "GRPC", host: "127.0.0.1", port: 9090, sslInfo: { enabled: false } },
  ],
  [
    "a=grpcs://grpc.example",
    { protocol: "GRPC", host: "grpc.example", port: 443, sslInfo: { enabled: true } },
  ],
  ["a=http://127.0.0.1:9090", { protocol: "HTTP", sslInfo: { enabled: false } }],
])("--target-server %s is %j", (text, server) => {
  expect(parseTargetServer(text).server).toMatchObject(server);
});

test.each(["a=grpc://", "a=grpc://host/path", "a=ftp://host"])("--target-server %s is refused", (text) => {
  expect(() => parseTargetServer(text)).toThrow("with scheme and host and without a path");
});
