import { describe, expect, test } from "vitest";
import { keyValueMapOperations } from "../../../../src/policies/mediation/key-value-map-operations/key-value-map-operations.ts";
import { EnvironmentMaps, entriesOfMaps } from "../../../../src/stores/environment-maps.ts";
import { type KeyValueMaps, MapError, type MapName } from "../../../../src/stores/key-value-maps.ts";
import { proxyFiles, serve, setHeader, step } from "../../../exchange/gateway-kit.ts";
import { MemoryKv, memoryMaps } from "../../../stores/memory-maps.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";

const environment = { organization: "org", environment: "test" };

/** Maps of an environment, with what is deployed, and a list of all that is put. */
function mapsOf(deployed = {}, { arePrivate = false, stored = memoryMaps() } = {}) {
  return new EnvironmentMaps(
    environment,
    [
      ...entriesOfMaps({
        settings: { url: "https://a.example", targetendpoint__def23__size: "3", "": "no key" },
        kvmap: { url: "https://default.example" },
        __proto__map: { url: "https://proto.example" },
        ...deployed,
      }),
      { map: { scope: "environment", owner: "", name: "lists" }, key: "url", values: ["one", "two"] },
    ],
    stored,
    arePrivate,
  );
}

const policy = (inside: string, attributes = ' mapIdentifier="settings"') =>
  `<KeyValueMapOperations name="KV"${attributes}>${inside}</KeyValueMapOperations>`;
const parameter = (text: string) => `<Key><Parameter>${text}</Parameter></Key>`;
const get = (key = "<Parameter>url</Parameter>", attributes = "") =>
  `<Get assignTo="private.v"${attributes}><Key>${key}</Key></Get>`;
const put = (key: string, value: string, attributes = "") =>
  `<Put${attributes}>${parameter(key)}<Value>${value}</Value></Put>`;

async function got(xml: string, variables = {}, keyValueMaps: KeyValueMaps = mapsOf()) {
  const flow = flowOf({ variables });
  await runPolicy(keyValueMapOperations, xml, flow, { keyValueMaps });
  return variableOf(flow, "private.v");
}

