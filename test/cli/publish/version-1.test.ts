import { describe, expect, test } from "vitest";
import { company, declaredIn, placed, publish } from "./kit.ts";

const imports = `import { ExternalSystems, Function, Query, Integer } from "@foundry/functions-api";
import { Orders, Stock } from "@foundry/external-systems/sources";
`;

describe("each decorated method of an exported class is a function", () => {
  const code = `${imports}
export class Things {
  @Function()
  first(): void {}

  @ExternalSystems({ sources: [Orders, Stock, Orders] })
  @Query({ apiName: "secondThing" })
  public async second(count: Integer): Promise<Integer> { return count; }

  @Function()
  @ExternalSystems({ sources: [Stock] })
  third(): void {}

  helper(): void {}
}

class Inner { @Function() notExported(): void {} }

class Late { @Query() fourth(): void {} }
export { Late as More };
`;

  test("with its name or its API name, and the sources it declares", () => {
    const { functions, problems } = declaredIn(code);
    expect(problems).toEqual([]);
    expect(
      functions.map(({ name, sources, language }) => [name, sources.map((each) => each.name), language]),
    ).toEqual([
      ["first", [], "typescript-v1"],
      ["secondThing", ["Orders", "Stock"], "typescript-v1"],
      ["third", ["Stock"], "typescript-v1"],
      ["fourth", [], "typescript-v1"],
    ]);
  });

  test("and is published as a module of its own", async () => {
    const { functions, problems } = await publish({ "functions/it/it.ts": code });
    expect(problems).toEqual([]);
    const modules = functions.map(({ module }) => new TextDecoder().decode(module));
    expect(new Set(functions.map(({ published }) => published.revision)).size).toBe(4);
    expect(modules[3]).toContain('()["fourth"](...parameters)');
    expect(modules[1]).toContain('"secondThing"');
  });

  test("and knows where it and its sources are declared", async () => {
    const { functions } = await publish({ "functions/it/it.ts": code });
    expect(functions[1]?.at).toEqual({ file: "functions/it/it.ts", line: 9, column: 21 });
    expect([...(functions[1]?.sourcesAt ?? [])]).toEqual([
      ["Orders", { file: "functions/it/it.ts", line: 8, column: 32 }],
      ["Stock", { file: "functions/it/it.ts", line: 8, column: 40 }],
    ]);
  });
});

test("classes may come from other files that the entry file passes on", () => {
  const { functions, problems } = declaredIn(
    'export { Things as Renamed } from "./things";\nexport * from "./more";',
    {
      "functions/it/things.ts": `${imports}export class Things { @Function() first(): void {} }`,
      "functions/it/more.ts": `${imports}export class More { @Function() second(): void {} }\nexport * from "./it";`,
    },
  );
  expect(problems).toEqual([]);
  expect(functions.map(({ name, call }) => [name, call])).toEqual([
    ["first", '(...parameters) => new user["Renamed"]()["first"](...parameters)'],
    ["second", '(...parameters) => new user["More"]()["second"](...parameters)'],
  ]);
});

test("sources may be named as functions of 2024 do", async () => {
  const { functions, problems } = await publish({
    "functions/it/it.ts": `import { ExternalSystems, Function } from "@foundry/functions-api";
import { Sources } from "@foundry/external-systems";
export class Things {
  @ExternalSystems({ sources: [Sources.Orders] })
  @Function()
  first(): string { return Sources.Orders.getHttpsConnection().url; }

  @Function()
  second(): string { return Sources.Orders.getHttpsConnection().url; }
}`,
  });
  expect(functions.map(({ published }) => published.sources)).toEqual([["Orders"], []]);
  expect(problems.map(placed)).toEqual([
    "9:29 UndeclaredSource The function does not declare the source Orders.",
  ]);
});

test("sources may be named as parts of all of them", async () => {
  const { functions, problems } = await publish({
    "functions/it/it.ts": `import { ExternalSystems, Function } from "@foundry/functions-api";
import * as all from "@foundry/external-systems/sources";
export class Things {
  @ExternalSystems({ sources: [all.Orders] })
  @Function()
  first(): string { return all.Orders.getSecret("a"); }
}`,
  });
  expect(problems).toEqual([]);
  expect(functions[0]?.published.sources).toEqual(["Orders"]);
  expect(new TextDecoder().decode(functions[0]?.module)).toContain('sourceSymbol("Orders")');
});

test("a method may use no other sources than its own", async () => {
  const { problems } = await publish({
    "functions/it/it.ts": `${imports}
export class Things {
  @ExternalSystems({ sources: [Orders] })
  @Function()
  first(): string { return Orders.getSecret("a") + Stock.getSecret("b"); }

  @ExternalSystems({ sources: [Stock] })
  @Function()
  second(): string { const stock = Stock; return stock.getSecret("b") + helper(); }
}
function helper() { return Orders.getSecret("a") + Other.getSecret("c"); }
import { Other } from "@foundry/external-systems/sources";
`,
  });
  expect(problems.map(placed)).toEqual([
    "7:52 UndeclaredSource The function does not declare the source Stock.",
    "13:52 UndeclaredSource The function does not declare the source Other.",
  ]);
  expect(problems[0]?.remedy).toBe("Add it to the method: @ExternalSystems({ sources: [Orders, Stock] }).");
});

