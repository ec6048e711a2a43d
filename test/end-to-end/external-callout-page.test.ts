import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readTargetServer } from "../../src/egress/target-server.ts";
import { below, folderWith, get, RunningSortie, repository } from "../cli/sortie.ts";

const page = readFileSync(join(repository, "docs/external-callout.md"), "utf8");

/** The code blocks of the page in one language. */
function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\\b[^\\n]*\\n(.*?)\`\`\``, "gs"))].map(
    ([, code]) => code ?? "",
  );
}

/** The arguments of the page's `npx sortie` command that begins so, with other ports. */
function command(start: string, ports: Readonly<Record<string, number>>): string[] {
  const line = blocks("sh")
    .join("")
    .split("\n")
    .find((text) => text.startsWith(`npx sortie ${start}`));
  const moved = (line ?? "").replace(/\b(?:50051|9090)\b/g, (port) => String(ports[port]));
  return moved.split(" ").slice(2);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}

const running: RunningSortie[] = [];
let server: ChildProcess;
const ports: Record<string, number> = {};

beforeAll(async () => {
  for (const port of ["50051", "9090"]) ports[port] = await freePort();
  const [code = ""] = blocks("js");
  server = spawn(process.execPath, ["--input-type=module", "-"], {
    cwd: repository,
    stdio: ["pipe", "pipe", "inherit"],
  });
  server.stdin?.end(code.replace("50051", String(ports["50051"])));
  const ended = once(server, "exit").then(() => Promise.reject(new Error("the server of the page ended")));
  await Promise.race([server.stdout && once(server.stdout, "data"), ended]);
  ended.catch(() => {});
});

afterAll(async () => {
  for (const sortie of running) await sortie.stop();
  server.kill();
});

test("the server has no more than ten lines", () => {
  const lines = (blocks("js")[0] ?? "").trim().split("\n");
  expect(lines.filter((line) => line !== "").length).toBeLessThanOrEqual(10);
});

test("the server, the bridge and the policy of the page work together", async () => {
  const bridge = new RunningSortie(command("bridge", ports));
  running.push(bridge);
  await bridge.prints(/Ctrl\+C stops/);
  const [callout = "", greeting = ""] = blocks("xml");
  const files = below("my-proxy/apiproxy", {
    "my-proxy.xml": '<APIProxy name="my-proxy"/>',
    "proxies/default.xml": `<ProxyEndpoint name="default">
      <PreFlow><Request><Step><Name>EC-Greeting</Name></Step></Request></PreFlow>
      <PostFlow><Response><Step><Name>AM-Greeting</Name></Step></Response></PostFlow>
      <HTTPProxyConnection><BasePath>/hello</BasePath></HTTPProxyConnection>
      <RouteRule name="none"/>
    </ProxyEndpoint>`,
    "policies/EC-Greeting.xml": callout,
    "policies/AM-Greeting.xml": greeting,
  });
  const dev = new RunningSortie([...command("dev", ports), "--port", "0"], folderWith(files));
  running.push(dev);
  expect(await get(`${await dev.ready()}/hello`)).toEqual({ status: 200, text: "GET to you, too" });
});

test("the bridge of the page listens with TLS", async () => {
  const certificates = join(repository, "test/servers/certificates");
  const [cert, key] = ["localhost.cert.pem", "localhost.key.pem"].map((name) => join(certificates, name));
  const given = command("bridge --listen https", ports).map((argument) =>
    argument
      .replace("fullchain.pem", cert ?? "")
      .replace("privkey.pem", key ?? "")
      .replace(/0\.0\.0\.0:8443/, "127.0.0.1:0"),
  );
  const bridge = new RunningSortie(given);
  running.push(bridge);
  await bridge.prints(/listens on https:/);
});

test("the target servers of the page have no problem", () => {
  const entities = blocks("json").flatMap((json) => JSON.parse(json));
  expect(entities).toHaveLength(2);
  for (const entity of entities)
    expect(readTargetServer(entity)).toMatchObject({ problems: [], server: { protocol: "GRPC" } });
});
