import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { ActionValidationError, createClient } from "@osdk/client";
import { beforeEach, describe, expect, inject, test } from "vitest";
import { deploy, fromDeveloper, sourceTo } from "../functions/function-kit.ts";
import { webhooksFrom } from "../webhooks/webhook-kit.ts";

const { a } = inject("servers");
const API = "https://gateway.test/_sortie/";
const ONTOLOGY = "ri.ontology.main.ontology.local";

/** Each test has objects of its own: their keys begin with this. */
let run = "";
let count = 0;
const id = (name: string) => `${run}${name}`;

const ontology = `objectTypes:
  Employee:
    primaryKey: id
    titleProperty: name
    properties:
      id: { type: string }
      name: { type: string }
      nickname: { type: string }
      level: { type: integer }
      changedBy: { type: string }
      bossId: { type: string }
    permissions: { read: [users], edit: [users] }
  Salary:
    primaryKey: id
    properties: { id: { type: string }, amount: { type: integer } }
    permissions: { read: [user:boss], edit: [user:boss] }
  Notice:
    primaryKey: id
    properties: { id: { type: string } }
    permissions: { read: [users], edit: [user:boss] }
linkTypes:
  employeeBoss:
    from: { objectType: Employee, apiName: boss, foreignKey: bossId }
    to: { objectType: Employee, apiName: reports }
actionTypes:
  hire:
    displayName: Hire
    description: Creates an employee.
    parameters:
      id: { type: string, stringLength: { lte: 100 } }
      name: { type: string, required: false }
      boss: { type: object, objectType: Employee, required: false }
    rules:
      - type: createObject
        objectType: Employee
        properties:
          id: { type: parameterId, parameterId: id }
          name: { type: parameterId, parameterId: name }
          changedBy: { type: currentUser, attribute: name }
    permissions: { apply: [users] }
  promote:
    parameters:
      employee: { type: object, objectType: Employee }
      level: { type: integer, range: { gte: 1, lte: 10 } }
    rules:
      - { type: modifyObject, object: employee, properties: { level: { type: parameterId, parameterId: level } } }
    submissionCriteria:
      - condition: { type: comparison, left: { type: parameterId, parameterId: level }, operator: isNot, right: { type: staticValue, value: 4 } }
        failureMessage: Four is no level.
    permissions: { apply: [users] }
  setBoss:
    parameters:
      employee: { type: object, objectType: Employee }
      boss: { type: object, objectType: Employee }
    rules: [{ type: createLink, link: boss, source: employee, target: boss }]
    permissions: { apply: [users] }
  fire:
    parameters: { employee: { type: object, objectType: Employee } }
    rules: [{ type: deleteObject, object: employee }]
    permissions: { apply: [users] }
  pay:
    parameters: { salary: { type: object, objectType: Salary, required: false }, id: { type: string, required: false } }
    rules: [{ type: createObject, objectType: Salary, properties: { id: { type: parameterId, parameterId: id } } }]
    permissions: { apply: [users] }
  publish:
    parameters: { id: { type: string } }
    rules: [{ type: createObject, objectType: Notice, properties: { id: { type: parameterId, parameterId: id } } }]
    permissions: { apply: [users] }
  editThings:
    parameters: { batch: { type: string } }
    rules: [{ type: function, function: editThings, inputs: { action: { type: parameterId, parameterId: batch } } }]
    permissions: { apply: [users] }
  notify:
    parameters: { id: { type: string } }
    rules: [{ type: createObject, objectType: Employee, properties: { id: { type: parameterId, parameterId: id }, name: { type: synchronousWebhookOutput, webhookOutputParamName: said } } }]
    webhooks: { writeback: { webhook: ask } }
    permissions: { apply: [users] }
  announce:
    parameters: { id: { type: string } }
    rules: [{ type: createObject, objectType: Notice, properties: { id: { type: parameterId, parameterId: id } } }]
    webhooks: { writeback: { webhook: ask } }
    permissions: { apply: [users] }
  seen:
    rules: [{ type: createObject, objectType: Employee, properties: { id: { type: uniqueIdentifier } } }]
    permissions: { apply: [user:boss], see: [users] }
  hidden:
    rules: [{ type: createObject, objectType: Employee, properties: { id: { type: uniqueIdentifier } } }]
    permissions: { apply: [user:boss] }
  anybody:
    rules: [{ type: createObject, objectType: Employee, properties: { id: { type: uniqueIdentifier } } }]
    permissions: { apply: [anyone] }
`;

