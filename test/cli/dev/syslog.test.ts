import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LineReceiver } from "../../servers/line-receiver.ts";
import { answeringProxy, folderWith, get, RunningSortie, repository } from "../sortie.ts";

const certificates = join(repository, "test/servers/certificates");
const certificate = join(certificates, "localhost.cert.pem");

const receiver = new LineReceiver();
const server = createServer(
  { cert: readFileSync(certificate), key: readFileSync(join(certificates, "localhost.key.pem")) },
  (socket) => void receiver.take(socket),
);
beforeAll(async () => {
  server.listen(0, "localhost");
  await once(server, "listening");
});
afterAll(() => server.close());

/** Where the server listens. */
function port(): number {
  return (server.address() as AddressInfo).port;
}

/** A proxy that logs a line to a host, over TLS. */
function proxyThatLogs(host: string, port: number): string {
  const files = answeringProxy("my-proxy", "answered");
  const endpoint = "apiproxy/proxies/default.xml";
  return folderWith({
    ...files,
    [endpoint]: String(files[endpoint]).replace(
      "<RouteRule",
      "<PostClientFlow><Response><Step><Name>ML</Name></Step></Response></PostClientFlow><RouteRule",
    ),
    "apiproxy/policies/ML.xml": `<MessageLogging name="ML">
  <Syslog>
    <Message>{apiproxy.name} {request.queryparam.key}</Message>
    <Host>${host}</Host>
    <Port>${port}</Port>
    <Protocol>TCP</Protocol>
    <SSLInfo><Enabled>true</Enabled></SSLInfo>
  </Syslog>
</MessageLogging>`,
  });
}

function dev(proxy: string, option: readonly string[], certificates: string): RunningSortie {
  const variables = { NODE_EXTRA_CA_CERTS: certificates };
  return new RunningSortie(["dev", proxy, "--port", "0", ...option], repository, variables);
}

const toServer = () => ["--target-server", `syslog=https://localhost:${port()}`];

test.each([
  ["that is a target server", () => proxyThatLogs("localhost", port()), toServer],
  [
    "whose host leads there",
    () => proxyThatLogs("logs.example.com", 6514),
    () => ["--connect-to", `logs.example.com:6514=https://localhost:${port()}`],
  ],
])("a line reaches a syslog server over TLS %s, after the answer", async (_which, proxy, option) => {
  const key = crypto.randomUUID();
  const sortie = dev(proxy(), option(), certificate);
  const url = await sortie.ready();
  expect(await get(`${url}/my-proxy?key=${key}`)).toEqual({ status: 200, text: "answered" });
  expect(await receiver.holding(key)).toMatch(new RegExp(`^<14>.*INFO: my-proxy ${key}\n$`));
  await sortie.stop();
  expect(sortie.output).not.toContain("[failed]");
});

test("one whose certificate nobody vouches for gets nothing", async () => {
  const sortie = dev(proxyThatLogs("localhost", port()), toServer(), "");
  const url = await sortie.ready();
  expect((await get(`${url}/my-proxy`)).status).toBe(200);
  await sortie.prints(/\[failed\] ML: .*(?:not valid|not reachable)/);
  await sortie.stop();
});
