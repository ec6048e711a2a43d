import { describe, expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { planDeployment } from "../../src/environment/deployment.ts";
import { type EnvironmentDocument, parseDocument } from "../../src/environment/document.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { filesOf, plainProxy, sharedFlow, type TestFiles } from "./deployed.ts";

const options = {
  organization: "org",
  now: new Date("2026-01-02T03:04:05Z"),
  advice: "list",
} as const;

const plan = (files: TestFiles, previous: EnvironmentDocument | null = null, extra: object = {}) =>
  planDeployment(readEnvironment(filesOf(files), "test", new Report()), previous, { ...options, ...extra });

/** As KV gives it back. */
const stored = (document: EnvironmentDocument): EnvironmentDocument =>
  parseDocument(JSON.parse(JSON.stringify(document)));

const settings = (name: string, json: unknown) => ({ [`environments/test/${name}`]: JSON.stringify(json) });

describe("a deployment", () => {
  test("has a document that names everything, and a revision for each bundle", async () => {
    const { document, revisions } = await plan({
      ...plainProxy("a", "1", "/a/*"),
      ...sharedFlow("s"),
      ...settings("flowhooks.json", { PreProxyFlowHook: { sharedFlow: "s" } }),
      ...settings("keyvaluemaps.json", [{ name: "m", entry: [{ name: "k", value: "v" }] }]),
    });
    expect({ ...document, proxies: document.proxies.all }).toMatchObject({
      format: 1,
      organization: "org",
      environment: "test",
      generation: 1,
      deployedAt: "2026-01-02T03:04:05.000Z",
      proxies: [{ name: "a", endpoints: [{ name: "default", basePath: "/a/*" }] }],
      sharedFlows: [{ name: "s" }],
      flowHooks: { preProxy: "s" },
      keyValueMaps: { m: { k: "v" } },
    });
    const named = [...document.proxies.all, ...document.sharedFlows].map(({ revision }) => revision);
    expect([...revisions.keys()]).toEqual(named);
    for (const revision of named) expect(revision).toMatch(/^[0-9a-f]{64}$/);
  });

  test("gives the same content the same revision, whenever and in whatever order it is read", async () => {
    const files = plainProxy("a");
    const first = await plan(files);
    const again = await plan(Object.fromEntries(Object.entries(files).reverse()), null, { now: new Date() });
    expect([...again.revisions.keys()]).toEqual([...first.revisions.keys()]);
  });

  test("gives other content another revision", async () => {
    const [one, other] = await Promise.all([plan(plainProxy("a", "1")), plan(plainProxy("a", "2"))]);
    expect([...one.revisions.keys()]).not.toEqual([...other.revisions.keys()]);
  });
});

describe("the hosts that flows may call", () => {
  const files = {
    ...plainProxy("a"),
    "apiproxies/a/apiproxy/targets/t.xml": `<TargetEndpoint name="t"><HTTPTargetConnection>
      <URL>https://named.example.com/x</URL></HTTPTargetConnection></TargetEndpoint>`,
    ...settings("targetservers.json", [{ name: "t", host: "server.example.com", port: 8080 }]),
    ...settings("egress.json", { allow: ["listed.example.com"] }),
  };

  test("are those that bundles name, the target servers, the environment's list, and what is added", async () => {
    const { document } = await plan(files, null, { allow: ["added.example.com"] });
    const { allow, advice } = document.egress;
    expect([allow.join(" "), advice]).toEqual([
      expect.stringMatching(
        /named\.example\.com.* http:\/\/server\.example\.com:8080 listed\.example\.com added\.example\.com$/,
      ),
      "list",
    ]);
  });
});

describe("what a deployment changes", () => {
  const changes = async (before: TestFiles | null, after: TestFiles): Promise<string[]> => {
    const previous = before && stored((await plan(before)).document);
    return (await plan(after, previous)).changes.map(({ kind, what }) => `${kind} ${what}`);
  };

  test("at first is all there is", async () => {
    expect(await changes(null, { ...plainProxy("a"), ...sharedFlow("s") })).toEqual([
      "added proxy a",
      "added shared flow s",
      "added settings",
    ]);
  });

  test("is nothing when nothing changes", async () => {
    const files = {
      ...plainProxy("a"),
      ...sharedFlow("s"),
      ...settings("flowhooks.json", { PostProxyFlowHook: { sharedFlow: "s" } }),
      ...settings("targetservers.json", [{ name: "t", host: "a.example.com", port: 80 }]),
      ...settings("keyvaluemaps.json", [{ name: "m", entry: [{ name: "k", value: "v" }] }]),
    };
    expect(await changes(files, files)).toEqual([
      "unchanged proxy a",
      "unchanged shared flow s",
      "unchanged settings",
    ]);
  });

  test("of the environment's own resources are told as such", async () => {
    const file = (text: string) => ({ "environments/test/resources/properties/p.properties": text });
    expect(await changes(plainProxy("a"), { ...plainProxy("a"), ...file("a=1") })).toEqual([
      "unchanged proxy a",
      "added resources of test",
      "unchanged settings",
    ]);
    const both = [
      { ...plainProxy("a"), ...file("a=1") },
      { ...plainProxy("a"), ...file("a=2") },
    ] as const;
    expect(await changes(...both)).toContain("changed resources of test");
  });

  test("is told by proxy and shared flow", async () => {
    expect(
      await changes(
        { ...plainProxy("a"), ...plainProxy("b"), ...sharedFlow("s") },
        { ...plainProxy("a", "2"), ...plainProxy("c"), ...sharedFlow("t") },
      ),
    ).toEqual([
      "changed proxy a",
      "added proxy c",
      "removed proxy b",
      "added shared flow t",
      "removed shared flow s",
      "unchanged settings",
    ]);
  });

  test.each([
    ["flowhooks.json", { PreProxyFlowHook: { sharedFlow: "s" } }],
    ["targetservers.json", [{ name: "t", host: "a.example.com", port: 80 }]],
    ["keyvaluemaps.json", [{ name: "m" }]],
    ["egress.json", { allow: ["a.example.com"] }],
  ])("is the settings when %s changes", async (name, json) => {
    expect(await changes(plainProxy("a"), { ...plainProxy("a"), ...settings(name, json) })).toEqual([
      "unchanged proxy a",
      "changed settings",
    ]);
  });
});
