/** What happens to a call when the client that it is made for breaks its connection off. */
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, test } from "vitest";
import { bundleGateway, configOf } from "../bench/gateway.ts";
import { startWorker } from "../bench/worker.ts";
import { deploy, httpTarget, proxyFiles } from "../exchange/gateway-kit.ts";

test.each([
  ["are not recorded", '{ "destination": "none" }'],
  ["are recorded", '{ "destination": "log" }'],
])("a call to a target is cancelled when its client leaves, where calls %s", async (_, audit) => {
  const service = createServer().listen(0, "127.0.0.1");
  await once(service, "listening");
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const files = { ...proxyFiles("p", { target: httpTarget(url) }), "environments/local/audit.json": audit };
  const gateway = await startWorker(await bundleGateway(), { config: configOf(await deploy(files)) });
  const client = connect(Number(new URL(gateway.url).port), "127.0.0.1");
  client.on("error", () => {});
  client.write("GET /p HTTP/1.1\r\nHost: gateway.test\r\n\r\n");
  const [, response] = await once(service, "request");
  const left = once(response, "close");
  client.resetAndDestroy();
  await left;
  expect(response.writableEnded).toBe(false);
  await gateway.stop();
  service.close();
});
