import * as v from "valibot";
import {
  type ApiProduct,
  type App,
  type AppGroup,
  apiProductSchema,
  appGroupSchema,
  appSchema,
  type Developer,
  developerSchema,
} from "./entities.ts";
import type { ClientEntities } from "./read-clients.ts";

/** What can be looked up, each by ids of its own. */
export interface EntityKinds {
  readonly product: ApiProduct;
  readonly developer: Developer;
  readonly appGroup: AppGroup;
  readonly app: App;
}

const schemas = {
  product: apiProductSchema,
  developer: developerSchema,
  appGroup: appGroupSchema,
  app: appSchema,
};

/** An entry of the directory: an entity under its id, or that id under another one of it, such as a consumer key. */
export type DirectoryEntry =
  | { readonly id: string; readonly entity: EntityKinds[keyof EntityKinds] }
  | { readonly id: string; readonly see: string };

/** The ids by which entities are found. */
export const idOf = {
  product: (name: string) => JSON.stringify(["product", name]),
  developer: (id: string) => JSON.stringify(["developer", id]),
  developerOfEmail: (email: string) => JSON.stringify(["developer e-mail", email.toLowerCase()]),
  appGroup: (name: string) => JSON.stringify(["app group", name]),
  app: (appId: string) => JSON.stringify(["app", appId]),
  appOfKey: (consumerKey: string) => JSON.stringify(["key", consumerKey]),
  appOfOwner: (owner: string, name: string) => JSON.stringify(["app of", owner, name]),
};

/** Everything by which the entities of an environment are found. */
export function directoryEntries({
  products,
  developers,
  appGroups,
  apps,
}: ClientEntities): DirectoryEntry[] {
  return [
    ...products.map((entity) => ({ id: idOf.product(entity.name), entity })),
    ...developers.flatMap((entity) => {
      const id = idOf.developer(entity.developerId);
      return [
        { id, entity },
        { id: idOf.developerOfEmail(entity.email), see: id },
      ];
    }),
    ...appGroups.map((entity) => ({ id: idOf.appGroup(entity.name), entity })),
    ...apps.flatMap((entity) => {
      const id = idOf.app(entity.appId);
      const owner = entity.developerId ?? entity.appGroup ?? "";
      return [
        { id, entity },
        { id: idOf.appOfOwner(owner, entity.name), see: id },
        ...entity.credentials.map(({ consumerKey }) => ({ id: idOf.appOfKey(consumerKey), see: id })),
      ];
    }),
  ];
}

/** An entity as it was stored. Throws valibot's error for one that is malformed. */
export function parseEntity<Kind extends keyof EntityKinds>(kind: Kind, json: unknown): EntityKinds[Kind] {
  return v.parse(schemas[kind], json) as EntityKinds[Kind];
}
