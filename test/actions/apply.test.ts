import { describe, expect, test } from "vitest";
import { type ApplyServices, applyActions } from "../../src/actions/apply.ts";
import { FunctionError } from "../../src/functions/error.ts";
import type { Edit } from "../../src/ontology/edit.ts";
import { actionFrom, ann, load, NOW } from "./action-kit.ts";

/** What a gateway did, in order. */
class Gateway {
  readonly done: unknown[] = [];
  readonly later: Promise<unknown>[] = [];
  edits: readonly Edit[] = [];
  result: unknown = [];
  /** The object types that the caller may not edit. */
  forbidden: readonly string[] = [];
  fails: { webhook?: FunctionError; function?: FunctionError; commit?: Error } = {};

  services(ontology: ApplyServices<unknown>["ontology"]): ApplyServices<string> {
    return {
      ontology,
      load,
      now: () => NOW,
      webhook: async (name, input) => {
        this.done.push(["webhook", name, input]);
        if (this.fails.webhook) throw this.fails.webhook;
        return { id: "from-crm" };
      },
      run: async (name, parameters) => {
        this.done.push(["function", name, parameters]);
        if (this.fails.function) throw this.fails.function;
        return this.result;
      },
      declaredEdits: () => ["Employee"],
      checkEditable: (types) => {
        const refused = this.forbidden.find((type) => types.has(type));
        if (refused) throw new Error(`not ${refused}`);
      },
      commit: async (edits, caller, action) => {
        this.done.push(["commit", action, caller.kind]);
        if (this.fails.commit) throw this.fails.commit;
        this.edits = edits;
        return "applied";
      },
      later: (work) => this.later.push(work),
    };
  }

  async apply(text: string, ...requests: Readonly<Record<string, unknown>>[]) {
    const { action, ontology } = actionFrom(text);
    return applyActions({ action, requests, caller: ann }, this.services(ontology));
  }
}

const who =
  "parameters:\n  who: { type: object, objectType: Employee }\n  name: { type: string, required: false }\n";
const byFunction = `${who}rules: [{ type: function, function: promoteAll, inputs: { level: { type: staticValue, value: 4 }, who: { type: parameterId, parameterId: who } } }]`;
const setName =
  "{ type: modifyObject, object: who, properties: { name: { type: parameterId, parameterId: name } } }";
const webhooks = `
webhooks:
  writeback: { webhook: crm, inputs: { name: { type: parameterId, parameterId: name } } }
  sideEffects: [{ webhook: crm, inputs: { name: { type: synchronousWebhookOutput, webhookOutputParamName: id } } }]`;

