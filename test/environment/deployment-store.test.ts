import { beforeEach, describe, expect, test } from "vitest";
import { DeploymentStore } from "../../src/environment/deployment-store.ts";
import { type EnvironmentDocument, parseDocument } from "../../src/environment/document.ts";
import { MemoryKv, textEntry } from "./memory-kv.ts";

function document(generation: number, revision: string): EnvironmentDocument {
  return parseDocument({
    format: 1,
    organization: "local",
    environment: "test",
    generation,
    deployedAt: "2026-01-01T00:00:00.000Z",
    proxies: [
      { name: "a", revision, endpoints: [{ name: "default", basePath: "/a" }], serviceAccount: null },
    ],
    sharedFlows: [],
    resources: null,
    flowHooks: { preProxy: undefined, preTarget: undefined, postTarget: undefined, postProxy: undefined },
    targetServers: [],
    keyValueMaps: {},
    initialEntries: [],
    egress: { allow: [], advice: "list" },
    sources: [],
    sourceAliases: {},
    functions: [],
    outboundApplications: [],
    identity: null,
    audit: { destination: "log" },
    requests: { allowInPaths: [] },
    stores: { keyValueMaps: { private: false } },
  });
}

function plan(generation: number, revision: string, previous: EnvironmentDocument | null) {
  return {
    document: document(generation, revision),
    previous,
    changes: [],
    isRepetition: false,
    revisions: new Map([[revision, new TextEncoder().encode(revision)]]),
  };
}

describe("a deployment", () => {
  let kv: MemoryKv;
  let store: DeploymentStore;
  beforeEach(async () => {
    kv = new MemoryKv();
    store = new DeploymentStore(kv, "test");
    await store.deploy(plan(1, "one", null));
  });

  test("writes the revisions first, then its generation, and last what makes it the deployed state", async () => {
    const written: string[] = [];
    kv.beforePut = (keys) => written.push(...keys);
    await store.deploy(plan(2, "two", await store.current()));
    expect(written).toEqual(["revision/two", "environment/test/generation/2", "environment/test/current"]);
    expect(await store.current()).toMatchObject({ generation: 2 });
    expect(await store.generations()).toEqual([1, 2]);
  });

  test("does not write revisions again that are deployed", async () => {
    const written: string[] = [];
    kv.beforePut = (keys) => written.push(...keys);
    await store.deploy(plan(2, "one", await store.current()));
    expect(written).not.toContain("revision/one");
  });

  test.each(["revision/two", "environment/test/generation/2", "environment/test/current"])(
    "that fails before %s is written changes nothing",
    async (failing) => {
      kv.beforePut = (keys) => {
        if (keys.includes(failing)) throw new Error("no connection");
      };
      const before = await store.current();
      await expect(store.deploy(plan(2, "two", before))).rejects.toThrow("no connection");
      expect(await store.current()).toEqual(before);
    },
  );

  test("is refused when somebody else has deployed in the meantime", async () => {
    const before = await store.current();
    await store.deploy(plan(2, "other", before));
    await expect(store.deploy(plan(2, "mine", before))).rejects.toThrow("Somebody else has deployed");
    expect((await store.generation(2)).proxies.all).toMatchObject([{ revision: "other" }]);
  });

  test("fails when what was written cannot be read back", async () => {
    const before = await store.current();
    kv.put = async () => {};
    await expect(store.deploy(plan(2, "two", before))).rejects.toThrow("could not be read back");
  });
});

describe("an earlier generation", () => {
  test("must exist and still have its revisions", async () => {
    const kv = new MemoryKv();
    const store = new DeploymentStore(kv, "test");
    await store.deploy(plan(1, "one", null));
    await expect(store.generation(7)).rejects.toThrow("There is no generation 7 of test.");
    kv.values.delete("revision/one");
    await expect(store.generation(1)).rejects.toThrow("Generation 1 needs revision one of a, which is gone.");
  });

  test("sorts by number, not by text", async () => {
    const kv = new MemoryKv();
    await kv.put([10, 9, 1].map((number) => textEntry(`environment/test/generation/${number}`, "{}")));
    expect(await new DeploymentStore(kv, "test").generations()).toEqual([1, 9, 10]);
  });
});

test("a deployed state that cannot be read is said to be so", async () => {
  const kv = new MemoryKv();
  await kv.put([textEntry("environment/test/current", '{ "format": 2 }')]);
  await expect(new DeploymentStore(kv, "test").current()).rejects.toThrow(
    "What is deployed to test cannot be read: malformed environment document at format",
  );
});

describe("a rollback", () => {
  let store: DeploymentStore;
  const now = new Date("2026-02-03T04:05:06Z");
  beforeEach(async () => {
    store = new DeploymentStore(new MemoryKv(), "test");
  });

  /** Deploys generations 1 to 3. */
  async function deployThree() {
    let previous: EnvironmentDocument | null = null;
    for (const [index, revision] of ["one", "two", "three"].entries()) {
      const next = plan(index + 1, revision, previous);
      await store.deploy(next);
      previous = next.document;
    }
  }

  test.each<[string, number | undefined, number]>([
    ["the one before the deployed one", undefined, 2],
    ["the one that is asked for", 1, 1],
  ])("makes %s the deployed state again, under a new number", async (_, to, from) => {
    await deployThree();
    const rollback = await store.rollback(to, now);
    expect(rollback.from).toBe(from);
    expect(rollback.plan.changes).toContainEqual({ kind: "changed", what: "proxy a" });
    await store.deploy(rollback.plan);
    const before = await store.generation(from);
    expect(await store.current()).toEqual({ ...before, generation: 4, deployedAt: now.toISOString() });
  });

  test("is refused where there is nothing to go back to", async () => {
    await expect(store.rollback(undefined, now)).rejects.toThrow("Nothing is deployed to test.");
    await store.deploy(plan(1, "one", null));
    await expect(store.rollback(undefined, now)).rejects.toThrow("test has no earlier generation.");
    await expect(store.rollback(1, now)).rejects.toThrow("Generation 1 is what is deployed.");
    await expect(store.rollback(5, now)).rejects.toThrow("There is no generation 5 of test.");
  });
});

test("what is staged serves nobody yet", async () => {
  const store = new DeploymentStore(new MemoryKv(), "test");
  await store.stage(plan(1, "one", null));
  expect(await store.current()).toBeNull();
  expect(await store.generation(1)).toMatchObject({ generation: 1 });
});
