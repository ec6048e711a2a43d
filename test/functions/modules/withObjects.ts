import type { Client } from "@osdk/client";
import { useClientForObjects } from "../../../src/functions/runtime/client-objects.ts";

export { clientOfCall } from "../../../src/functions/runtime/client.ts";

useClientForObjects({ Employee: "id" });

// biome-ignore lint/suspicious/noExplicitAny: types of no ontology
type Any = any;
const names = (page: Any) => page.data.map(({ name }: Any) => name).join(", ");
const type = (apiName: string) => ({ type: "object", apiName }) as never;

let kept: Any = null;

const actions: Record<string, (client: Any, employee: Any, set: Any) => unknown> = {
  "what it is": (_client, employee) => JSON.stringify(employee),
  "its boss": async (_client, employee) => (await employee.$link.boss.fetchOne()).name,
  "its reports": async (_client, employee) => names(await employee.$link.reports.fetchPage()),
  "one of its reports": async (_client, employee) => (await employee.$link.reports.fetchOne("e3")).name,
  "the set": async (_client, _employee, set) => names(await set.fetchPage()),
  "a part of the set": async (_client, _employee, set) =>
    names(await set.where({ level: { $gt: 1 } }).fetchPage()),
  "by the client": async (client) => (await client(type("Employee")).fetchOne("e1")).name,
  "how many": async (client) =>
    (await client(type("Employee")).aggregate({ $select: { $count: "unordered" } })).$count,
  "what is secret": async (client) => names(await client(type("Salary")).fetchPage()),
  "keep the client": (client) => {
    kept = client;
    return "kept";
  },
  "a client of another call": async () => names(await kept(type("Employee")).fetchPage()),
};

export default async function withObjects(
  client: Client,
  action: string,
  employee?: unknown,
  set?: unknown,
): Promise<string> {
  return String(await actions[action]?.(client, employee, set));
}
