import { env, exports } from "cloudflare:workers";
import type { Caller } from "../../src/credentials/caller.ts";
import { currentKey } from "../../src/environment/document.ts";
import type { Edit } from "../../src/ontology/edit.ts";
import { contextOf } from "../../src/worker/functions.ts";
import { servedBy } from "../../src/worker/gateways.ts";
import type { CallersOntology } from "../../src/worker/ontologies.ts";
import { defaultIdentity, ORIGIN, tokenOf } from "../routes/oauth-kit.ts";
import { definitionOf } from "./ontology-kit.ts";

/** Files of other tests run at the same time, and share the store of `local`. */
const environment = `ontology-${crypto.randomUUID()}`;

/** What is deployed here. */
export const ONTOLOGY = `ri.ontology.main.ontology.${environment}`;

let generation = 1_000_000;

/** Deploys an ontology, from the text of its file, to the Worker under test, which serves it when this resolves. */
export async function deployOntology(text: string): Promise<void> {
  const document = {
    format: 1,
    organization: "test",
    environment,
    generation: ++generation,
    deployedAt: new Date(generation).toISOString(),
    proxies: [],
    sharedFlows: [],
    flowHooks: {},
    targetServers: [],
    keyValueMaps: {},
    egress: { allow: [], advice: "list" },
    ontology: definitionOf(text),
    identity: { ...defaultIdentity, groupsClaim: "groups" },
    audit: { destination: "none" },
  };
  await env.CONFIG.put(currentKey("local"), JSON.stringify(document));
  await servedBy(env).gateway.refresh();
}

/** A user in groups. */
export function user(name: string, ...groups: string[]): Caller {
  return { kind: "user", id: `issuer#${name}`, name, login: name, groups };
}

/** The deployed ontology with the rights of a caller. */
export async function ontologyFor(caller: Caller): Promise<CallersOntology> {
  const { ontologies } = await servedBy(env).services.load();
  return ontologies.of(caller, contextOf({ waitUntil: () => {} }));
}

/** Takes all objects of the types away, as many at once as edits can be. */
export async function clear(ontology: CallersOntology, ...types: string[]): Promise<void> {
  for (const objectType of types) {
    for (;;) {
      const { data } = await ontology.load({ objectSet: { type: "base", objectType }, pageSize: 10_000 });
      if (data.length === 0) break;
      const edits = data.map(
        ({ __primaryKey }): Edit => ({
          type: "deleteObject",
          obj: { $apiName: objectType, $primaryKey: __primaryKey as string },
        }),
      );
      await ontology.apply(edits, null);
    }
  }
}

/** An edit that makes an object. */
export function created(apiName: string, properties: Readonly<Record<string, unknown>>): Edit {
  return { type: "createObject", obj: { apiName }, properties };
}

/** Sends a request to the ontology's API as a user, or nobody. */
export async function ask(
  name: string | null,
  path: string,
  body?: unknown,
  claims: object = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = new Headers();
  if (name !== null) headers.set("authorization", `Bearer ${await tokenOf(name, claims)}`);
  if (body !== undefined) headers.set("content-type", "application/json");
  const init = body === undefined ? { headers } : { headers, method: "POST", body: JSON.stringify(body) };
  const response = await exports.default.fetch(new URL(`/_sortie/api/v2/ontologies${path}`, ORIGIN), init);
  return { status: response.status, body: await response.json() };
}
