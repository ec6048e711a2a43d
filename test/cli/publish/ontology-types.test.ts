import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sortieInProcess } from "../in-process.ts";
import { repository, writeIn } from "../sortie.ts";
import { withOntology } from "./documented.ts";
import { company, folderWithPackages } from "./kit.ts";

const actions = `
actionTypes:
  promote:
    description: Gives somebody another level.
    parameters:
      employee: { type: object, objectType: Employee }
      level: { type: integer }
      reasons: { type: array, items: { type: string }, required: false }
      since: { type: date, required: false }
      where: { type: struct, fields: { city: { type: string }, zip: { type: string, required: false } }, required: false }
    rules:
      - type: modifyObject
        object: employee
        properties: { level: { type: parameterId, parameterId: level } }
    permissions: { apply: [users] }
`;

const edits = `import { Employee, Ticket } from "@ontology/sdk";
import type { Client, Osdk } from "@osdk/client";
import { createEditBatch, type Edits } from "@osdk/functions";

type OntologyEdit =
  | Edits.Object<Employee>
  | Edits.Object<Ticket>
  | Edits.Link<Employee, "boss">
  | Edits.Link<Employee, "tickets">;

export const config = { edits: [Employee, Ticket] };

export default async function change(client: Client, employee: Osdk.Instance<Employee>): Promise<OntologyEdit[]> {
  const batch = createEditBatch<OntologyEdit>(client);
  const boss = await client(Employee).fetchOne(employee.bossId ?? "");
  batch.create(Employee, { id: "e9", name: "Eve", level: 1, tags: ["x"] });
  batch.update(employee, { name: "Ann", level: (employee.level ?? 0) + 1 });
  batch.update({ $apiName: "Ticket", $primaryKey: 7 }, { title: "x" });
  batch.link(employee, "boss", boss);
  batch.link(employee, "tickets", [{ $apiName: "Ticket", $primaryKey: 7 }]);
  batch.unlink(employee, "tickets", { $apiName: "Ticket", $primaryKey: 7 });
  batch.delete(boss);
  return batch.getEdits();
}
`;

const program = `import { $ontologyRid, Employee, findThing, greeting, promote } from "@ontology/sdk";
import { createClient, type Osdk } from "@osdk/client";

const client = createClient("https://gateway.example.com/_sortie/", $ontologyRid, async () => "token");
const page = await client(Employee)
  .where({ level: { $gt: 1 }, name: { $startsWith: "A" } })
  .fetchPage({ $pageSize: 10, $orderBy: { name: "asc" } });
const employee: Osdk.Instance<Employee> | undefined = page.data[0];
if (employee) {
  const name: string | undefined = employee.name;
  const level: number | undefined = employee.level;
  const salary: string | undefined = employee.salary;
  const tags: string[] | undefined = employee.tags;
  const key: string = employee.$primaryKey;
  const boss: Employee.OsdkInstance = await employee.$link.boss.fetchOne();
  const titles = (await boss.$link.tickets.fetchPage()).data.map(({ title }) => title ?? "");
  await client(promote).applyAction({ employee, level: 2, where: { city: "x" } }, { $returnEdits: true });
  await client(promote).batchApplyAction([{ employee: key, level: 2, reasons: ["a"], since: "2026-01-01" }]);
  console.log(name, level, salary, tags, titles);
}
const { $count } = await client(Employee).aggregate({ $select: { $count: "unordered", "level:avg": "unordered" } });
const answer: string = await client(greeting).executeFunction({ id: "ada" });
const thing: { name: string; size?: number | undefined } = await client(findThing).executeFunction({ id: 7 });
console.log($count, answer, thing);
`;

const version1 = `import { Edits, Filters, Function, LocalDate, ObjectSet, OntologyEditFunction } from "@foundry/functions-api";
import { Uuid } from "@foundry/functions-utils";
import { Employee, Objects, Ticket } from "@foundry/ontology-api";

export class Changes {
  @Edits(Employee, Ticket)
  @OntologyEditFunction()
  public hire(boss: Employee, all: ObjectSet<Employee>): void {
    const employee = Objects.create().employee(Uuid.random());
    employee.name = "Eve";
    employee.born = LocalDate.now();
    employee.tags = [...(boss.tags ?? []), "new"];
    employee.boss.set(boss);
    const ticket = Objects.create().ticket(7);
    employee.tickets.add(ticket);
    for (const each of all.filter((e) => Filters.and(e.level.range().gt(1), e.name.exactMatch("Bob"))).all()) each.delete();
  }

  @Function()
  public async titles(employee: Employee): Promise<string[]> {
    const tickets = await Objects.search().employee([employee]).searchAroundTickets().orderBy((t) => t.title.asc()).takeAsync(5);
    return tickets.map(({ title }) => title ?? "");
  }
}
`;

