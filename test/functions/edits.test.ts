import { beforeEach, describe, expect, test } from "vitest";
import { deploy, execute } from "./function-kit.ts";

beforeEach(() => deploy({ sources: [] }));

const edit = async (action: string) => (await execute("editThings", { action })).body;

const definition = { type: "object", apiName: "Employee" };
const ann = { $apiName: "Employee", $primaryKey: "e1" };
const bob = { $apiName: "Employee", $primaryKey: "e2" };
const annAsPerson = { $apiName: "Person", $objectType: "Employee", $primaryKey: "e1" };

describe("edits as JSON", () => {
  test.each<[string, unknown[]]>([
    ["create", [{ type: "createObject", obj: definition, properties: { id: "e3", name: "Eve" } }]],
    [
      "create, as an interface",
      [
        {
          type: "createInterface",
          interfaceType: { type: "interface", apiName: "Person" },
          objectType: definition,
          properties: { name: "Eve" },
        },
      ],
    ],
    ["update", [{ type: "updateObject", obj: ann, properties: { name: "Anna", boss: null } }]],
    [
      "update, as an interface",
      [{ type: "updateInterface", obj: annAsPerson, properties: { name: "Anna" } }],
    ],
    ["delete", [{ type: "deleteObject", obj: bob }]],
    ["delete, as an interface", [{ type: "deleteInterface", obj: annAsPerson }]],
    ["link", [{ type: "addLink", source: ann, apiName: "boss", target: bob }]],
    [
      "link several",
      [
        { type: "addLink", source: ann, apiName: "reports", target: bob },
        { type: "addLink", source: ann, apiName: "reports", target: ann },
      ],
    ],
    ["unlink", [{ type: "removeLink", source: ann, apiName: "boss", target: bob }]],
    [
      "encrypted",
      [
        {
          type: "updateObject",
          obj: ann,
          properties: { secret: { ciphertext: "CIPHER" }, secrets: [{ ciphertext: "CIPHER" }, "x"] },
        },
      ],
    ],
    ["keeps what it was when it was asked", [{ type: "deleteObject", obj: ann }]],
  ])("%s", async (action, edits) => {
    expect(await edit(action)).toEqual({ value: edits, applied: false });
  });

  test("ten thousand of them", async () => {
    const { value } = (await edit("ten thousand")) as { value: unknown[] };
    expect(value.length).toBe(10_000);
  });
});

describe("what a function may not edit is refused by the gateway", () => {
  const undeclared = "the function edits Secret, which it does not declare. It declares Employee.";

  test.each([
    ["one more", "The function returned 10001 edits, and may return 10000."],
    ["another type", `[0]: ${undeclared}`],
    ["another type behind an interface", `[0]: ${undeclared}`],
    ["another type by hand", `[0]: ${undeclared}`],
    ["another type as the source of a link", `[0]: ${undeclared}`],
    ["a name that is an object", "[0]: expected OntologyEdit, got an object"],
    ["an unknown kind", "[0]: expected OntologyEdit, got an object"],
    ["no edit", "[0]: expected OntologyEdit, got a string"],
    ["no list", "expected List<OntologyEdit>, got an object"],
    ["a value that contains itself", expect.stringContaining("The result is no JSON: Converting circular")],
    ["a bigint", "The result is no JSON: Do not know how to serialize a BigInt"],
  ])("%s", async (action, message) => {
    expect(await edit(action)).toMatchObject({
      errorName: "InvalidQueryOutputValue",
      parameters: { message },
    });
  });

  test("a list that contains itself", async () => {
    expect(await edit("a list that contains itself")).toMatchObject({ errorName: "QueryRuntimeError" });
  });

  test("names of prototypes are properties as any other", async () => {
    const { value } = (await edit("names of prototypes")) as { value: { properties: object }[] };
    expect(JSON.stringify(value[0]?.properties)).toBe('{"__proto__":{"polluted":true},"constructor":"x"}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