describe("rules become edits", () => {
  const e1 = { $apiName: "Employee", $primaryKey: "e1" };
  const e2 = { $apiName: "Employee", $primaryKey: "e2" };

  test.each([
    [
      "createObject",
      "{ type: createObject, objectType: Employee, properties: { id: { type: staticValue, value: n }, name: { type: parameterId, parameterId: name }, changedAt: { type: currentTime } } }",
      { who: "e1" },
      [
        {
          type: "createObject",
          obj: { apiName: "Employee" },
          properties: { id: "n", changedAt: "2026-03-02T10:00:00.000Z" },
        },
      ],
    ],
    [
      "modifyObject",
      setName,
      { who: "e1", name: "Zoe" },
      [{ type: "updateObject", obj: e1, properties: { name: "Zoe" } }],
    ],
    [
      "modifyObject leaves what is not given",
      setName,
      { who: "e1" },
      [{ type: "updateObject", obj: e1, properties: {} }],
    ],
    [
      "modifyObject takes away what is null",
      setName,
      { who: "e1", name: null },
      [{ type: "updateObject", obj: e1, properties: { name: null } }],
    ],
    [
      "createOrModifyObject of one that is there",
      "{ type: createOrModifyObject, objectType: Office, properties: { number: { type: staticValue, value: 7 }, city: { type: staticValue, value: Ulm } } }",
      { who: "e1" },
      [{ type: "updateObject", obj: { $apiName: "Office", $primaryKey: "7" }, properties: { city: "Ulm" } }],
    ],
    [
      "createOrModifyObject of one that is not",
      "{ type: createOrModifyObject, objectType: Office, properties: { number: { type: staticValue, value: 8 } } }",
      { who: "e1" },
      [{ type: "createObject", obj: { apiName: "Office" }, properties: { number: "8" } }],
    ],
    [
      "deleteObject",
      "{ type: deleteObject, object: who }",
      { who: "e1" },
      [{ type: "deleteObject", obj: e1 }],
    ],
    [
      "createLink",
      "{ type: createLink, link: boss, source: who, target: who }",
      { who: "e2" },
      [{ type: "addLink", apiName: "boss", source: e2, target: e2 }],
    ],
    [
      "deleteLink",
      "{ type: deleteLink, link: boss, source: who, target: who }",
      { who: "e2" },
      [{ type: "removeLink", apiName: "boss", source: e2, target: e2 }],
    ],
    [
      "a property of an object",
      "{ type: modifyObject, object: who, properties: { badge: { type: objectParameterPropertyValue, parameterId: who, propertyTypeApiName: level } } }",
      { who: "e1" },
      [{ type: "updateObject", obj: e1, properties: { badge: "3" } }],
    ],
  ])("%s", async (_, rule, given, expected) => {
    const gateway = new Gateway();
    expect(await gateway.apply(`${who}rules: [${rule}]`, given)).toMatchObject({ applied: "applied" });
    expect(gateway.edits).toEqual(expected);
  });

  test("of a list of objects one edit each", async () => {
    const gateway = new Gateway();
    const text =
      "parameters: { who: { type: array, items: { type: object, objectType: Employee } } }\nrules: [{ type: deleteObject, object: who }]";
    await gateway.apply(text, { who: ["e1", "e2"] });
    expect(gateway.edits).toEqual([
      { type: "deleteObject", obj: e1 },
      { type: "deleteObject", obj: e2 },
    ]);
    await expect(gateway.apply(text, { who: ["e1", "e1"] })).rejects.toMatchObject({
      errorName: "ActionContainsDuplicateEdits",
      status: 409,
    });
  });

  test("identifiers with one linkId are one", async () => {
    const gateway = new Gateway();
    const id = "{ type: uniqueIdentifier, linkId: a }";
    await gateway.apply(
      `rules: [{ type: createObject, objectType: Employee, properties: { id: ${id}, bossId: ${id}, name: { type: uniqueIdentifier } } }]`,
      {},
    );
    const [edit] = gateway.edits;
    const { id: made, bossId, name } = edit?.type === "createObject" ? edit.properties : {};
    expect(made).toBe(bossId);
    expect(made).not.toBe(name);
  });
});

