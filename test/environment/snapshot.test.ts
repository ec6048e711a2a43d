import { describe, expect, test } from "vitest";
import { currentKey, type EnvironmentDocument, revisionKey } from "../../src/environment/document.ts";
import type { Snapshot } from "../../src/environment/snapshot.ts";
import { plainProxy, sharedFlow, snapshotOf, type TestFiles, TestStore } from "./deployed.ts";

/** A snapshot of the files, and the revisions that it read. */
async function snapshot(...files: TestFiles[]) {
  const store = new TestStore();
  const document = await store.deploy(1, ...files);
  const read: string[] = [];
  const made = snapshotOf(document, async (revision) => {
    read.push(revision);
    const zip = store.values.get(revisionKey(revision));
    if (!(zip instanceof ArrayBuffer)) throw new Error(`no revision ${revision}`);
    return new Uint8Array(zip);
  });
  return { made, read, store, document };
}

const lifetime = { waitUntil: () => {} };

const deployed = (made: Snapshot, path: string) => {
  const match = made.match(path);
  if (!match) throw new Error(`nothing serves ${path}`);
  return match.value;
};

const twoEndpoints = {
  "apiproxies/two/apiproxy/two.xml": '<APIProxy name="two" revision="1"/>',
  ...Object.fromEntries(
    ["v1", "v2"].map((name) => [
      `apiproxies/two/apiproxy/proxies/${name}.xml`,
      `<ProxyEndpoint name="${name}"><HTTPProxyConnection><BasePath>/two/${name}</BasePath></HTTPProxyConnection>
        <RouteRule name="none"/></ProxyEndpoint>`,
    ]),
  ),
};

describe("finding a proxy endpoint", () => {
  test("by path takes the longest base path", async () => {
    const { made } = await snapshot(plainProxy("a", "1", "/a"), plainProxy("b", "1", "/a/b"));
    expect(made.match("/a/b/c")).toMatchObject({ basePath: "/a/b", pathSuffix: "/c" });
    expect(made.match("/a/c")).toMatchObject({ basePath: "/a", pathSuffix: "/c" });
    expect(made.match("/c")).toBeNull();
  });

  test("by name takes the named endpoint, or the first", async () => {
    const { made } = await snapshot(twoEndpoints);
    expect([
      made.find("two", null)?.basePath,
      made.find("two", "v2")?.basePath,
      made.find("two", "v3"),
      made.find("three", null),
    ]).toEqual(["/two/v1", "/two/v2", null, null]);
  });
});

describe("a program", () => {
  test("is compiled when it is asked for, once, with all endpoints of its proxy", async () => {
    const { made, read } = await snapshot(twoEndpoints, plainProxy("a"));
    expect([read, made.active]).toEqual([[], []]);
    const [first, again, second] = await Promise.all([
      made.program(deployed(made, "/two/v1"), lifetime),
      made.program(deployed(made, "/two/v1"), lifetime),
      made.program(deployed(made, "/two/v2"), lifetime),
    ]);
    expect(first).toBe(again);
    expect([first.identity.endpoint, second.identity.endpoint]).toEqual(["v1", "v2"]);
    expect([read.length, made.active]).toEqual([1, ["two"]]);
    expect(made.program(deployed(made, "/two/v1"), lifetime)).toBe(first);
  });

  test("knows where it is deployed", async () => {
    const { made } = await snapshot(plainProxy("a", "7"));
    const { identity } = await made.program(deployed(made, "/a"), lifetime);
    expect(identity).toMatchObject({
      organization: "org",
      environment: "test",
      proxy: "a",
      revision: "7",
      endpoint: "default",
      basePath: "/a",
    });
  });

  test("goes on being compiled when the client that asked for it leaves", async () => {
    const { made } = await snapshot(plainProxy("a"));
    const background: Promise<unknown>[] = [];
    void made.program(deployed(made, "/a"), { waitUntil: (work) => void background.push(work) });
    await Promise.all(background);
    expect(made.active).toEqual(["a"]);
  });

  test("that could not be compiled is tried again, and nothing in the background fails", async () => {
    const { made, store, document } = await snapshot(plainProxy("a"));
    const key = revisionKey(document.proxies.all[0]?.revision ?? "");
    const zip = store.values.get(key);
    store.values.delete(key);
    const background: Promise<unknown>[] = [];
    const asking = { waitUntil: (work: Promise<unknown>) => void background.push(work) };
    await expect(made.program(deployed(made, "/a"), asking)).rejects.toThrow("no revision");
    await Promise.all(background);
    store.values.set(key, zip);
    await expect(made.program(deployed(made, "/a"), asking)).resolves.toMatchObject({});
  });
});