describe("Get", () => {
  test.each([
    ["a key", policy(get()), "https://a.example"],
    ["index 1, which is the value", policy(get(undefined, ' index="1"')), "https://a.example"],
    ["index 2 of one value", policy(get(undefined, ' index="2"')), null],
    ["several values", policy(get(), ' mapIdentifier="lists"'), ["one", "two"]],
    ["index 2 of several values", policy(get(undefined, ' index="2"'), ' mapIdentifier="lists"'), "two"],
    ["a key that is not there", policy(get("<Parameter>no</Parameter>")), null],
    ["a map that is not there", policy(get(), ' mapIdentifier="other"'), null],
    ["a key whose variable is not set", policy(get('<Parameter ref="no"/>')), "no key"],
    ["the default map", policy(get(), ""), "https://default.example"],
    ["mapIdentifier with a template", policy(get(), ' mapIdentifier="{m}"'), "https://a.example"],
    ["MapName", policy(`<MapName>settings</MapName>${get()}`, ""), "https://a.example"],
    ["MapName with a template", policy(`<MapName>set{rest}</MapName>${get()}`, ""), "https://a.example"],
    ["MapName by ref", policy(`<MapName ref="m"/>${get()}`, ""), "https://a.example"],
    ["the scope of the environment", policy(`<Scope>environment</Scope>${get()}`), "https://a.example"],
    ["another scope", policy(`<Scope>apiproxy</Scope>${get()}`), null],
    [
      "a key of several parts, joined with two underscores",
      policy(get('<Parameter>targetendpoint</Parameter><Parameter ref="id"/><Parameter>size</Parameter>')),
      "3",
    ],
    [
      "what older editors leave behind",
      policy(`<ExclusiveCache>false</ExclusiveCache>${get()}`),
      "https://a.example",
    ],
  ])("%s", async (_, xml, value) => {
    expect(await got(xml, { m: "settings", rest: "tings", id: "def23", "private.v": "earlier" })).toEqual(
      value,
    );
  });

  test("several, one after the other, where the second needs the first", async () => {
    const maps = mapsOf({ settings: { url: "second", second: "found" } });
    const second = '<Get assignTo="private.v"><Key><Parameter ref="first"/></Key></Get>';
    const xml = policy(`<Get assignTo="first"><Key><Parameter>url</Parameter></Key></Get>${second}`);
    expect(await got(xml, {}, maps)).toBe("found");
  });

  test("is not delayed by anything once the value is at hand", async () => {
    const keyValueMaps = mapsOf();
    await got(policy(get()), {}, keyValueMaps);
    const { step } = loadPolicy(keyValueMapOperations, policy(get()), { keyValueMaps });
    expect(step?.(flowOf())).toBeUndefined();
  });

  test.each([
    ["no element", "", {}, 300],
    ["a number", "<ExpiryTimeInSecs>60</ExpiryTimeInSecs>", {}, 60],
    ["its other name", "<ExpiryTimeInSeconds>60</ExpiryTimeInSeconds>", {}, 60],
    ["a variable", '<ExpiryTimeInSecs ref="age"/>', { age: "5" }, 5],
    ["a variable that is not set", '<ExpiryTimeInSecs ref="age"/>', {}, 300],
    ["0", "<ExpiryTimeInSecs>0</ExpiryTimeInSecs>", {}, 300],
    ["-1", "<ExpiryTimeInSecs>-1</ExpiryTimeInSecs>", {}, 300],
    ["no number", "<ExpiryTimeInSecs>soon</ExpiryTimeInSecs>", {}, 300],
  ])("uses what it read for ExpiryTimeInSecs: %s", async (_, expiry, variables, seconds) => {
    const kv = new MemoryKv();
    const keyValueMaps = mapsOf({}, { stored: memoryMaps(kv) });
    const at = (ms: number) => flowOf({ variables, exchange: { now: () => ms } });
    const run = (ms: number) =>
      runPolicy(keyValueMapOperations, policy(expiry + get()), at(ms), { keyValueMaps });
    await run(0);
    await run(seconds * 1000 - 1);
    expect(kv.reads).toBe(1);
    await run(seconds * 1000);
    expect(kv.reads).toBe(2);
  });
});