describe("webhooks and functions", () => {
  test("the writeback webhook comes before the edits, which can use its outputs, and side effects after them", async () => {
    const gateway = new Gateway();
    const rule =
      "{ type: modifyObject, object: who, properties: { name: { type: synchronousWebhookOutput, webhookOutputParamName: id } } }";
    await gateway.apply(`${who}rules: [${rule}]${webhooks}`, { who: "e1", name: "Zoe" });
    expect(gateway.done).toEqual([
      ["webhook", "crm", { name: "Zoe" }],
      ["commit", "probe", "user"],
      ["webhook", "crm", { name: "from-crm" }],
    ]);
    expect(gateway.edits).toMatchObject([{ properties: { name: "from-crm" } }]);
    expect(gateway.later).toHaveLength(1);
  });

  test("a writeback webhook that fails aborts, and is shown", async () => {
    const gateway = new Gateway();
    gateway.fails.webhook = new FunctionError("RemoteRestApiReturnedError", "It said 500.", {});
    await expect(gateway.apply(`${who}rules: [${setName}]${webhooks}`, { who: "e1" })).rejects.toMatchObject({
      errorName: "WritebackWebhookFailed",
      parameters: { webhook: "crm", webhookErrorName: "RemoteRestApiReturnedError", message: "It said 500." },
    });
    expect(gateway.done).toHaveLength(1);
  });

  test("a side effect that fails is nobody's failure", async () => {
    const gateway = new Gateway();
    const text = `${who}rules: [${setName}]\nwebhooks: { sideEffects: [{ webhook: crm, inputs: { name: { type: staticValue, value: x } } }] }`;
    gateway.fails.webhook = new FunctionError("UnknownError", "Who knows.", {});
    expect(await gateway.apply(text, { who: "e1" })).toMatchObject({ applied: "applied" });
    await Promise.all(gateway.later);
  });

  test("there is no side effect where nothing was changed", async () => {
    const gateway = new Gateway();
    gateway.fails.commit = new Error("no");
    await expect(gateway.apply(`${who}rules: [${setName}]${webhooks}`, { who: "e1" })).rejects.toThrow("no");
    expect(gateway.done).toHaveLength(2);
  });

  test("nothing is called when the parameters are not valid", async () => {
    const gateway = new Gateway();
    const { prepared, applied } = await gateway.apply(`${byFunction}${webhooks}`, { who: "e9" });
    expect(applied).toBeNull();
    expect(prepared[0]?.validation.result).toBe("INVALID");
    expect(gateway.done).toEqual([]);
  });

  test.each([
    [setName, { who: "e1" }, "Employee"],
    ["{ type: deleteObject, object: who }", { who: "e1" }, "Employee"],
    [
      "{ type: createObject, objectType: Office, properties: { number: { type: staticValue, value: 1 } } }",
      { who: "e1" },
      "Office",
    ],
    ["{ type: createLink, link: offices, source: who, target: office }", { who: "e1", office: 7 }, "Office"],
    [
      "{ type: createLink, link: offices, source: who, target: office }",
      { who: "e1", office: 7 },
      "Employee",
    ],
    [
      "{ type: function, function: promoteAll, inputs: { level: { type: staticValue, value: 4 } } }",
      { who: "e1" },
      "Employee",
    ],
  ])(
    "nothing is called for a caller who may not edit what is edited: %s with %j and no right to %s",
    async (rule, given, type) => {
      const gateway = new Gateway();
      gateway.forbidden = [type];
      const text = `${who}  office: { type: object, objectType: Office, required: false }\nrules: [${rule}]${webhooks}`;
      await expect(gateway.apply(text, { ...given, name: "Zoe" })).rejects.toThrow(`not ${type}`);
      expect(gateway.done).toEqual([]);
    },
  );

  test("a link to nothing edits nothing, and asks for no right", async () => {
    const gateway = new Gateway();
    gateway.forbidden = ["Office"];
    const rule = "{ type: createLink, link: offices, source: who, target: office }";
    const text = `${who}  office: { type: object, objectType: Office, required: false }\nrules: [${rule}]`;
    expect(await gateway.apply(text, { who: "e1" })).toMatchObject({ applied: "applied" });
  });

  test("a function gets its inputs, and its edits are applied", async () => {
    const gateway = new Gateway();
    const edit = { type: "deleteObject", obj: { $apiName: "Employee", $primaryKey: "e1" } };
    gateway.result = [{ ...edit, extra: 1 }];
    await gateway.apply(byFunction, { who: "e1" });
    expect(gateway.done).toEqual([
      ["function", "promoteAll", { level: 4, who: "e1" }],
      ["commit", "probe", "user"],
    ]);
    expect(gateway.edits).toEqual([edit]);
  });

  test.each([
    ["QueryEncounteredUserFacingError", "FunctionEncounteredUserFacingError", 400],
    ["QueryRuntimeError", "FunctionExecutionFailed", 400],
    ["InvalidQueryOutputValue", "FunctionExecutionFailed", 400],
    ["QueryTimeExceededLimit", "FunctionExecutionTimedOut", 500],
    ["AuthorizationRequired", "AuthorizationRequired", 403],
  ] as const)("%s of a function is %s of an action", async (name, errorName, status) => {
    const gateway = new Gateway();
    const parameters = { functionRid: "promoteAll", functionVersion: "1", authorizeUrl: "/x" };
    gateway.fails.function = new FunctionError(name, "Told so.", parameters);
    await expect(gateway.apply(byFunction, { who: "e1" })).rejects.toMatchObject({
      errorName,
      status,
      errorInstanceId: gateway.fails.function.errorInstanceId,
      parameters: { ...parameters, message: "Told so." },
    });
    expect(gateway.done).toHaveLength(1);
  });

  test.each([[[1]], [[{ type: "dropTable" }]], [[{ type: "updateObject", obj: { $apiName: 1 } }]], ["all"]])(
    "what a function returns instead of edits is refused: %j",
    async (result) => {
      const gateway = new Gateway();
      gateway.result = result;
      await expect(gateway.apply(byFunction, { who: "e1" })).rejects.toMatchObject({
        errorName: "FunctionExecutionFailed",
      });
      expect(gateway.done).toHaveLength(1);
    },
  );
});

