import { beforeAll, describe, expect, test } from "vitest";
import { company } from "../ontology/company.ts";
import { clear, created, ontologyFor, user } from "../ontology/deployed-ontology.ts";
import { definitionOf } from "../ontology/ontology-kit.ts";
import { deploy, execute, fromDeveloper } from "./function-kit.ts";

beforeAll(async () => {
  await deploy({ sources: [], ontology: definitionOf(company) });
  const ontology = await ontologyFor(user("hr", "hr"));
  await clear(ontology, "Employee", "Salary");
  await ontology.apply(
    [
      created("Employee", { id: "e1", name: "Ann", level: 3, hired: "2020-01-31", tags: ["a"] }),
      created("Employee", { id: "e2", name: "Bob", level: 2, bossId: "e1" }),
      created("Employee", { id: "e3", name: "Eve", level: 1, bossId: "e1" }),
      created("Salary", { id: "s1", amount: 1, employeeId: "e1" }),
    ],
    null,
  );
});

async function ask(action: string, parameters: object = {}, as = "alice") {
  const { body } = await execute("withObjects", { action, ...parameters }, fromDeveloper(as));
  return body as { value?: string; errorName?: string; parameters?: object };
}

describe("a function has the objects that its caller may read", () => {
  test("as an object, of its primary key", async () => {
    const { value } = await ask("what it is", { employee: "e1" });
    expect(JSON.parse(String(value))).toEqual({
      id: "e1",
      name: "Ann",
      level: 3,
      hired: "2020-01-31",
      tags: ["a"],
      $apiName: "Employee",
      $objectType: "Employee",
      $primaryKey: "e1",
      $title: "Ann",
      $objectSpecifier: "Employee:e1",
    });
  });

  const all = { type: "base", objectType: "Employee" };
  const some = { type: "filter", objectSet: all, where: { type: "in", field: "id", value: ["e1", "e3"] } };

  test.each([
    ["its boss", { employee: "e2" }, "Ann"],
    ["its reports", { employee: "e1" }, "Bob, Eve"],
    ["one of its reports", { employee: "e1" }, "Eve"],
    ["the set", { set: some }, "Ann, Eve"],
    ["a part of the set", { set: some }, "Ann"],
    ["by the client", {}, "Ann"],
    ["how many", {}, "3"],
  ])("%s", async (action, parameters, value) => {
    expect(await ask(action, parameters)).toEqual({ value });
  });

  test("a boss that nobody is", async () => {
    expect(await ask("its boss", { employee: "e1" })).toMatchObject({
      errorName: "QueryRuntimeError",
      parameters: { message: "There is no linked object." },
    });
  });
});

describe("and no others", () => {
  test.each<[string, object, string]>([
    ["an object that is not there", { employee: "e9" }, "alice"],
    ["a key that no object could have", { employee: 7 }, "alice"],
    ["SQL in a key", { employee: "e1' OR '1'='1" }, "alice"],
    ["nobody may read employees without a name", { employee: "e1" }, ""],
  ])("%s", async (_, parameters, as) => {
    expect(await ask("what it is", parameters, as)).toMatchObject({ errorName: "ObjectNotFound" });
  });

  test("a type that the caller may not read is not there for the client", async () => {
    expect(await ask("what is secret")).toMatchObject({ errorName: "QueryRuntimeError" });
  });

  test("a client that was kept is of no use to the next call", async () => {
    expect(await ask("keep the client")).toEqual({ value: "kept" });
    expect(await ask("a client of another call", {}, "bob")).toMatchObject({
      parameters: { message: expect.stringContaining("This belongs to another call of the function.") },
    });
  });
});
