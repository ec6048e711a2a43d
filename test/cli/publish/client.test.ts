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
