import { describe, expect, test } from "vitest";
import { company, placed, publish } from "./kit.ts";

const code = (body: string) => `import { Employee } from "@ontology/sdk";
import type { Client } from "@osdk/client";
import { createEditBatch, type Edits } from "@osdk/functions";
export default async function it(client: Client): Promise<Edits.Object<Employee>[]> {
  const batch = createEditBatch<Edits.Object<Employee>>(client);
  ${body}
  return batch.getEdits();
}`;

async function bytesOf(body: string): Promise<number> {
  const { functions, problems } = await publish({
    "functions/it/it.ts": code(body),
    "ontology/company.yaml": company,
  });
  expect(problems.map(placed)).toEqual([]);
  return functions[0]?.module.length ?? 0;
}

describe("the client is in the module of a function that uses it", () => {
  test("and of no other", async () => {
    expect(await bytesOf("")).toBeLessThan(50_000);
    const bytes = await bytesOf("batch.delete(await client(Employee).fetchOne('e1'));");
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(400_000);
  });
});

describe("what a function imports of @ontology/sdk beside the ontology is a query", () => {
  const code = (name: string) => `import { ${name} } from "@ontology/sdk";
import type { Client } from "@osdk/client";
export default async function it(client: Client): Promise<string> {
  return client(${name}).executeFunction();
}`;
  const webhook = (more: string) =>
    `source: Things\n${more}\ncalls: [{ name: get, method: GET, path: /x }]\noutputs: { name: { type: string, from: get } }`;

  test.each([
    ["find", []],
    ["other", []],
    ["hidden", ["1:10 UnknownDefinition The ontology defines no hidden."]],
    ["nothing", ["1:10 UnknownDefinition The ontology defines no nothing."]],
  ])("%s: %j", async (name, expected) => {
    const { functions, problems } = await publish({
      "functions/it/it.ts": code(name),
      "functions/other/other.ts": "export default function other(): string { return ''; }",
      "webhooks/find.yaml": webhook("publishAsFunction: true"),
      "webhooks/hidden.yaml": webhook(""),
    });
    expect(problems.map(placed)).toEqual(expected);
    const module = new TextDecoder().decode(
      functions.find(({ published }) => published.name === "it")?.module,
    );
    const definition = new RegExp(
      `type: "query",\\s+apiName: "${name}"|"type": ?"query", ?"apiName": ?"${name}"`,
    );
    expect(definition.test(module)).toBe(expected.length === 0);
  });
});
