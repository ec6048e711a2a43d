import { beforeEach, describe, expect, test } from "vitest";
import { DeploymentStore } from "../../../src/cli/deploy/deployment-store.ts";
import type { EnvironmentDocument } from "../../../src/environment/document.ts";
import { MemoryKv, textEntry } from "../kv/memory.ts";

function document(generation: number, revision: string): EnvironmentDocument {
  return {
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
    egress: { allow: [], advice: "list" },
    sources: [],
    sourceAliases: {},
    functions: [],
    outboundApplications: [],
    identity: null,
    audit: { destination: "log" },
    requests: { allowInPaths: [] },
  };
}

function plan(generation: number, revision: string) {
  return {
    document: document(generation, revision),
    revisions: new Map([[revision, new TextEncoder().encode(revision)]]),
  };
}

describe("a deployment", () => {
  let kv: MemoryKv;
  let store: DeploymentStore;
  beforeEach(async () => {
    kv = new MemoryKv();
    store = new DeploymentStore(kv, "test");
    await store.deploy(plan(1, "one"), null);
  });

  test("writes the revisions first, then its generation, and last what makes it the deployed state", async () => {
    const written: string[] = [];
    kv.beforePut = (keys) => written.push(...keys);
    await store.deploy(plan(2, "two"), await store.current());
    expect(written).toEqual(["revision/two", "environment/test/generation/2", "environment/test/current"]);
    expect(await store.current()).toMatchObject({ generation: 2 });
    expect(await store.generations()).toEqual([1, 2]);
  });

  test("does not write revisions again that are deployed", async () => {
    const written: string[] = [];
    kv.beforePut = (keys) => written.push(...keys);
    await store.deploy(plan(2, "one"), await store.current());
    expect(written).not.toContain("revision/one");
  });

  test.each(["revision/two", "environment/test/generation/2", "environment/test/current"])(
    "that fails before %s is written changes nothing",
    async (failing) => {
      kv.beforePut = (keys) => {
        if (keys.includes(failing)) throw new Error("no connection");
      };
      const before = await store.current();
      await expect(store.deploy(plan(2, "two"), before)).rejects.toThrow("no connection");
      expect(await store.current()).toEqual(before);
    },
  );

  test("is refused when somebody else has deployed in the meantime", async () => {
    const before = await store.current();
    await store.deploy(plan(2, "other"), before);
    await expect(store.deploy(plan(2, "mine"), before)).rejects.toThrow("Somebody else has deployed");
    expect(await store.generation(2)).toMatchObject({ proxies: [{ revision: "other" }] });
  });

  test("fails when what was written cannot be read back", async () => {
    const before = await store.current();
    kv.put = async () => {};
    await expect(store.deploy(plan(2, "two"), before)).rejects.toThrow("could not be read back");
  });
});

describe("an earlier generation", () => {
  test("must exist and still have its revisions", async () => {
    const kv = new MemoryKv();
    const store = new DeploymentStore(kv, "test");
    await store.deploy(plan(1, "one"), null);
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
