import { describe, expect, test } from "vitest";
import { company, placed, publish } from "./kit.ts";

const imports = `import { Employee, Ticket } from "@ontology/sdk";
import { createEditBatch, type CreateInterface, type Edits, type UpdateObject } from "@osdk/functions";
`;

async function published(code: string) {
  const { functions, problems } = await publish({
    "functions/it/it.ts": imports + code,
    "ontology/company.yaml": company,
  });
  return { functions: functions.map((each) => each.published), problems: problems.map(placed) };
}

const returning = (type: string, before = "") => `${before}
export default async function it(): Promise<${type}> { throw new Error("not run"); }`;

const config = (...types: string[]) => `export const config = { edits: [${types.join(", ")}] };`;

describe("a function edits what its result says", () => {
  test.each<[string, string[], string?]>([
    ["Edits.Object<Employee>[]", ["Employee"]],
    ["Array<Edits.Object<Employee>>", ["Employee"]],
    ["readonly Edits.Object<Employee>[]", ["Employee"]],
    ["(Edits.Object<Employee> | Edits.Object<Ticket>)[]", ["Employee", "Ticket"]],
    ['Edits.Link<Employee, "boss">[]', ["Employee"]],
    ["Edits.Interface<Employee>[]", ["Employee"]],
    ["UpdateObject<Employee>[]", ["Employee"]],
    ["CreateInterface<Employee, Ticket>[]", ["Ticket"]],
    ["OntologyEdit[]", ["Employee"], "type OntologyEdit = Edits.Object<Employee>;"],
    [
      "Changes",
      ["Employee", "Ticket"],
      "type One = Edits.Object<Employee>; type Other = One | Edits.Object<Ticket>; type Changes = Other[];",
    ],
    ["Edits.Object<Employee>[]", ["Employee", "Ticket"], config("Employee", "Ticket")],
  ])("%s", async (type, edits, before = "") => {
    expect(await published(returning(type, before))).toMatchObject({
      functions: [{ parameters: [], output: { type: { type: "edits" }, optional: false }, edits }],
      problems: [],
    });
  });
});

describe("what it does not say is refused where it stands", () => {
  const notType = "A part of config.edits is no object type.";

  test.each([
    [
      returning("(Edits.Object<Employee> | Edits.Object<Ticket>)[]", config("Employee")),
      ["4:84 UndeclaredEdit The function does not declare to edit Ticket."],
    ],
    [
      `export default function it(client: unknown): Edits.Object<Employee>[] {
  const batch = createEditBatch<any>({} as never);
  batch.create(Ticket, {});
  return batch.getEdits();
}`,
      [
        "3:36 UnsupportedType unknown is no type for a function.",
        "5:16 UndeclaredEdit The function does not declare to edit Ticket.",
      ],
    ],
    [
      returning("string", 'export const config = { edits: ["Employee"] };'),
      [`3:33 ConfigNotLiteral ${notType}`],
    ],
    [
      returning("string", "export const config = { edits: Employee };"),
      ["3:32 ConfigNotLiteral config.edits is not a literal."],
    ],
    [
      returning("(Edits.Object<Employee> | string)[]"),
      ["4:46 UnsupportedType A value can be of one type only."],
    ],
    [
      returning("Edits.Object<Employee>"),
      ["4:45 UnsupportedType Edits.Object is no type for a function here."],
    ],
  ])("%s", async (code, problems) => {
    expect((await published(code)).problems).toEqual(problems);
  });
});

test("a client is no parameter of the caller's", async () => {
  const { functions, problems } = await publish({
    "functions/it/it.ts": `import type { Client } from "@osdk/client";
export default function it(client: Client, name: string): string { return name; }`,
  });
  expect(problems).toEqual([]);
  expect(functions.map(({ published }) => published.parameters)).toEqual([
    [{ name: "name", type: { type: "string" }, optional: false }],
  ]);
});

describe("what the ontology does not define cannot be imported", () => {
  const importing = (name: string) => `import { ${name} as asked } from "@ontology/sdk";
export default function it(): string { return asked.apiName; }`;

  test.each([
    [
      "a name that is nearly one",
      "Employe",
      company,
      ["1:10 UnknownDefinition The ontology defines no Employe."],
    ],
    [
      "any name where there is no ontology",
      "Employee",
      "",
      ["1:10 UnknownDefinition The ontology defines no Employee."],
    ],
    [
      "none while the ontology is wrong, which is said elsewhere",
      "Employee",
      "objectTypes: 1",
      ["ontology/company.yaml:1:14 InvalidValue objectTypes must be an object, and is a number."],
    ],
    ["a query, for which any function will do", "it", "", []],
  ])("%s", async (_, name, ontology, expected) => {
    const { problems } = await publish({
      "functions/it/it.ts": importing(name),
      ...(ontology !== "" && { "ontology/company.yaml": ontology }),
    });
    expect(problems.map(placed)).toEqual(expected);
  });
});

describe("objects and sets of them as types", () => {
  const object = { type: "object", objectType: "Employee" };
  const objectSet = { type: "objectSet", objectType: "Employee" };
  const imported = `import { Employee } from "@ontology/sdk";
import type { ObjectSet, Osdk } from "@osdk/client";
`;

  test.each([
    ["Osdk.Instance<Employee>", object],
    ["Osdk<Employee>", object],
    ["Employee.OsdkInstance", object],
    ["ObjectSet<Employee>", objectSet],
    ["Employee.ObjectSet", objectSet],
    ["Osdk.Instance<Employee>[]", { type: "list", element: object }],
  ])("%s", async (type, expected) => {
    const { functions, problems } = await publish({
      "functions/it/it.ts": `${imported}export default function it(given: ${type}): void {}`,
      "ontology/company.yaml": company,
    });
    expect(problems).toEqual([]);
    expect(functions[0]?.published.parameters).toEqual([{ name: "given", type: expected, optional: false }]);
  });

  test.each([
    [
      "Employee",
      "Employee is no type for a function here.",
      "Write Osdk.Instance<Employee>, with Osdk imported from @osdk/client.",
    ],
    ["Record<string, Osdk.Instance<Employee>>", null, null],
  ])("%s", async (type, message, remedy) => {
    const { problems } = await publish({
      "functions/it/it.ts": `${imported}export default function it(given: ${type}): void {}`,
      "ontology/company.yaml": company,
    });
    expect(problems.map((problem) => [problem.message, problem.remedy])).toEqual(
      message === null ? [] : [[message, remedy]],
    );
  });
});
