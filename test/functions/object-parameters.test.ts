import { describe, expect, test } from "vitest";
import { type LoadedObject, type LoadObjects, withObjects } from "../../src/functions/object-parameters.ts";
import type { NamedType, ValueType } from "../../src/functions/published-function.ts";
import { argumentFrom, resultOf } from "../../src/functions/runtime/arguments.ts";

const employee: ValueType = { type: "object", objectType: "Employee" };
const struct: ValueType = {
  type: "struct",
  fields: [
    { name: "who", type: employee, optional: false },
    { name: "note", type: { type: "string" }, optional: true },
  ],
};
const parameter = (type: ValueType): NamedType => ({ name: "it", type, optional: true });

const known: Record<string, LoadedObject> = {
  e1: { __apiName: "Employee", __primaryKey: "e1", __title: "Ann", id: "e1", name: "Ann" },
  e2: { __apiName: "Employee", __primaryKey: "e2", __title: "Bob", id: "e2", name: "Bob" },
};

function load(asked: unknown[] = []): LoadObjects {
  return async (objectType, keys) => {
    asked.push([objectType, keys]);
    return new Map(
      keys.flatMap((key) => (known[String(key)] ? [[key, known[String(key)] as LoadedObject]] : [])),
    );
  };
}

describe("objects take the place of their primary keys", () => {
  test.each<[ValueType, unknown, unknown]>([
    [employee, "e1", known.e1],
    [employee, null, null],
    [{ type: "list", element: employee }, ["e1", "e2", "e1"], [known.e1, known.e2, known.e1]],
    [{ type: "map", key: { type: "string" }, value: employee }, { a: "e2" }, { a: known.e2 }],
    [struct, { who: "e1", note: "x" }, { who: known.e1, note: "x" }],
    [{ type: "string" }, "e1", "e1"],
  ])("%j of %j", async (type, value, expected) => {
    expect(await withObjects([parameter(type)], [value], load())).toEqual([expected]);
  });

  test("each is read once, all of a type together", async () => {
    const asked: unknown[] = [];
    const list: ValueType = { type: "list", element: employee };
    await withObjects([parameter(employee), parameter(list)], ["e1", ["e2", "e1"]], load(asked));
    expect(asked).toEqual([["Employee", ["e1", "e2"]]]);
  });

  test("one that is not there, or not for the caller to read, is an error", async () => {
    await expect(withObjects([parameter(employee)], ["e9"], load())).rejects.toMatchObject({
      errorName: "ObjectNotFound",
      status: 404,
      parameters: { objectType: "Employee", primaryKey: { primaryKey: "e9" } },
    });
  });
});

describe("an object as TypeScript v2 code has it", () => {
  const object = argumentFrom(known.e1, parameter(employee), "typescript-v2") as Record<string, unknown>;

  test("its properties, and what it is", () => {
    expect(object).toEqual({
      id: "e1",
      name: "Ann",
      $apiName: "Employee",
      $objectType: "Employee",
      $primaryKey: "e1",
      $title: "Ann",
      $objectSpecifier: "Employee:e1",
    });
  });

  test("its links are read with the client", () => {
    expect(() => object.$link).toThrow('const object = await client(Employee).fetchOne("e1")');
  });

  test("a copy of it with other properties", () => {
    const copy = (object.$clone as (changed: object) => Record<string, unknown>)({ name: "Anna" });
    expect([copy.name, copy.$primaryKey, object.name]).toEqual(["Anna", "e1", "Ann"]);
  });

  test("is its primary key when it is returned", () => {
    expect(resultOf(object, { type: employee, optional: false }, 1000)).toBe("e1");
    expect(() => resultOf({ name: "x" }, { type: employee, optional: false }, 1000)).toThrow(
      "expected the primary key of Employee, got an object",
    );
  });
});
