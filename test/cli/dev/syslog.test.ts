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

/** A proxy that logs a line to a host of this machine, over TLS. */
function proxyThatLogs(): string {
  const { port } = server.address() as AddressInfo;
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
    <Message>{apiproxy.name} {response.content}</Message>
    <Host>localhost</Host>
    <Port>${port}</Port>
    <Protocol>TCP</Protocol>
    <SSLInfo><Enabled>true</Enabled></SSLInfo>
  </Syslog>
</MessageLogging>`,
  });
}

function dev(variables: Readonly<Record<string, string>>): RunningSortie {
  const { port } = server.address() as AddressInfo;
  const options = ["--port", "0", "--target-server", `syslog=https://localhost:${port}`];
  return new RunningSortie(["dev", proxyThatLogs(), ...options], repository, variables);
}

test("a line reaches a syslog server over TLS whose certificate is trusted, after the answer", async () => {
  const sortie = dev({ NODE_EXTRA_CA_CERTS: certificate });
  const url = await sortie.ready();
  expect(await get(`${url}/my-proxy`)).toEqual({ status: 200, text: "answered" });
  expect(await receiver.holding("my-proxy")).toMatch(/^<14>.*INFO: my-proxy answered\n$/);
  await sortie.stop();
  expect(sortie.output).not.toContain("message-logging.failed");
});

test("one whose certificate nobody vouches for gets nothing", async () => {
  const sortie = dev({ NODE_EXTRA_CA_CERTS: "" });
  const url = await sortie.ready();
  expect((await get(`${url}/my-proxy`)).status).toBe(200);
  await sortie.prints(/message-logging\.failed.*not valid|message-logging\.failed.*not reachable/);
  await sortie.stop();
});