const greeting = `export default function greeting(id: string, times?: number): string { return id + times; }`;

const webhook = `source: Things
publishAsFunction: true
inputs: { id: { type: integer } }
calls: [{ name: get, method: GET, path: /x }]
outputs: { name: { type: string, from: get.name }, size: { type: double, optional: true, from: get.size } }
`;

/** Calls a published webhook, and another function. */
const sizes = `import { findThing, greeting } from "@ontology/sdk";
import type { Client } from "@osdk/client";

export default async function sizes(client: Client, id: number): Promise<string> {
  const { name, size } = await client(findThing).executeFunction({ id });
  return client(greeting).executeFunction({ id: name, times: size });
}
`;

function compile(folder: string, project: string): string {
  const tsc = join(repository, "node_modules", ".bin", "tsc");
  const { stdout, stderr } = spawnSync(tsc, ["-p", project], { cwd: folder, encoding: "utf8" });
  return stdout + stderr;
}

const errorsIn = (output: string) =>
  [...output.matchAll(/\((\d+),\d+\): error (TS\d+)/g)].map(([, line, code]) => `${line} ${code}`);

describe("sortie types declares the ontology for the real client", () => {
  const folder = folderWithPackages({
    "ontology/company.yaml": company + actions,
    "functions/linkUserProfile/linkUserProfile.ts": withOntology,
    "functions/change/change.ts": edits,
    "functions/changes/changes.ts": version1,
    "functions/greeting/greeting.ts": greeting,
    "functions/sizes/sizes.ts": sizes,
    "webhooks/findThing.yaml": webhook,
    "program/main.ts": program,
    "program/tsconfig.json": JSON.stringify({
      compilerOptions: {
        ...{
          target: "ES2024",
          module: "NodeNext",
          strict: true,
          noEmit: true,
          types: [],
          skipLibCheck: true,
        },
        lib: ["ES2024", "DOM"],
        moduleDetection: "force",
      },
    }),
    "program/package.json": '{"type":"module"}',
  });

  test("for functions", async () => {
    const { stdout, status } = await sortieInProcess(["types", ".", "--sdk", "sdk"], folder);
    expect([status, stdout]).toEqual([
      0,
      [
        ...["functions/sortie-env.d.ts", "functions/tsconfig.json", "sdk/package.json"],
        ...["sdk/index.d.ts", "sdk/index.js"],
      ]
        .map((file) => `wrote ${file}\n`)
        .join(""),
    ]);
    expect(compile(folder, "functions")).toBe("");
  });

  test("for programs, as a package", () => {
    mkdirSync(join(folder, "program/node_modules/@ontology"), { recursive: true });
    symlinkSync(join(folder, "sdk"), join(folder, "program/node_modules/@ontology/sdk"));
    expect(compile(folder, "program")).toBe("");
  });

  test("so that mistakes are found where they are", () => {
    writeIn(
      folder,
      "functions/wrong/wrong.ts",
      edits
        .replace("level: 1, tags", 'level: "1", tags')
        .replace('"boss", boss', '"bos", boss')
        .replace('title: "x"', "titel: 1"),
    );
    expect(errorsIn(compile(folder, "functions"))).toEqual(["16 TS2322", "18 TS2561", "19 TS2345"]);
    writeIn(
      folder,
      "program/main.ts",
      program
        .replace("level: { $gt: 1 }", "level: { $startsWith: 'A' }")
        .replace("employee, level: 2, where", 'employee, level: "2", where')
        .replace('{ id: "ada" }', "{}"),
    );
    expect(errorsIn(compile(folder, "program"))).toEqual(["6 TS2353", "17 TS2322", "22 TS2741"]);
  });
});