const webhooks = (path: string) =>
  webhooksFrom({
    ask: `source: things\ncalls: [{ name: get, method: GET, path: ${path} }]\noutputs: { said: { type: string, from: get } }`,
  });

const deployWith = (path = "/echo") =>
  deploy({
    sources: [sourceTo("things", a)],
    proxies: { "ontology/staff.yaml": ontology },
    webhooks: webhooks(path),
  });

beforeEach(() => {
  run = `t${count++}-`;
  return deployWith();
});

/** A client as somebody. */
const clientOf = (user: string) =>
  createClient(
    API,
    ONTOLOGY,
    async () => "nobody's token",
    undefined,
    async (input, init) => {
      const request = new Request(input, init);
      for (const [name, value] of Object.entries(fromDeveloper(user))) request.headers.set(name, value);
      return exports.default.fetch(request);
    },
  );

/** An action as `@ontology/sdk` declares it. */
// biome-ignore lint/suspicious/noExplicitAny: types of no ontology
const action = (apiName: string, user = "ann"): any => clientOf(user)({ type: "action", apiName } as never);

/** Objects as `@ontology/sdk` declares them. */
// biome-ignore lint/suspicious/noExplicitAny: types of no ontology
const objects = (apiName: string, user = "ann"): any => clientOf(user)({ type: "object", apiName } as never);

const employee = (name: string) => objects("Employee").fetchOne(id(name));