describe("limits", () => {
  test("a function is called at most 20 times in a batch", async () => {
    const gateway = new Gateway();
    const requests = (count: number) => Array(count).fill({ who: "e1" });
    await gateway.apply(byFunction, ...requests(20));
    expect(gateway.done).toHaveLength(21);
    await expect(gateway.apply(byFunction, ...requests(21))).rejects.toMatchObject({
      errorName: "ActionTooLarge",
    });
  });

  test.each([
    ["webhooks: { writeback: { webhook: crm, inputs: { name: { type: staticValue, value: x } } } }"],
    ["webhooks: { sideEffects: [{ webhook: crm, inputs: { name: { type: staticValue, value: x } } }] }"],
  ])("so is a webhook: %s", async (calls) => {
    const gateway = new Gateway();
    const rule =
      "{ type: createObject, objectType: Employee, properties: { id: { type: uniqueIdentifier } } }";
    const apply = (count: number) => gateway.apply(`rules: [${rule}]\n${calls}`, ...Array(count).fill({}));
    await apply(20);
    expect(gateway.done).toHaveLength(21);
    await expect(apply(21)).rejects.toMatchObject({ errorName: "ActionTooLarge", parameters: { limit: 20 } });
    expect(gateway.done).toHaveLength(21);
  });
});

describe("edits are counted before there are too many to hold", () => {
  const tooMany = { errorName: "OntologyEditsExceededLimit" };

  test("links of each object of a list to each of another", async () => {
    const gateway = new Gateway();
    const list = "{ type: array, items: { type: object, objectType: Employee } }";
    const text = `parameters: { who: ${list}, whom: ${list} }\nrules: [{ type: createLink, link: boss, source: who, target: whom }]`;
    const all = Array(101).fill("e1");
    await expect(gateway.apply(text, { who: all, whom: all })).rejects.toMatchObject(tooMany);
    expect(gateway.done).toEqual([]);
  });

  test("those of all applications of a batch", async () => {
    const gateway = new Gateway();
    gateway.result = Array(6_000).fill({
      type: "createObject",
      obj: { apiName: "Employee" },
      properties: {},
    });
    const requests = Array(20).fill({ who: "e1" });
    await expect(gateway.apply(byFunction, ...requests)).rejects.toMatchObject(tooMany);
    expect(gateway.done).toHaveLength(2);
  });
});

test("a large batch reads its objects a part after the other", async () => {
  const gateway = new Gateway();
  const { action, ontology } = actionFrom(`${who}rules: [${setName}]`);
  let [now, most] = [0, 0];
  const services = {
    ...gateway.services(ontology),
    load: async () => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
      return [];
    },
  };
  const { prepared } = await applyActions(
    { action, requests: Array(1_000).fill({ who: "e1" }), caller: ann },
    services,
  );
  expect(prepared).toHaveLength(1_000);
  expect(most).toBeLessThanOrEqual(50);
});

test("several applications that edit one object would depend on their order", async () => {
  const gateway = new Gateway();
  await expect(
    gateway.apply(`${who}rules: [${setName}]`, { who: "e1" }, { who: "e1" }),
  ).rejects.toMatchObject({
    errorName: "ActionContainsDuplicateEdits",
  });
  await gateway.apply(`${who}rules: [${setName}]`, { who: "e1" }, { who: "e2" });
  expect(gateway.edits).toHaveLength(2);
});

test("a key that is written in another way is of the same object", async () => {
  const gateway = new Gateway();
  const rule =
    "{ type: createOrModifyObject, objectType: Office, properties: { number: { type: parameterId, parameterId: number } } }";
  const text = `parameters: { number: { type: long } }\nrules: [${rule}]`;
  await expect(gateway.apply(text, { number: "7" }, { number: "007" })).rejects.toMatchObject({
    errorName: "ActionContainsDuplicateEdits",
  });
});

test("a batch is applied when all of it is valid, or not at all", async () => {
  const gateway = new Gateway();
  const { applied } = await gateway.apply(`${who}rules: [${setName}]`, { who: "e1" }, { who: "e9" });
  expect(applied).toBeNull();
  expect(gateway.done).toEqual([]);
});