describe("Put, Delete and Get in one policy, in their order", () => {
  test.each([
    ["a new key", put("new", "a") + get("<Parameter>new</Parameter>"), "a"],
    ["a key that is there stays without override", put("url", "a") + get(), "https://a.example"],
    ["with override=false, too", put("url", "a", ' override="false"') + get(), "https://a.example"],
    ["with override=true it takes the value", put("url", "a", ' override="true"') + get(), "a"],
    [
      "several values are a list",
      `<Put>${parameter("new")}<Value>a</Value><Value ref="b"/></Put>${get("<Parameter>new</Parameter>")}`,
      ["a", "B"],
    ],
    [
      "values by ref that are not set are left out",
      `<Put>${parameter("new")}<Value ref="no"/><Value ref="b"/></Put>${get("<Parameter>new</Parameter>")}`,
      "B",
    ],
    [
      "and nothing is put when none is set",
      `<Put override="true">${parameter("url")}<Value ref="no"/></Put>${get()}`,
      "https://a.example",
    ],
    ["an empty value is one", put("url", "", ' override="true"') + get(), ""],
    ["a deleted key", `<Delete>${parameter("url")}</Delete>${get()}`, null],
    [
      "a deleted key that is put again",
      `<Delete>${parameter("url")}</Delete>${put("url", "a")}${get()}`,
      "a",
    ],
    ["deleting what is not there", `<Delete>${parameter("no")}</Delete>${get()}`, "https://a.example"],
    ["a Get before the Put", get() + put("url", "a", ' override="true"'), "https://a.example"],
    [
      "a compound key",
      `<Put><Key><Parameter>x</Parameter><Parameter ref="b"/></Key><Value>a</Value></Put>${get("<Parameter>x__B</Parameter>")}`,
      "a",
    ],
  ])("%s", async (_, operations, value) => {
    expect(await got(policy(operations), { b: "B" })).toEqual(value);
  });

  test.each([
    ["organization", { scope: "organization", owner: "", name: "m" }],
    ["environment", { scope: "environment", owner: "", name: "m" }],
    ["apiproxy", { scope: "apiproxy", owner: "things", name: "m" }],
    ["policy", { scope: "policy", owner: "things/1", name: "m" }],
  ] as const)("the map of the scope %s belongs to it", async (scope, map) => {
    const keyValueMaps = mapsOf();
    const xml = policy(`<Scope>${scope}</Scope>${put("k", "v")}`, ' mapIdentifier="m"');
    const flow = flowOf();
    await runPolicy(keyValueMapOperations, xml, flow, { keyValueMaps });
    const find = (other: MapName) => keyValueMaps.get(other, "k", 0, flow.exchange);
    expect(await find(map)).toEqual(["v"]);
    expect(await find({ ...map, owner: "other" })).toBeNull();
  });

  test("names and keys may have any characters", async () => {
    const keyValueMaps = mapsOf();
    for (const name of ["__proto__", "constructor", "a b", "ключ", "a/b?c#d", "x".repeat(2000)]) {
      const xml = policy(
        `<MapName ref="n"/><Put><Key><Parameter ref="n"/></Key><Value ref="n"/></Put>${get('<Parameter ref="n"/>')}`,
        "",
      );
      expect(await got(xml, { n: name }, keyValueMaps)).toBe(name);
    }
  });
});

describe("in an environment", () => {
  const files = (policies: Record<string, string>, entries: unknown[] = []) => ({
    ...proxyFiles("p", {
      flows: `<PreFlow><Response>${Object.keys(policies)
        .map((name) => step(name))
        .join("")}${step("Show")}</Response></PreFlow>`,
      policies: { ...policies, ...setHeader("Show", "x-found", "{private.v}") },
    }),
    "environments/local/keyvaluemaps.json": JSON.stringify([{ name: "settings", entry: entries }]),
  });
  const found = async (gateway: Awaited<ReturnType<typeof serve>>) =>
    (await gateway.fetch("/p")).headers.get("x-found");

  test("Get reads what is deployed", async () => {
    const gateway = await serve(files({ KV: policy(get()) }, [{ name: "url", value: "here" }]));
    expect(await found(gateway)).toBe("here");
  });

  test.each(["__proto__", "constructor", "a/b é"])(
    "a map and a key that are deployed may have any characters: %s",
    async (name) => {
      const read = `<Get assignTo="private.v"><Key><Parameter>${name}</Parameter></Key></Get>`;
      const gateway = await serve({
        ...files({ KV: policy(read, ` mapIdentifier="${name}"`) }),
        "environments/local/keyvaluemaps.json": `[{ "name": "${name}", "entry": [{ "name": "${name}", "value": "here" }] }]`,
      });
      expect(await found(gateway)).toBe("here");
    },
  );

  test("what was put is there after another deployment", async () => {
    const mapKv = new MemoryKv();
    const putting = await serve(files({ KV: policy(put("url", "put", ' override="true"')) }), { mapKv });
    await putting.fetch("/p");
    await putting.settled();
    const again = await serve(files({ KV: policy(get()) }, [{ name: "url", value: "here" }]), { mapKv });
    expect(await found(again)).toBe("put");
  });

  test("initial entries are deployed with their bundle, in the map's scope", async () => {
    const entry = `<Entry>${parameter("url")}<Value>first</Value></Entry>`;
    const initial = `<Scope>apiproxy</Scope><InitialEntries>${entry}</InitialEntries>`;
    const gateway = await serve(
      files({ KV: policy(`<Scope>apiproxy</Scope>${get()}`), I: policy(initial).replace('"KV"', '"I"') }),
    );
    expect(await found(gateway)).toBe("first");
  });

  test("entries of keyvaluemaps.json count more than initial ones", async () => {
    const initial = `<InitialEntries><Entry>${parameter("url")}<Value>first</Value></Entry></InitialEntries>`;
    const gateway = await serve(files({ KV: policy(initial + get()) }, [{ name: "url", value: "file" }]));
    expect(await found(gateway)).toBe("file");
  });

  test("that wants private variables, others are not set", async () => {
    const stores = { "environments/local/stores.json": '{ "keyValueMaps": { "private": true } }' };
    const xml = policy(get().replace("private.v", "v"));
    const gateway = await serve({ ...files({ KV: xml }, [{ name: "url", value: "here" }]), ...stores });
    expect(await (await gateway.fetch("/p")).json()).toMatchObject({
      fault: { detail: { errorcode: "steps.keyvaluemapoperations.SetVariableFailed" } },
    });
  });
});