async function ask(path: string, body?: unknown, headers = fromDeveloper("ann")) {
  const response = await exports.default.fetch(`${API}api/v2/ontologies/${ONTOLOGY}/${path}`, {
    headers: { "content-type": "application/json", ...headers },
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: an answer of any route
  return { status: response.status, body: (await response.json()) as any };
}

const apply = (name: string, parameters: Record<string, unknown>, user = "ann", options = {}) =>
  ask(`actions/${name}/apply`, { parameters, options }, fromDeveloper(user));

describe("the real client", () => {
  test("applies an action, and learns which edits it made", async () => {
    const made = await action("hire").applyAction({ id: id("e1"), name: "Eve" }, { $returnEdits: true });
    expect(made).toMatchObject({
      type: "edits",
      addedObjects: [{ objectType: "Employee", primaryKey: id("e1") }],
      editedObjectTypes: ["Employee"],
    });
    expect(await employee("e1")).toMatchObject({ name: "Eve", changedBy: "ann" });
    const promoted = await action("promote").applyAction(
      { employee: await employee("e1"), level: 3 },
      { $returnEdits: true },
    );
    expect(promoted).toMatchObject({ modifiedObjects: [{ objectType: "Employee", primaryKey: id("e1") }] });
    expect(await employee("e1")).toMatchObject({ level: 3 });
  });

  test("leaves in the history who made each edit, and by which action", async () => {
    await action("hire", "bob").applyAction({ id: id("e1"), name: "Eve" });
    const stub = env.ONTOLOGY.getByName(ONTOLOGY);
    const [last] = await runInDurableObject(stub, (_instance, { storage: { sql } }) =>
      sql.exec("SELECT user, name, action, edit FROM history ORDER BY id DESC LIMIT 1").toArray(),
    );
    expect(last).toMatchObject({ user: expect.stringMatching(/bob$/), name: "bob", action: "hire" });
    expect(JSON.parse(String(last?.edit))).toMatchObject({ obj: { apiName: "Employee" } });
  });

  test("validates only, and nothing is changed", async () => {
    const validation = await action("hire").applyAction({ id: id("e1") }, { $validateOnly: true });
    expect(validation).toMatchObject({ result: "VALID", submissionCriteria: [] });
    await expect(employee("e1")).rejects.toThrow();
  });

  test("gets an ActionValidationError where the parameters are not valid", async () => {
    await action("hire").applyAction({ id: id("e1") });
    const refused = await action("promote")
      .applyAction({ employee: id("e1"), level: 4 })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ActionValidationError);
    expect((refused as ActionValidationError).validation).toMatchObject({
      result: "INVALID",
      submissionCriteria: [{ configuredFailureMessage: "Four is no level.", result: "INVALID" }],
      parameters: { level: { result: "VALID" } },
    });
    expect(await employee("e1")).not.toHaveProperty("level");
  });

  test("applies a batch, all or nothing", async () => {
    const made = await action("hire").batchApplyAction([{ id: id("e1") }, { id: id("e2") }], {
      $returnEdits: true,
    });
    expect(made).toMatchObject({ addedObjects: [{ primaryKey: id("e1") }, { primaryKey: id("e2") }] });
    await expect(action("hire").batchApplyAction([{ id: id("e3") }, { id: id("e1") }])).rejects.toMatchObject(
      { errorName: "ObjectAlreadyExists" },
    );
    await expect(
      action("promote").batchApplyAction([
        { employee: id("e1"), level: 2 },
        { employee: id("e2"), level: 20 },
      ]),
    ).rejects.toMatchObject({ errorName: "ActionValidationFailed", statusCode: 400 });
    await expect(employee("e3")).rejects.toThrow();
    expect(await employee("e1")).not.toHaveProperty("level");
  });

  test("links objects", async () => {
    await action("hire").batchApplyAction([{ id: id("e1") }, { id: id("e2") }]);
    await action("setBoss").applyAction({ employee: id("e1"), boss: id("e2") });
    expect(await (await employee("e1")).$link.boss.fetchOne()).toMatchObject({ id: id("e2") });
  });
});

describe("action types", () => {
  test("are listed for those who may see them", async () => {
    const names = async (user: string) =>
      (await ask("actionTypes", undefined, fromDeveloper(user))).body.data.map(
        ({ apiName }: { apiName: string }) => apiName,
      );
    const all = [
      "hire",
      "promote",
      "setBoss",
      "fire",
      "pay",
      "publish",
      "editThings",
      "notify",
      "announce",
      "seen",
    ];
    expect(await names("ann")).toEqual([...all, "anybody"]);
    expect(await names("boss")).toEqual([...all, "hidden", "anybody"]);
    expect(await names("")).toEqual(["anybody"]);
    expect((await ask("actionTypes?pageSize=2&pageToken=2")).body).toMatchObject({
      data: [{ apiName: "setBoss" }, { apiName: "fire" }],
      nextPageToken: "4",
    });
  });

  test.each(["pageSize=0", "pageSize=1001", "pageSize=many", "pageToken=last", "pageToken=-1"])(
    "are not listed for a page that there is not: %s",
    async (query) => {
      expect(await ask(`actionTypes?${query}`)).toMatchObject({
        status: 400,
        body: { errorName: "InvalidPage" },
      });
    },
  );

  test("are described", async () => {
    const { body } = await ask("actionTypes/hire");
    expect(body).toEqual({
      apiName: "hire",
      displayName: "Hire",
      description: "Creates an employee.",
      status: "ACTIVE",
      rid: "ri.actions.main.action-type.local.hire",
      parameters: {
        id: { displayName: "id", dataType: { type: "string" }, required: true, typeClasses: [] },
        name: { displayName: "name", dataType: { type: "string" }, required: false, typeClasses: [] },
        boss: {
          displayName: "boss",
          dataType: { type: "object", objectApiName: "Employee", objectTypeApiName: "Employee" },
          required: false,
          typeClasses: [],
        },
      },
      operations: [{ type: "createObject", objectTypeApiName: "Employee" }],
    });
    expect((await ask(`actionTypes/byRid/${body.rid}`)).body).toEqual(body);
    expect((await ask("actionTypes/setBoss")).body.operations).toEqual([
      {
        type: "createLink",
        linkTypeApiNameAtoB: "boss",
        linkTypeApiNameBtoA: "reports",
        aSideObjectTypeApiName: "Employee",
        bSideObjectTypeApiName: "Employee",
      },
    ]);
  });

  test.each(["hidden", "nothing", "__proto__"])("%s is not there", async (name) => {
    const parameters = { message: `There is no action type ${name} that you may see.` };
    const notFound = {
      status: 404,
      body: { errorName: "ActionTypeNotFound", errorCode: "NOT_FOUND", parameters },
    };
    expect(await ask(`actionTypes/${name}`)).toMatchObject(notFound);
    expect(await apply(name, {})).toMatchObject(notFound);
  });
});

describe("who may not", () => {
  test("apply an action is refused before anything is looked at", async () => {
    expect(await apply("seen", { forged: 1 })).toMatchObject({
      status: 403,
      body: { errorName: "ApplyActionPermissionDenied" },
    });
    expect(await apply("hire", { id: id("e1") }, "")).toMatchObject({
      status: 404,
      body: { errorName: "ActionTypeNotFound" },
    });
  });

  test("edit objects of a type cannot do it by an action", async () => {
    expect(await apply("publish", { id: id("n1") })).toMatchObject({
      status: 403,
      body: { errorName: "EditObjectPermissionDenied" },
    });
    expect(await apply("publish", { id: id("n1") }, "boss")).toMatchObject({ status: 200 });
  });

  test("edit objects of a type have nothing sent by an action either", async () => {
    // It would fail, and say so.
    await deployWith("/status/500");
    expect(await apply("announce", { id: id("n1") })).toMatchObject({
      body: { errorName: "EditObjectPermissionDenied" },
    });
    expect(await apply("announce", { id: id("n1") }, "boss")).toMatchObject({
      body: { errorName: "WritebackWebhookFailed" },
    });
  });

  test("see a type does not learn of it by an action", async () => {
    const refused = await apply("pay", { id: id("s1") });
    expect(refused).toMatchObject({ status: 404, body: { errorName: "ObjectTypeNotFound" } });
    const described = await ask("actionTypes/pay");
    expect(described).toMatchObject({ status: 200, body: { parameters: { id: {} }, operations: [] } });
    const all = await Promise.all(["actionTypes", "fullMetadata"].map((path) => ask(path)));
    expect(JSON.stringify([refused, described, all])).not.toContain("Salary");
    const { body } = await ask("actionTypes/pay", undefined, fromDeveloper("boss"));
    expect(JSON.stringify(body)).toContain("Salary");
  });

  test("read an object does not learn by a validation whether it is there", async () => {
    await apply("pay", { id: id("s1") }, "boss");
    const validate = async (salary: string, user: string) =>
      (await apply("pay", { salary }, user, { mode: "VALIDATE_ONLY" })).body.validation.parameters.salary;
    expect(await validate(id("s1"), "ann")).toEqual(await validate(id("nothing"), "ann"));
    expect(await validate(id("s1"), "boss")).toMatchObject({ result: "VALID" });
  });

  test("a page of another site, which has a browser send its cookie", async () => {
    const headers = { cookie: "CF_Authorization=a.b.c", "sec-fetch-site": "cross-site" };
    expect(await ask("actions/hire/apply", { parameters: { id: id("e1") } }, headers)).toMatchObject({
      status: 403,
      body: { errorName: "CrossSiteRequest" },
    });
  });
});

describe("functions", () => {
  test("of an action have their edits applied together", async () => {
    const { status, body } = await apply("editThings", { batch: "ten thousand" }, "ann", {
      returnEdits: "ALL",
    });
    expect([status, body.edits?.addedObjectCount]).toEqual([200, 10_000]);
    expect(await apply("editThings", { batch: "ten thousand" })).toMatchObject({
      status: 409,
      body: { errorName: "ObjectAlreadyExists" },
    });
  });

  test.each(["another type", "another type by hand", "no edit", "an unknown kind"])(
    "whose edits are not what it declares change nothing: %s",
    async (batch) => {
      expect(await apply("editThings", { batch })).toMatchObject({
        status: 400,
        body: { errorName: "FunctionExecutionFailed" },
      });
    },
  );
});

describe("webhooks", () => {
  test("that write back give their outputs to rules", async () => {
    expect(await apply("notify", { id: id("e1") })).toMatchObject({ status: 200 });
    expect((await employee("e1")).name).toEqual(expect.any(String));
  });

  test("that fail abort the action, and say why", async () => {
    await deployWith("/status/500");
    expect(await apply("notify", { id: id("e1") })).toMatchObject({
      status: 400,
      body: { errorName: "WritebackWebhookFailed", parameters: { webhook: "ask" } },
    });
    await expect(employee("e1")).rejects.toThrow();
  });

  test("are not called by a validation", async () => {
    await deployWith("/status/500");
    expect(await apply("notify", { id: id("e1") }, "ann", { mode: "VALIDATE_ONLY" })).toMatchObject({
      status: 200,
    });
  });
});

describe("two users at once", () => {
  test("who create the same object: one wins whole", async () => {
    const both = await Promise.all(
      ["ann", "bob"].map((user) =>
        ask(
          "actions/hire/applyBatch",
          { requests: [{ parameters: { id: id("same") } }, { parameters: { id: id(user) } }] },
          fromDeveloper(user),
        ),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const winner = both[0]?.status === 200 ? "ann" : "bob";
    expect(await employee("same")).toMatchObject({ changedBy: winner });
    await expect(employee(winner === "ann" ? "bob" : "ann")).rejects.toThrow();
  });

  test.each([
    ["fire first", ["fire", "promote"]],
    ["promote first", ["promote", "fire"]],
  ])("one who changes what the other deletes: %s", async (_, order) => {
    await apply("hire", { id: id("e1") });
    const answers = new Map(
      await Promise.all(
        order.map(async (name) => {
          const parameters = { employee: id("e1"), ...(name === "promote" && { level: 2 }) };
          return [name, await apply(name, parameters)] as const;
        }),
      ),
    );
    expect(answers.get("fire")).toMatchObject({ status: 200, body: { validation: { result: "VALID" } } });
    const promoted = answers.get("promote");
    // It was there or not, by then.
    const outcomes = [promoted?.status, promoted?.body.validation?.result];
    expect([
      [200, "VALID"],
      [200, "INVALID"],
      [404, undefined],
    ]).toContainEqual(outcomes);
    await expect(employee("e1")).rejects.toThrow();
  });
});

test.each(["'; DROP TABLE objects; --", '" OR 1=1', "e'1\\", "🙂", "%_*?"])(
  "text is text, whatever a database would make of it: %j",
  async (text) => {
    expect(await apply("hire", { id: id(text), name: text })).toMatchObject({ status: 200 });
    expect(await apply("promote", { employee: id(text), level: 2 })).toMatchObject({
      body: { validation: { result: "VALID" } },
    });
    expect(await employee(text)).toMatchObject({ name: text, level: 2 });
  },
);

test("a text that a database would cut off is refused", async () => {
  expect(await apply("hire", { id: id("e1"), name: "a\u0000b" })).toMatchObject({
    status: 400,
    body: { errorName: "InvalidPropertyValue" },
  });
});

test("a link to nothing is none", async () => {
  await apply("hire", { id: id("e1") });
  expect(await apply("setBoss", { employee: id("e1"), boss: id("nobody") })).toMatchObject({
    body: { validation: { result: "INVALID", parameters: { boss: { result: "INVALID" } } } },
  });
});

test.each(["ontologies/other/actionTypes", "ontologies/other/actionTypes/hire"])(
  "there is no %s",
  async (path) => {
    const response = await exports.default.fetch(`${API}api/v2/${path}`, { headers: fromDeveloper("ann") });
    expect([response.status, await response.json()]).toMatchObject([404, { errorName: "OntologyNotFound" }]);
  },
);

describe("a request that is none", () => {
  test.each([
    [{ parameters: [] }],
    [{ parameters: {}, options: { mode: "DRY_RUN" } }],
    [{ parameters: {}, options: { returnEdits: "SOME" } }],
    [{ parameters: {}, options: "all" }],
  ])("%j", async (body) => {
    expect(await ask("actions/hire/apply", body)).toMatchObject({
      status: 400,
      body: { errorName: "InvalidRequestBody" },
    });
  });

  test.each([[{}], [{ requests: {} }], [{ requests: [1] }], [{ requests: [{ parameters: 1 }] }]])(
    "a batch %j",
    async (body) => {
      expect(await ask("actions/hire/applyBatch", body)).toMatchObject({
        status: 400,
        body: { errorName: "InvalidRequestBody" },
      });
    },
  );
});
