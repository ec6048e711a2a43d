import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ExampleServices, startExampleServices } from "../../src/cli/example/services.ts";
import { RunningInProcess } from "../cli/in-process.ts";
import { get } from "../cli/sortie.ts";

// One after the other: at the end its services are stopped.
describe("the worked example", { shuffle: false }, () => {
  let services: ExampleServices;
  let dev: RunningInProcess;
  let url: string;

  beforeAll(async () => {
    services = await startExampleServices();
    const targetServers = services.services.map(({ name, url }) => `--target-server=${name}=${url}`);
    vi.stubEnv("GOOGLE_SERVICE_ACCOUNT", services.serviceAccountKey);
    dev = new RunningInProcess(["dev", "policies", "--port", "0", ...targetServers]);
    url = await dev.ready();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await dev?.stop();
    await services?.stop();
  });

  test("puts an order together from three HTTP services and a gRPC service", async () => {
    const { status, text } = await get(`${url}/v1/orders/1001`);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      id: "1001",
      customer: { name: expect.any(String) },
      stock: { available: 42 },
      risk: { score: 7 },
      total: { amount: 412.5, currency: "EUR" },
    });
  });

  test("answers without the days when the carrier does not know the shop", async () => {
    const { text } = await get(`${url}/v1/orders/1001`);
    expect(JSON.parse(text)).toMatchObject({ id: "1001", shipping: { days: null } });
  });

  test("turns an unknown order and an unknown path into its own answers", async () => {
    for (const path of ["/v1/orders/9999", "/v1/orders/1001/unknown"]) {
      const { status, text } = await get(url + path);
      expect(status).toBe(404);
      expect(JSON.parse(text)).toMatchObject({
        error: { code: expect.any(String), message: expect.any(String) },
      });
    }
  });

  test("keeps the customer of an order for a while, so that the next request does without the service", async () => {
    await get(`${url}/v1/orders/1001`);
    await services.services.find(({ name }) => name === "customers")?.stop();
    const { status, text } = await get(`${url}/v1/orders/1001`);
    expect([status, JSON.parse(text)]).toMatchObject([200, { customer: { name: "Acme Tools GmbH" } }]);
    expect((await get(`${url}/v1/orders/1002`)).status).toBe(502);
  });

  test("answers 502 with its own error while the gRPC service is stopped", async () => {
    await services.services.find(({ name }) => name === "fraud-score")?.stop();
    const { status, text } = await get(`${url}/v1/orders/1001`);
    expect([status, JSON.parse(text)]).toMatchObject([502, { error: { code: "upstream_failed" } }]);
  });

  test("answers 503 with its own error while the inventory is stopped", async () => {
    await services.services.find(({ name }) => name === "inventory")?.stop();
    const { status, text } = await get(`${url}/v1/orders/1001`);
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({
      error: { code: expect.any(String), message: expect.any(String) },
    });
  });
});
