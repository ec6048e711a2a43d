import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { currentKey, revisionKey } from "../../src/environment/document.ts";
import { KV_TIMEOUT_MS, REFRESH_AFTER_MS, RETRY_AFTER_MS } from "../../src/environment/environment.ts";
import { plainProxy, sharedFlow, TestEnvironment } from "./deployed.ts";

const current = currentKey("test");

let log: string[] = [];

beforeEach(() => {
  log = [];
  vi.spyOn(console, "error").mockImplementation((line: string) => void log.push(line));
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** An environment with the first revision of proxy `a` in use. */
async function serving(...files: Parameters<TestEnvironment["store"]["deploy"]>[1][]) {
  const test = new TestEnvironment();
  await test.store.deploy(1, ...(files.length > 0 ? files : [plainProxy("a")]));
  await test.revision("/a");
  test.store.reads.length = 0;
  return test;
}

/** Lets the time for a look at KV come, and the look end. */
async function refreshed(test: TestEnvironment): Promise<void> {
  test.now += REFRESH_AFTER_MS;
  await test.revision("/a");
  await test.settled();
}

describe("reads of KV", () => {
  test("the first request reads the deployed document and the proxy's revision", async () => {
    const test = new TestEnvironment();
    await test.store.deploy(1, plainProxy("a"), plainProxy("b"));
    expect(await test.revision("/a/x")).toBe("1");
    expect(test.store.newReads).toEqual([current, "revision"]);
  });

  test("a steady request reads nothing, and does not wait", async () => {
    const test = await serving();
    test.now = REFRESH_AFTER_MS - 1;
    expect(test.environment.endpoint(new URL("http://gateway.test/a"), test.now, test)).toMatchObject({
      pathSuffix: "",
    });
    expect(test.environment.endpoint(new URL("http://gateway.test/none"), test.now, test)).toBeNull();
    expect(test.store.newReads).toEqual([]);
  });

  test("a look at KV in the background reads the document only, and no request waits for it", async () => {
    const test = await serving();
    test.now = REFRESH_AFTER_MS;
    expect(test.environment.endpoint(new URL("http://gateway.test/a"), test.now, test)).not.toBeInstanceOf(
      Promise,
    );
    expect(test.environment.endpoint(new URL("http://gateway.test/a"), test.now, test)).not.toBeInstanceOf(
      Promise,
    );
    await test.settled();
    expect(test.store.newReads).toEqual([current]);
  });

  test("first requests at the same time share one reading and one compilation", async () => {
    const test = new TestEnvironment();
    await test.store.deploy(1, plainProxy("a"));
    const found = await Promise.all(
      Array.from({ length: 10 }, () =>
        test.environment.endpoint(new URL("http://gateway.test/a"), test.now, test),
      ),
    );
    expect(test.store.newReads).toEqual([current, "revision"]);
    expect(new Set(found.map((serving) => serving?.program)).size).toBe(1);
  });

  test("what cannot change may be kept for a day, the current state for half a minute", async () => {
    const test = new TestEnvironment();
    const { proxies } = await test.store.deploy(1, plainProxy("a"));
    await test.revision("/a");
    expect(test.store.reads).toEqual([
      { key: current, cacheTtl: 30 },
      { key: revisionKey(proxies.all[0]?.revision ?? ""), cacheTtl: 86_400 },
    ]);
  });

  test("shared flows are read once for all proxies, also those that shared flows call", async () => {
    const hooks = { "environments/test/flowhooks.json": '{"PreProxyFlowHook":{"sharedFlow":"outer"}}' };
    const flows = [sharedFlow("outer", "inner"), sharedFlow("inner"), sharedFlow("unused")];
    const test = await serving(plainProxy("a"), plainProxy("b"), hooks, ...flows);
    expect(await test.revision("/b")).toBe("1");
    expect(test.store.newReads).toEqual(["revision"]);
  });

  test("go on when the client that began them leaves", async () => {
    const test = new TestEnvironment();
    await test.store.deploy(1, plainProxy("a"));
    void test.environment.endpoint(new URL("http://gateway.test/a"), test.now, test);
    await test.settled();
    expect(test.environment.endpoint(new URL("http://gateway.test/a"), test.now, test)).not.toBeNull();
    expect(test.store.newReads[0]).toBe(current);
  });
});

describe("a new deployment", () => {
  test("takes over after a look at KV in the background", async () => {
    const test = await serving();
    await test.store.deploy(2, plainProxy("a", "2"), plainProxy("b"));
    expect([await test.revision("/a"), await test.revision("/b")]).toEqual(["1", null]);
    await refreshed(test);
    expect([await test.revision("/a"), await test.revision("/b")]).toEqual(["2", "1"]);
  });

  test("has what is in use compiled before it takes over, so that no request waits", async () => {
    const test = await serving(plainProxy("a"), plainProxy("unused"));
    await test.store.deploy(2, plainProxy("a", "2"), plainProxy("unused", "2"));
    await refreshed(test);
    expect(test.store.newReads).toEqual([current, "revision"]);
    expect(test.environment.endpoint(new URL("http://gateway.test/a"), test.now, test)).not.toBeInstanceOf(
      Promise,
    );
  });

  test("can be asked for at once", async () => {
    const test = await serving();
    await test.store.deploy(2, plainProxy("a", "2"));
    await test.environment.refresh(test.now);
    expect(await test.revision("/a")).toBe("2");
  });

  test("that is asked for during a look is not missed", async () => {
    const test = await serving();
    const before = test.store.values.get(current);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    test.store.answer = () => promise;
    test.now = REFRESH_AFTER_MS;
    await test.revision("/a");
    await test.store.deploy(2, plainProxy("a", "2"));
    const asked = test.environment.refresh(test.now);
    test.store.answer = null;
    resolve(before);
    await asked;
    expect(await test.revision("/a")).toBe("2");
  });

  test("may be a former one", async () => {
    const test = await serving();
    const first = test.store.values.get(current);
    await test.store.deploy(2, plainProxy("a", "2"));
    await refreshed(test);
    test.store.values.set(current, first);
    await refreshed(test);
    expect(await test.revision("/a")).toBe("1");
  });

  test("is told from another one with the same number by its time", async () => {
    const test = await serving();
    const document = await test.store.deploy(2, plainProxy("a", "2"));
    test.store.values.set(current, { ...document, generation: 1 });
    await refreshed(test);
    expect(await test.revision("/a")).toBe("2");
  });

  test("takes away what is no longer deployed", async () => {
    const test = await serving(plainProxy("a"), plainProxy("b"));
    await test.store.deploy(2, plainProxy("b"));
    await refreshed(test);
    expect([await test.revision("/a"), await test.revision("/b")]).toEqual([null, "1"]);
  });
});

/** Trouble while a good state is in memory: the read of a key goes wrong. */
const troubles: [title: string, trouble: (test: TestEnvironment) => unknown][] = [
  ["a missing document", ({ store }) => store.values.delete(current)],
  ["a document that is no object", ({ store }) => store.values.set(current, "nonsense")],
  ["a document of another format", ({ store }) => store.values.set(current, { format: 2 })],
  [
    "a document with a part missing",
    async ({ store }) => store.values.set(current, { ...(await store.deploy(2)), proxies: undefined }),
  ],
  ["a rejected read", ({ store }) => (store.answer = () => Promise.reject(new Error("KV GET failed: 500")))],
  [
    "a value that is not JSON",
    ({ store }) => (store.answer = () => Promise.reject(new SyntaxError("Unexpected token < in JSON"))),
  ],
  [
    "a missing revision",
    async ({ store }) => {
      await store.deploy(2, plainProxy("a", "2"));
      for (const key of store.values.keys()) if (key !== current) store.values.delete(key);
    },
  ],
  [
    "a revision that is no zip",
    async ({ store }) => {
      const { proxies } = await store.deploy(2, plainProxy("a", "2"));
      store.values.set(
        revisionKey(proxies.all[0]?.revision ?? ""),
        new TextEncoder().encode("no zip").buffer,
      );
    },
  ],
  [
    "a revision that is no proxy",
    async ({ store }) => {
      const { proxies, sharedFlows } = await store.deploy(2, plainProxy("a", "2"), sharedFlow("s"));
      const wrong = store.values.get(revisionKey(sharedFlows[0]?.revision ?? ""));
      store.values.set(revisionKey(proxies.all[0]?.revision ?? ""), wrong);
    },
  ],
  [
    "a revision without the endpoint that the document names",
    async ({ store }) => {
      const document = await store.deploy(2, plainProxy("a", "2"));
      const proxies = document.proxies.all.map((proxy) => ({
        ...proxy,
        endpoints: [...proxy.endpoints, { name: "other", basePath: "/other" }],
      }));
      store.values.set(current, { ...document, proxies });
    },
  ],
  [
    "a revision that cannot be compiled",
    ({ store }) =>
      store.deploy(2, plainProxy("a", "2"), {
        "apiproxies/a/apiproxy/policies/P.xml": "<NoSuchPolicy name='P'/>",
        "apiproxies/a/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
          <PreFlow><Request><Step><Name>P</Name></Step></Request></PreFlow>
          <HTTPProxyConnection><BasePath>/a</BasePath></HTTPProxyConnection>
          <RouteRule name="none"/></ProxyEndpoint>`,
      }),
  ],
];

describe("the last good state goes on serving after", () => {
  test.each(troubles)("%s", async (_title, trouble) => {
    const test = await serving();
    await trouble(test);
    await refreshed(test);
    expect(await test.revision("/a")).toBe("1");
    expect(log.map((line) => JSON.parse(line))).toEqual([
      { level: "error", event: "configuration-trouble", environment: "test", error: expect.any(String) },
    ]);
  });

  test("a read that takes too long", async () => {
    const test = await serving();
    test.store.answer = () => new Promise(() => {});
    test.now = REFRESH_AFTER_MS;
    expect(await test.revision("/a")).toBe("1");
    test.clock.pass(KV_TIMEOUT_MS);
    await test.settled();
    expect(log[0]).toContain("KV did not answer in 5000 ms");
    expect(await test.revision("/a")).toBe("1");
  });

  test("trouble, until KV is well again", async () => {
    const test = await serving();
    test.store.answer = () => Promise.reject(new Error("KV GET failed: 500"));
    await refreshed(test);
    test.store.answer = null;
    await test.store.deploy(2, plainProxy("a", "2"));
    await refreshed(test);
    expect(await test.revision("/a")).toBe("2");
  });

  test("trouble, with no more looks at KV than without", async () => {
    const test = await serving();
    test.store.values.delete(current);
    await refreshed(test);
    await test.revision("/a");
    await test.revision("/a");
    expect(test.store.newReads).toEqual([current]);
  });

  test("a read that is done leaves no timer behind", async () => {
    const test = await serving();
    expect(test.clock.armed).toBe(0);
  });
});

describe("a proxy that the new state cannot load", () => {
  /** Proxy b was not in use when the state without its revision took over. */
  async function withoutRevision() {
    const test = await serving(plainProxy("a"), plainProxy("b"));
    const { proxies } = await test.store.deploy(2, plainProxy("a"), plainProxy("b", "2"), plainProxy("c"));
    const keys = new Map(proxies.all.map(({ name, revision }) => [name, revisionKey(revision)]));
    const values = new Map([...keys].map(([name, key]) => [name, test.store.values.get(key)]));
    for (const name of ["b", "c"]) test.store.values.delete(keys.get(name) ?? "");
    await refreshed(test);
    test.store.reads.length = 0;
    const restore = (name: string) => test.store.values.set(keys.get(name) ?? "", values.get(name));
    return { test, restore };
  }

  test("is served as it was before", async () => {
    const { test } = await withoutRevision();
    expect([await test.revision("/b"), await test.revision("/a")]).toEqual(["1", "1"]);
  });

  test("is unavailable when it was not there before", async () => {
    const { test } = await withoutRevision();
    await expect(test.revision("/c")).rejects.toMatchObject({ code: "sortie.ProxyUnavailable", status: 503 });
  });

  test("is not looked for again for a while, and then it is", async () => {
    const { test, restore } = await withoutRevision();
    await test.revision("/b");
    expect(test.store.newReads).toEqual(["revision", "revision", "revision"]);
    restore("b");
    test.now += RETRY_AFTER_MS - 1;
    expect(await test.revision("/b")).toBe("1");
    expect(test.store.newReads).toEqual([]);
    test.now += 1;
    expect(await test.revision("/b")).toBe("2");
  });

  test("is asked for with a short time too, because KV remembers that a key was missing", async () => {
    const { test } = await withoutRevision();
    await expect(test.revision("/c")).rejects.toThrow();
    expect(test.store.reads.map(({ cacheTtl }) => cacheTtl)).toEqual([86_400, 30]);
  });
});

describe("without a good state", () => {
  test("nothing is deployed: every path is to be asked for again, and there is no trouble", async () => {
    const test = new TestEnvironment();
    await expect(test.revision("/a")).rejects.toMatchObject({ code: "sortie.NothingDeployed", status: 503 });
    expect(await test.environment.current(0, test)).toBeNull();
    expect(log).toEqual([]);
  });

  test("a deployment is found by the next request", async () => {
    const test = new TestEnvironment();
    await expect(test.revision("/a")).rejects.toMatchObject({ code: "sortie.NothingDeployed" });
    await test.store.deploy(1, plainProxy("a"));
    expect(await test.revision("/a")).toBe("1");
  });

  test("with KV in trouble every proxy is unavailable, until KV is well again", async () => {
    const test = new TestEnvironment();
    await test.store.deploy(1, plainProxy("a"));
    test.store.answer = () => Promise.reject(new Error("KV GET failed: 500"));
    await expect(test.revision("/a")).rejects.toMatchObject({ code: "sortie.ProxyUnavailable" });
    test.store.answer = null;
    expect(await test.revision("/a")).toBe("1");
  });

  test("with KV too slow nobody waits longer than its time", async () => {
    const test = new TestEnvironment();
    test.store.answer = () => new Promise(() => {});
    const found = test.revision("/a");
    test.clock.pass(KV_TIMEOUT_MS);
    await expect(found).rejects.toMatchObject({ code: "sortie.ProxyUnavailable" });
  });

  test("a proxy whose revision is slow is unavailable", async () => {
    const test = new TestEnvironment();
    await test.store.deploy(1, plainProxy("a"));
    await test.environment.refresh(0);
    test.store.answer = () => new Promise(() => {});
    const found = test.revision("/a");
    test.clock.pass(KV_TIMEOUT_MS);
    await expect(found).rejects.toMatchObject({ code: "sortie.ProxyUnavailable" });
  });
});
