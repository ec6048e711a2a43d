import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunningInProcess, sortieInProcess } from "../in-process.ts";
import { company, folderWithPackages } from "./kit.ts";

const folder = folderWithPackages({
  "ontology/company.yaml": company,
  "functions/hire/hire.ts": `import { Employee } from "@ontology/sdk";
import type { Client } from "@osdk/client";
import { createEditBatch, type Edits } from "@osdk/functions";

export default async function hire(client: Client, name: string): Promise<Edits.Object<Employee>[]> {
  const batch = createEditBatch<Edits.Object<Employee>>(client);
  const { $count } = await client(Employee).aggregate({ $select: { $count: "unordered" } });
  batch.create(Employee, { id: \`e\${$count + 1}\`, name });
  return batch.getEdits();
}`,
  "functions/old/old.ts": `import { Edits, Function, Integer, OntologyEditFunction } from "@foundry/functions-api";
import { Uuid } from "@foundry/functions-utils";
import { Employee, Objects } from "@foundry/ontology-api";

export class Old {
  @Edits(Employee)
  @OntologyEditFunction()
  public promoteAll(name: string): void {
    const everybody = Objects.search().employee().filter((e) => e.name.exactMatch(name)).all();
    const employee = Objects.create().employee("e9");
    employee.name = name;
    employee.level = everybody.length + 1;
    if (Uuid.random() === Uuid.random()) employee.delete();
  }

  @Function()
  public async howMany(): Promise<Integer> {
    const all = await Objects.search().employee().allAsync();
    return all.length + (await Objects.search().employee().count());
  }
}`,
  "functions/secret/secret.ts": `import { Ticket } from "@ontology/sdk";
import { createEditBatch, type Edits } from "@osdk/functions";
import type { Client } from "@osdk/client";
export default function secret(client: Client): Edits.Object<Ticket>[] {
  const batch = createEditBatch<any>(client);
  batch.delete({ $apiName: "Employee", $primaryKey: "e1" });
  return batch.getEdits();
}`,
});

let dev: RunningInProcess;
let url: string;

beforeAll(async () => {
  dev = new RunningInProcess(["dev", folder, "--port", "0"]);
  url = await dev.ready();
});
afterAll(() => dev.stop());

async function execute(name: string, parameters: object = {}): Promise<unknown> {
  const request = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ parameters }),
  };
  return (await fetch(`${url}/_sortie/functions/${name}/execute`, request)).json();
}

const obj = { type: "object", apiName: "Employee" };

describe("functions with the ontology, as they are published", () => {
  test("TypeScript v2: edits of what the client has read", async () => {
    expect(await execute("hire", { name: "Ann" })).toEqual({
      value: [{ type: "createObject", obj, properties: { id: "e1", name: "Ann" } }],
      applied: false,
    });
  });

  test("TypeScript v1: objects that are created, and what is read without waiting", async () => {
    expect(await execute("promoteAll", { name: "Ann" })).toEqual({
      value: [{ type: "createObject", obj, properties: { id: "e9", name: "Ann", level: 1 } }],
      applied: false,
    });
  });

  test("TypeScript v1: what is read with waiting", async () => {
    expect(await execute("howMany")).toEqual({ value: 0 });
  });

  test("an object type that its types hide from the check", async () => {
    expect(await execute("secret")).toMatchObject({
      errorName: "InvalidQueryOutputValue",
      parameters: {
        message: "[0]: the function edits Employee, which it does not declare. It declares Ticket.",
      },
    });
  });
});

test("sortie call shows edits, and says that nothing is changed", async () => {
  const { stdout, stderr, status } = await sortieInProcess(["call", "hire", folder, "--param", "name=Ann"]);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual([{ type: "createObject", obj, properties: { id: "e1", name: "Ann" } }]);
  expect(stderr).toContain("Nothing is changed: only an action applies edits.");
});
