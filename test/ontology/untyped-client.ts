import { exports } from "cloudflare:workers";
import { createClient } from "@osdk/client";
import { ORIGIN, tokenOf } from "../routes/oauth-kit.ts";
import { ONTOLOGY } from "./deployed-ontology.ts";

/** An object as the client returns it. */
export type Found = Readonly<Record<string, unknown>> & { readonly $primaryKey: unknown };

/** What of the client's sets of objects tests use, without the types that code generated of an ontology would have. */
export interface ObjectSet extends AsyncIterable<never> {
  where(filter: object): ObjectSet;
  pivotTo(link: string): ObjectSet;
  union(other: ObjectSet): ObjectSet;
  intersect(other: ObjectSet): ObjectSet;
  subtract(other: ObjectSet): ObjectSet;
  fetchOne(key: unknown, options?: object): Promise<Found>;
  fetchPage(options?: object): Promise<{
    readonly data: readonly Found[];
    readonly nextPageToken?: string;
    readonly totalCount: string;
  }>;
  asyncIter(options?: object): AsyncIterable<Found>;
  aggregate(request: object): Promise<unknown>;
}

/** The sets of objects of a type as a user has them who uses Foundry's client. */
export function clientOf(name: string, claims: object = {}): (apiName: string) => ObjectSet {
  const viaWorker: typeof fetch = (input, init) => exports.default.fetch(new Request(input as string, init));
  const token = () => tokenOf(name, claims);
  const client = createClient(`${ORIGIN}/_sortie/`, ONTOLOGY, token, undefined, viaWorker) as unknown as (
    type: object,
  ) => ObjectSet;
  return (apiName) => client({ type: "object", apiName, osdkMetadata: { extraUserAgent: "" } });
}

/** The primary keys of the objects in a set. */
export async function keysOf(set: ObjectSet, options: object = {}): Promise<unknown[]> {
  return (await set.fetchPage(options)).data.map(({ $primaryKey }) => $primaryKey);
}
