/** What questions about many objects take. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGateway } from "./gateway.ts";
import { median } from "./load.ts";
import type { Measurement } from "./measurement.ts";

const OBJECTS = 10_000;
const QUESTIONS = 30;

const ontology = `objectTypes:
  Employee:
    primaryKey: id
    titleProperty: name
    properties:
      id: { type: string }
      name: { type: string }
      level: { type: integer }
      salary: { type: double }
      hired: { type: date }
      tags: { type: array, items: { type: string } }
    permissions: { read: [anyone], edit: [anyone] }
`;
const identity = { issuer: "https://login.example.com", audience: "bench", allowAnonymous: true };

const employee = (number: number) => ({
  type: "createObject",
  obj: { apiName: "Employee" },
  properties: {
    id: `e${number}`,
    name: `First${number % 100} Last${number}`,
    level: number % 10,
    salary: number * 1.5,
    hired: `20${10 + (number % 15)}-01-01`,
    tags: ["a", `t${number % 7}`],
  },
});

const all = { type: "base", objectType: "Employee" };
const page = (where: object) => [
  "loadObjects",
  { objectSet: { type: "filter", objectSet: all, where }, pageSize: 100 },
];
const questions = {
  list: ["loadObjects", { objectSet: all, pageSize: 100 }],
  filter: page({ type: "gt", field: "salary", value: 14_000 }),
  terms: page({ type: "containsAnyTerm", field: "name", value: "first7" }),
  aggregate: [
    "aggregate",
    {
      objectSet: all,
      aggregation: [{ type: "avg", field: "salary" }],
      groupBy: [{ type: "exact", field: "level" }],
    },
  ],
};

/** Pages of a hundred objects, and an aggregation over all. */
export async function* manyObjects(): AsyncGenerator<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), "sortie-bench-objects-"));
  mkdirSync(join(folder, "ontology"));
  mkdirSync(join(folder, "environments", "local"), { recursive: true });
  writeFileSync(join(folder, "ontology", "employees.yaml"), ontology);
  writeFileSync(join(folder, "environments", "local", "identity.json"), JSON.stringify(identity));
  const gateway = await startGateway(folder, { ontology: true });
  const edits = Array.from({ length: OBJECTS }, (_, number) => employee(number));
  await post(`${gateway.url}/_sortie/ontology/edits`, { edits });
  for (const [name, [path, body]] of Object.entries(questions)) {
    const times: number[] = [];
    while (times.length < QUESTIONS) {
      const start = performance.now();
      await post(`${gateway.url}/_sortie/api/v2/ontologies/ontology/objectSets/${path}`, body);
      times.push(performance.now() - start);
    }
    yield {
      name: `objects, ${name}`,
      ratio: median(times),
      unit: `ms, of ${OBJECTS}`,
      target: { atMost: 20 },
    };
  }
  await gateway.stop();
  rmSync(folder, { recursive: true });
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} was answered with ${answer.status}: ${text}`);
}