test("the environment's resources are read once for all proxies, and again after a failure", async () => {
  const file = { "environments/test/resources/properties/p.properties": "a=1" };
  const { made, read, store, document } = await snapshot(plainProxy("a"), plainProxy("b"), file);
  const { resources } = document;
  const zip = store.values.get(revisionKey(resources ?? ""));
  store.values.delete(revisionKey(resources ?? ""));
  await expect(made.program(deployed(made, "/a"), lifetime)).rejects.toThrow("no revision");
  store.values.set(revisionKey(resources ?? ""), zip);
  const programs = ["/a", "/b"].map((path) => made.program(deployed(made, path), lifetime));
  for (const { identity } of await Promise.all(programs)) {
    expect(identity.propertySets).toEqual(new Map([["p", new Map([["a", "1"]])]]));
  }
  expect(read.filter((revision) => revision === resources)).toHaveLength(2);
});

describe("shared flows", () => {
  const withHook = (name: string) => ({
    "environments/test/flowhooks.json": JSON.stringify({ PreProxyFlowHook: { sharedFlow: name } }),
  });

  test("that a proxy needs are read with it, and no others", async () => {
    const { made, read, document } = await snapshot(
      plainProxy("a"),
      withHook("outer"),
      sharedFlow("outer", "inner"),
      sharedFlow("inner"),
      sharedFlow("other"),
    );
    await made.program(deployed(made, "/a"), lifetime);
    const revisions = new Map(
      [...document.proxies.all, ...document.sharedFlows].map(({ name, revision }) => [revision, name]),
    );
    expect(read.map((revision) => revisions.get(revision))).toEqual(["a", "outer", "inner"]);
  });

  test("that call each other in a circle are refused, and reading them ends", async () => {
    const { made } = await snapshot(
      plainProxy("a"),
      withHook("outer"),
      sharedFlow("outer", "inner"),
      sharedFlow("inner", "outer"),
    );
    await expect(made.program(deployed(made, "/a"), lifetime)).rejects.toThrow("calls itself");
  });

  test("are known by the folders that they were deployed under as well as by their own names", async () => {
    const renamed = (name: string, calls?: string) =>
      Object.fromEntries(
        Object.entries(sharedFlow(name, calls)).map(([path, text]) => [
          path.replace(`/${name}/`, `/${name}-folder/`),
          text,
        ]),
      );
    const { made, read } = await snapshot(
      plainProxy("a"),
      withHook("outer-folder"),
      renamed("outer", "inner-folder"),
      renamed("inner", "last"),
      renamed("last"),
    );
    expect(made.document.sharedFlows.map(({ name, aliases }) => [name, ...aliases])).toEqual([
      ["inner", "inner-folder"],
      ["last", "last-folder"],
      ["outer", "outer-folder"],
    ]);
    await made.program(deployed(made, "/a"), lifetime);
    expect(read).toHaveLength(4);
  });

  test("that call each other in a circle by two names are refused as well", async () => {
    const { made } = await snapshot(plainProxy("a"), withHook("outer"), {
      ...sharedFlow("outer", "folder"),
      ...Object.fromEntries(
        Object.entries(sharedFlow("inner", "outer")).map(([path, text]) => [
          path.replace("/inner/", "/folder/"),
          text,
        ]),
      ),
    });
    await expect(made.program(deployed(made, "/a"), lifetime)).rejects.toThrow(
      "calls itself: outer -> inner -> outer",
    );
  });

  test("that could not be read are tried again", async () => {
    const { made, store, document } = await snapshot(plainProxy("a"), withHook("s"), sharedFlow("s"));
    const key = revisionKey(document.sharedFlows[0]?.revision ?? "");
    const zip = store.values.get(key);
    store.values.delete(key);
    await expect(made.program(deployed(made, "/a"), lifetime)).rejects.toThrow("no revision");
    store.values.set(key, zip);
    await expect(made.program(deployed(made, "/a"), lifetime)).resolves.toMatchObject({});
  });
});

test("a target server that nobody can read is left out, and the others stay", async () => {
  const store = new TestStore();
  const document = await store.deploy(1, plainProxy("a"));
  const broken: EnvironmentDocument = { ...document, targetServers: ["nonsense", null, { name: "x" }] };
  expect(() => snapshotOf(broken, () => Promise.reject(new Error("never")))).not.toThrow();
  expect(store.values.has(currentKey("test"))).toBe(true);
});
