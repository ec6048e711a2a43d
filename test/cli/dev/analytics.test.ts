import { afterEach, expect, test } from "vitest";
import { answeringProxy, below } from "../sortie.ts";
import { deploy, startWorker } from "./deployed-worker.ts";

let worker: ReturnType<typeof startWorker> | undefined;
afterEach(() => worker?.miniflare.dispose());

const CAPTURES = 100;

/** A proxy that captures as much as one can, and where it goes to. */
function files(settings: object): Record<string, string> {
  const captures = Array.from(
    { length: CAPTURES },
    (_, index) =>
      `<Capture><DataCollector>dc_${index}</DataCollector><Collect ref="request.header.long"/></Capture>`,
  );
  const proxy = answeringProxy("p", "answered");
  const endpoint = "apiproxy/proxies/default.xml";
  return {
    ...below("apiproxies/p", {
      ...proxy,
      [endpoint]: String(proxy[endpoint]).replace(
        "<PostFlow>",
        "<PreFlow><Request><Step><Name>DC</Name></Step></Request></PreFlow><PostFlow>",
      ),
      "apiproxy/policies/DC.xml": `<DataCapture name="DC">${captures.join("")}</DataCapture>`,
    }),
    "environments/test/analytics.json": JSON.stringify(settings),
  };
}

const long = { headers: { long: "x".repeat(1000) } };

test("an Analytics Engine data set of the Worker takes the largest record", async () => {
  worker = startWorker({ type: "analytics-engine-dataset", name: "analytics" });
  const { miniflare, lines } = worker;
  const listed = Array.from({ length: 16 }, (_, index) => ({ name: `dc_${index}`, type: "STRING" }));
  await deploy(miniflare, files({ destination: "binding", binding: "RECORDS", dataCollectors: listed }));
  expect(await (await miniflare.dispatchFetch("http://gateway/p", long)).text()).toBe("answered");
  expect(lines.filter((line) => !line.includes('"event":"audit"'))).toEqual([]);
});

test("without one it is a line of the Worker's log", async () => {
  worker = startWorker({ type: "queue", name: "calls" });
  const { miniflare, lines } = worker;
  await deploy(miniflare, files({ destination: "log" }));
  expect(await (await miniflare.dispatchFetch("http://gateway/p", long)).text()).toBe("answered");
  await expect.poll(() => lines.length).toBeGreaterThan(0);
  const [line] = lines.map((text) => JSON.parse(text)).filter(({ event }) => event === "analytics");
  expect(line).toMatchObject({ proxy: "p", status: 200, captured: { dc_99: "x".repeat(400) } });
});