describe("a decorated method that cannot be published is refused", () => {
  const inClass = (text: string) =>
    `import { ChatCompletion, Edits, ExternalSystems, Function, OntologyEditFunction, Query } from "@foundry/functions-api";\nexport class It {\n${text}\n}`;
  test.each<[text: string, expected: string[]]>([
    [
      "@OntologyEditFunction() it(): string { return ''; }",
      ["3:25 InvalidMethod A function that edits returns nothing: its edits are its result."],
    ],
    [
      "@Edits(name) @OntologyEditFunction() it(): void {}",
      ["3:8 DecoratorNotLiteral An argument of @Edits is no object type."],
    ],
    ["@Edits() it(): void {}", ["3:10 InvalidMethod The method declares what it uses and is not published."]],
    [
      "@ChatCompletion() it(): void {}",
      ["3:1 UnsupportedDecorator @ChatCompletion cannot be used: there are no models here."],
    ],
    [
      "@ExternalSystems({ sources: [] }) it(): void {}",
      ["3:35 InvalidMethod The method declares what it uses and is not published."],
    ],
    [
      "@ExternalSystems({ sources: names }) @Function() it(): void {}",
      ["3:29 DecoratorNotLiteral The sources are not a list of symbols."],
    ],
    [
      '@ExternalSystems({ sources: ["Orders"] }) @Function() it(): void {}',
      ["3:30 DecoratorNotLiteral The sources are not a list of symbols."],
    ],
    [
      "@ExternalSystems() @Function() it(): void {}",
      ["3:1 DecoratorNotLiteral The sources are not a list of symbols."],
    ],
    ["@Query({ apiName: name }) it(): void {}", ["3:19 DecoratorNotLiteral The API name is not a literal."]],
    ["@Function() private it(): void {}", ["3:21 InvalidMethod A published method has to be public."]],
    ["@Function() static it(): void {}", ["3:20 InvalidMethod Only methods can be published."]],
    ["@Function() it = () => 1;", ["3:13 InvalidMethod Only methods can be published."]],
    ["@Function() get it(): string { return ''; }", ["3:17 InvalidMethod Only methods can be published."]],
    ["@Function() it() {}", ["3:13 MissingReturnType The function does not say what it returns."]],
    [
      "constructor(name: string) {}\n@Function() it(): void {}",
      ["3:1 InvalidMethod A class of functions is made without arguments."],
    ],
  ])("%s", (text, expected) => {
    expect(declaredIn(inClass(text)).problems).toEqual(expected);
  });

  test("a default export beside it is another version's", () => {
    const code = `${inClass("@Function() it(): void {}")}\nexport default function other(): void {}`;
    expect(declaredIn(code).problems).toEqual([
      "5:16 MixedVersions The file has methods with decorators (TypeScript v1) and a default export (TypeScript v2).",
    ]);
  });
});

describe("a function that edits objects", () => {
  const imports = `import { Edits, Filters, Function, OntologyEditFunction } from "@foundry/functions-api";
import type { Integer, ObjectSet } from "@foundry/functions-api";
import { Employee, Objects, Ticket } from "@foundry/ontology-api";
`;
  const published = (methods: string) =>
    publish({
      "functions/it/it.ts": `${imported(methods)}export class It {\n${methods}\n}`,
      "ontology/company.yaml": company,
    });
  const imported = (methods: string) =>
    imports
      .split("\n")
      .map((line) =>
        line.replaceAll(
          /\{ (.*) \}/g,
          (_, names: string) =>
            `{ ${names
              .split(", ")
              .filter((name) => methods.includes(name))
              .join(", ")} }`,
        ),
      )
      .join("\n");

  test.each<[string, string[]]>([
    ["@Edits(Employee, Ticket) @OntologyEditFunction() public it(): void {}", ["Employee", "Ticket"]],
    ["@Edits([Employee]) @OntologyEditFunction() public async it(): Promise<void> {}", ["Employee"]],
    ["@OntologyEditFunction() public it(employee: Employee): void { employee.name = 'x'; }", ["Employee"]],
    ["@OntologyEditFunction() public it(): void { Objects.create().ticket(7); }", ["Ticket"]],
  ])("%s", async (method, edits) => {
    const { functions, problems } = await published(method);
    expect(problems).toEqual([]);
    expect(functions[0]?.published).toMatchObject({
      edits,
      output: { type: { type: "edits" }, optional: false },
    });
  });

  test("takes objects and sets of them", async () => {
    const { functions } = await published(
      "@Function() public it(one: Employee, many: Employee[], all: ObjectSet<Employee>): Employee { return one; }",
    );
    const object = { type: "object", objectType: "Employee" };
    expect(functions[0]?.published).toMatchObject({
      parameters: [
        { name: "one", type: object },
        { name: "many", type: { type: "list", element: object } },
        { name: "all", type: { type: "objectSet", objectType: "Employee" } },
      ],
      output: { type: object },
    });
  });

  test.each<[string, string[]]>([
    [
      "@Edits(Employee) @OntologyEditFunction() public it(): void { Objects.create().ticket(7); }",
      ["5:79 UndeclaredEdit The function does not declare to edit Ticket."],
    ],
    [
      "@Function() public async it(): Promise<void> { await Objects.search().employee().filter(e => e.id.exactMatch('')).groupBy(e => e.name.topValues()).count(); }",
      ["5:115 UnsupportedObjectSet groupBy is not supported in TypeScript v1."],
    ],
  ])("%s", async (method, expected) => {
    expect((await published(method)).problems.map(placed)).toEqual(expected);
  });
});

test("an ontology may have an object type with a name that JavaScript reserves", async () => {
  const { problems } = await publish({
    "functions/it/it.ts": `import { Function, Integer } from "@foundry/functions-api";
import { Objects } from "@foundry/ontology-api";
export class It { @Function() public async it(): Promise<Integer> { return Objects.search().employee().count(); } }`,
    "ontology/company.yaml": company.replaceAll("Ticket", "package"),
  });
  expect(problems).toEqual([]);
});
