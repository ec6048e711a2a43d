/** Actions: what one with a single edit takes beyond the function that makes the edit. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Effort } from "./compare.ts";
import { startGateway } from "./gateway.ts";
import { median } from "./load.ts";
import type { Measurement } from "./measurement.ts";

/** How many calls of each are made for each round of effort, in turns. */
const CALLS_PER_ROUND = 100;

const code = `import { Item } from "@ontology/sdk";
import type { Client } from "@osdk/client";
import { createEditBatch, type Edits } from "@osdk/functions";

export const config = {};

export default async function createOne(client: Client, label: string): Promise<Edits.Object<Item>[]> {
  const batch = createEditBatch<Edits.Object<Item>>(client);
  batch.create(Item, { id: crypto.randomUUID(), label });
  return batch.getEdits();
}
`;

const ontology = `objectTypes:
  Item:
    primaryKey: id
    properties: { id: { type: string }, label: { type: string } }
    permissions: { read: [anyone], edit: [anyone] }
actionTypes:
  createOne:
    parameters: { label: { type: string } }
    rules: [{ type: function, function: createOne, inputs: { label: { type: parameterId, parameterId: label } } }]
    permissions: { apply: [anyone] }
`;

/** @param environment the bench's own, for its settings */
export async function* actions(environment: string, { rounds }: Effort): AsyncGenerator<Measurement> {
  const folder = writeEnvironment(environment);
  const gateway = await startGateway(folder, { ontology: true });
  const paths = [
    "/_sortie/functions/createOne/execute",
    "/_sortie/api/v2/ontologies/ontology/actions/createOne/apply",
  ] as const;
  const [byFunction, byAction] = [[] as number[], [] as number[]];
  for (const path of paths) await timed(gateway.url + path);
  for (let call = 0; call < rounds * CALLS_PER_ROUND; call++) {
    byFunction.push(await timed(gateway.url + paths[0]));
    byAction.push(await timed(gateway.url + paths[1]));
  }
  await gateway.stop();
  rmSync(folder, { recursive: true });
  yield {
    name: "action p50",
    ratio: median(byAction) - median(byFunction),
    // Most of it is the disk, which has the edit before anybody is told of it.
    unit: "ms of median latency more than its function, with one edit, 1 connection",
    target: { atMost: 3 },
  };
}

async function timed(url: string): Promise<number> {
  const start = performance.now();
  const body = '{"parameters":{"label":"x"}}';
  const answer = await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
  const text = await answer.text();
  if (!answer.ok || text.includes("INVALID")) throw new Error(`${url} was answered with ${text}`);
  return performance.now() - start;
}

function writeEnvironment(environment: string): string {
  const folder = mkdtempSync(join(tmpdir(), "sortie-bench-actions-"));
  cpSync(join(environment, "environments"), join(folder, "environments"), { recursive: true });
  const deployments = JSON.stringify({ proxies: [], sharedflows: [], functions: ["createOne"] });
  writeFileSync(join(folder, "environments", "local", "deployments.json"), deployments);
  mkdirSync(join(folder, "functions", "createOne"), { recursive: true });
  writeFileSync(join(folder, "functions", "createOne", "createOne.ts"), code);
  mkdirSync(join(folder, "ontology"));
  writeFileSync(join(folder, "ontology", "items.yaml"), ontology);
  return folder;
}
