import { expect, test } from "vitest";
import {
  check,
  type GatewayOptions,
  proxyFiles,
  raise,
  serve,
  sharedFlowFiles,
  step,
  type TestFiles,
} from "./gateway-kit.ts";

const capture = (name: string, collector: string, ref: string, attributes = "") => ({
  [name]: `<DataCapture name="${name}" ${attributes}><Capture><DataCollector>${collector}</DataCollector><Collect ref="${ref}"/></Capture></DataCapture>`,
});
const statistics = {
  SC: '<StatisticsCollector name="SC"><Statistics><Statistic name="verb" ref="request.verb" type="string"/></Statistics></StatisticsCollector>',
};
const inRequest = (...names: readonly string[]) =>
  `<PreFlow><Request>${names.map((name) => step(name)).join("")}</Request></PreFlow>`;
const afterwards = (name: string) => `<PostClientFlow><Response>${step(name)}</Response></PostClientFlow>`;

/** The lines about what requests have collected, when everything has run. */
async function collected(files: TestFiles, path = "/p", options: GatewayOptions = {}) {
  const gateway = await serve(files, options);
  const answer = await gateway.fetch(path);
  await answer.text();
  await gateway.settled();
  return {
    status: answer.status,
    lines: gateway.records.filter(({ event }) => event === "analytics"),
    log: gateway.log,
  };
}

test("what a request collects is one line, whatever collects it where", async () => {
  const flows = `${inRequest("DC1", "SC")}<PostFlow><Response>${step("DC2")}</Response></PostFlow>${afterwards("DC3")}`;
  const policies = {
    ...statistics,
    ...capture("DC1", "dc_path", "proxy.pathsuffix"),
    ...capture("DC2", "dc_status", "response.status.code"),
    ...capture("DC3", "dc_sent", "client.sent.end.timestamp"),
  };
  const { lines } = await collected(proxyFiles("p", { flows, policies }), "/p/x");
  expect(lines).toEqual([
    {
      level: "info",
      event: "analytics",
      environment: "local",
      proxy: "p",
      revision: "3",
      messageid: expect.any(String),
      status: 200,
      captured: { dc_path: "/x", dc_status: 200, dc_sent: expect.any(Number) },
      statistics: { verb: "GET" },
    },
  ]);
});

test("after a fault it has the status of the fault's answer", async () => {
  const flows = `${inRequest("DC", "RF")}`;
  const policies = { ...capture("DC", "dc_verb", "request.verb"), ...raise("RF", 418) };
  const { status, lines } = await collected(proxyFiles("p", { flows, policies }));
  expect(status).toBe(418);
  expect(lines).toMatchObject([{ status: 418, captured: { dc_verb: "GET" } }]);
});

test("a request that collects nothing leaves no line", async () => {
  expect((await collected(proxyFiles("p", { flows: "" }))).lines).toEqual([]);
});

test("a shared flow collects for the proxy that runs it", async () => {
  const files = {
    ...proxyFiles("p", {
      flows: inRequest("FC"),
      policies: { FC: '<FlowCallout name="FC"><SharedFlowBundle>sf</SharedFlowBundle></FlowCallout>' },
    }),
    ...sharedFlowFiles("sf", step("DC"), capture("DC", "dc_verb", "request.verb")),
  };
  expect((await collected(files)).lines).toMatchObject([{ proxy: "p", captured: { dc_verb: "GET" } }]);
});

test("proxies that call each other have a line each, of one transaction", async () => {
  const target =
    "<LocalTargetConnection><APIProxy>q</APIProxy><ProxyEndpoint>default</ProxyEndpoint></LocalTargetConnection>";
  const policies = capture("DC", "dc_proxy", "apiproxy.name");
  const files = {
    ...proxyFiles("p", { flows: inRequest("DC"), policies, target }),
    ...proxyFiles("q", { flows: inRequest("DC"), policies }),
  };
  const { lines } = await collected(files);
  expect(lines).toMatchObject([{ captured: { dc_proxy: "q" } }, { captured: { dc_proxy: "p" } }]);
  expect(lines[0]?.messageid).toBe(lines[1]?.messageid);
});

test.each([
  ["", 500],
  ['continueOnError="true"', 200],
])("what cannot be captured is a fault, and recorded (%s)", async (attributes, expected) => {
  const flows = inRequest("DC");
  const policies = capture("DC", "dc_x", "nobody", attributes);
  const { status, lines } = await collected(proxyFiles("p", { flows, policies }));
  expect(status).toBe(expected);
  expect(lines).toMatchObject([
    {
      captured: {},
      dataCapturePolicyErrors:
        '[{"errorType":"UnresolvedVariable","policyName":"DC","dataCollector":"dc_x"}]',
    },
  ]);
});

test("an environment says where to, and what its data collectors take", async () => {
  const points: AnalyticsEngineDataPoint[] = [];
  const settings = {
    destination: "binding",
    binding: "ANALYTICS",
    dataCollectors: [{ name: "dc_status", type: "INTEGER" }],
  };
  const files = {
    ...proxyFiles("p", {
      flows: afterwards("DC"),
      policies: capture("DC", "dc_status", "response.status.code"),
    }),
    "environments/local/analytics.json": JSON.stringify(settings),
  };
  const ANALYTICS = { writeDataPoint: (point: AnalyticsEngineDataPoint) => points.push(point) };
  const { lines, log } = await collected(files, "/p", { bindings: { ANALYTICS } });
  expect([lines, log]).toEqual([[], []]);
  expect(points).toEqual([
    { indexes: ["local/p"], blobs: ["local", "p", expect.any(String), "{}"], doubles: [200, 200] },
  ]);
});

test.each([
  [[], []],
  [[{ name: "dc_verb", type: "STRING" }], []],
  [[{ name: "dc_other", type: "STRING" }], ["warning DeploymentAssertionError"]],
])("with the data collectors %j the check says %j", (dataCollectors, expected) => {
  const { problems } = check({
    ...proxyFiles("p", { flows: inRequest("DC"), policies: capture("DC", "dc_verb", "request.verb") }),
    "environments/local/analytics.json": JSON.stringify({ destination: "log", dataCollectors }),
  });
  expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
});