describe("an environment that wants private variables", () => {
  const keyValueMaps = mapsOf({}, { arePrivate: true });
  const plain = policy(get().replace("private.v", "v"));

  test("lets a Get set them", async () => {
    expect(await got(policy(get()), {}, keyValueMaps)).toBe("https://a.example");
  });

  test("warns of others at deployment", () => {
    const { report } = loadPolicy(keyValueMapOperations, plain, { keyValueMaps });
    expect(report.problems).toMatchObject([
      { severity: "warning", code: "PrivateVariableRequired", column: 59 },
    ]);
  });

  test("refuses to set others, also with continueOnError", async () => {
    const { step } = loadPolicy(keyValueMapOperations, plain, { keyValueMaps });
    const flow = flowOf();
    await expect(Promise.resolve(flow).then(step)).rejects.toMatchObject({
      code: "steps.keyvaluemapoperations.SetVariableFailed",
      message: "Failed to set variable v in KeyValueMapStepDefinition KV",
    });
    expect(variableOf(flow, "v")).toBeNull();
  });
});

describe("faults", () => {
  const failing = (error: Error): KeyValueMaps => {
    const fail = () => Promise.reject(error);
    return { arePrivate: false, get: fail, put: fail, delete: fail };
  };
  const unavailable = failing(new MapError("KV is down, says 10.0.0.1", true));
  const refused = failing(new MapError("too long", false));

  test.each([
    [
      "a variable that nobody can set",
      policy(get().replace("private.v", "system.time")),
      mapsOf(),
      "500 steps.keyvaluemapoperations.SetVariableFailed: Failed to set variable system.time in KeyValueMapStepDefinition KV",
    ],
    [
      "a variable that nobody can unset",
      policy(get("<Parameter>no</Parameter>").replace("private.v", "system.time")),
      mapsOf(),
      "500 steps.keyvaluemapoperations.RemoveVariableFailed: Failed to remove variable system.time in KeyValueMapStepDefinition KV",
    ],
    [
      "an empty name of a map",
      policy(get(), ' mapIdentifier=""'),
      mapsOf(),
      "500 Internal Server Error: java.lang.UnsupportedOperationException",
    ],
    [
      "a name of a map by ref that is not set",
      policy(`<MapName ref="no"/>${put("k", "v")}`, ""),
      mapsOf(),
      "500 Internal Server Error: java.lang.UnsupportedOperationException",
    ],
    ...[get(), put("k", "v", ' override="true"'), `<Delete>${parameter("k")}</Delete>`].map(
      (operation) =>
        [
          `a store that does not answer ${operation.slice(0, 4)}`,
          policy(operation),
          unavailable,
          "503 sortie.KeyValueMapUnavailable: KeyValueMapOperations[KV]: the key value map cannot be reached at the moment",
        ] as const,
    ),
    [
      "an entry that cannot be kept",
      policy(put("k", "v", ' override="true"')),
      refused,
      "500 sortie.KeyValueMapFailed: KeyValueMapOperations[KV]: the entry cannot be read or written",
    ],
    [
      "a value of 1 MB",
      policy(put("k", "v".repeat(1000 * 1000))),
      mapsOf(),
      "500 sortie.KeyValueMapFailed: KeyValueMapOperations[KV]: the entry cannot be read or written",
    ],
  ] as const)("%s", async (_, xml, keyValueMaps, expected) => {
    const { status, code, message } = await faultOf(keyValueMapOperations, xml, flowOf(), { keyValueMaps });
    expect(`${status} ${code}: ${message}`).toBe(expected);
  });
});

