import { expect, test } from "vitest";
import { proxyFiles, serve, setHeader, sharedFlowFiles, step, type TestFiles } from "./gateway-kit.ts";

const reading = setHeader("Read", "x-read", "{propertyset.limits.most:none} {propertyset.limits.least:none}");
const call = {
  Call: '<FlowCallout name="Call"><SharedFlowBundle>shared</SharedFlowBundle></FlowCallout>',
};
const set = (folder: string, text: string) => ({
  [`${folder}/resources/properties/limits.properties`]: text,
});
const inFlow = set("sharedflows/shared/sharedflowbundle", "most=flow");
const inProxy = set("apiproxies/p/apiproxy", "most=proxy");
const inEnvironment = set("environments/local", "most=environment\nleast=environment");

/** What a policy of the proxy and one of the shared flow that it calls read. */
async function readOf(files: TestFiles): Promise<[proxy: string | null, sharedFlow: string | null]> {
  const read = async (steps: string) => {
    const gateway = await serve({
      ...proxyFiles("p", {
        flows: `<PreFlow><Response>${steps}</Response></PreFlow>`,
        policies: { ...reading, ...call },
      }),
      ...sharedFlowFiles("shared", step("Read"), reading),
      ...files,
    });
    return (await gateway.fetch("/p")).headers.get("x-read");
  };
  return [await read(step("Call") + step("Read")), await read(step("Call"))];
}

test.each<[string, TestFiles, string, string]>([
  ["nowhere", {}, "none none", "none none"],
  ["in the environment", inEnvironment, "environment environment", "environment environment"],
  ["in the proxy", inProxy, "proxy none", "proxy none"],
  ["in the shared flow", inFlow, "none none", "flow none"],
  ["in the proxy and the environment", { ...inProxy, ...inEnvironment }, "proxy none", "proxy none"],
  [
    "in the shared flow and the environment",
    { ...inFlow, ...inEnvironment },
    "environment environment",
    "flow none",
  ],
  ["everywhere", { ...inFlow, ...inProxy, ...inEnvironment }, "proxy none", "flow none"],
])("a property set that is %s: the nearest one counts, as a whole", async (_, files, proxy, sharedFlow) => {
  expect(await readOf(files)).toEqual([proxy, sharedFlow]);
});

test("a flow hook's shared flow has its own property sets, and a condition can ask for one", async () => {
  const gateway = await serve({
    ...proxyFiles("p", {}),
    ...sharedFlowFiles("shared", step("Read", 'propertyset.limits.most = "flow"'), reading),
    ...inFlow,
    "environments/local/flowhooks.json": '{"PostProxyFlowHook":{"sharedFlow":"shared"}}',
  });
  expect((await gateway.fetch("/p")).headers.get("x-read")).toBe("flow none");
});

test("a script of the environment runs where the bundle has none of that name", async () => {
  const script = '<Javascript name="JS"><ResourceURL>jsc://main.js</ResourceURL></Javascript>';
  const proxy = (name: string) =>
    proxyFiles(name, {
      flows: `<PreFlow><Response>${step("JS")}</Response></PreFlow>`,
      policies: { JS: script },
    });
  const gateway = await serve({
    ...proxy("p"),
    ...proxy("q"),
    "environments/local/resources/jsc/main.js": "response.content = 'environment'",
    "apiproxies/q/apiproxy/resources/jsc/main.js": "response.content = 'bundle'",
  });
  const texts = ["/p", "/q"].map(async (path) => (await gateway.fetch(path)).text());
  expect(await Promise.all(texts)).toEqual(["environment", "bundle"]);
});