const entry = (inside: string, attributes?: string) =>
  policy(`${get()}<InitialEntries><Entry>${inside}</Entry></InitialEntries>`, attributes);

test.each([
  ["no key", policy('<Get assignTo="v"/>'), ["error KeyIsMissing 1:59"]],
  ["no parameter", policy('<Get assignTo="v"><Key/></Get>'), ["error KeyIsMissing 1:77"]],
  ["no variable", policy("<Get><Key><Parameter>a</Parameter></Key></Get>"), ["error AssignToRequired 1:59"]],
  ["index 0", policy(get(undefined, ' index="0"')), ["error InvalidIndex 1:59"]],
  ["an index that is no number", policy(get(undefined, ' index="first"')), ["warning InvalidInteger 1:59"]],
  ["nothing to do", policy(""), ["warning NothingToDo 1:1"]],
  ["an unknown scope", policy(`<Scope>proxy</Scope>${get()}`), ["warning InvalidValue 1:59"]],
  ["two names", policy(`<MapName>b</MapName>${get()}`), ["warning TwoMapNames 1:59"]],
  ["Put without key and value", policy("<Put/>"), ["error KeyIsMissing 1:59", "error ValueIsMissing 1:59"]],
  ["Put without value", policy(`<Put>${parameter("a")}</Put>`), ["error ValueIsMissing 1:59"]],
  ["an override that is neither", policy(put("a", "b", ' override="yes"')), ["warning InvalidBoolean 1:59"]],
  ["Delete without key", policy("<Delete/>"), ["error KeyIsMissing 1:59"]],
  ["an initial entry without key", entry("<Value>v</Value>"), ["error KeyIsMissing 1:144"]],
  ["an initial entry without value", entry(parameter("k")), ["error ValueIsMissing 1:144"]],
  [
    "an initial entry with ref",
    entry(`${parameter("k")}<Value ref="v"/>`),
    ["warning InitialEntryWithVariable 1:144"],
  ],
  [
    "an initial entry of a map by template",
    entry(`${parameter("k")}<Value>v</Value>`, ' mapIdentifier="settin{s}"'),
    ["warning InitialEntriesWithoutMap 1:145"],
  ],
  ["no initial entries", policy(`${get()}<InitialEntries/>`), []],
  ["an unknown element", policy(`${get()}<Set/>`), ["warning UnknownElement 1:128"]],
])("%s is reported", (_, xml, problems) => {
  expect(problemsOf(keyValueMapOperations, xml, { keyValueMaps: mapsOf() })).toEqual(problems);
});

test.each([
  ["InvalidIndex", policy(get(undefined, ' index="0"')), "Invalid index 0 in KeyValueMapStepDefinition KV."],
  [
    "KeyIsMissing",
    policy('<Get assignTo="v"/>'),
    "Error occurred while validation of bean KV.xml. Reason: - Non null value expected for element Parameter in Entry",
  ],
  [
    "ValueIsMissing",
    policy(`<Put>${parameter("a")}</Put>`),
    "Error occurred while validation of bean KV.xml. Reason: - Non null value expected for element Value in Entry",
  ],
])("the text of %s is Apigee's", (_, xml, message) => {
  expect(loadPolicy(keyValueMapOperations, xml).report.problems[0]?.message).toBe(message);
});
