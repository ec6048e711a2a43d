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

/** An entity under its id. */
export interface EntityEntry {
  readonly id: string;
  readonly entity: EntityKinds[keyof EntityKinds];
}

/** The id of an entity under another one by which it is found, such as a consumer key. */
export interface IndexEntry {
  readonly id: string;
  readonly see: string;
}

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

/** The entities of an environment, and everything else by which they are found. */
export function directoryEntries({ products, developers, appGroups, apps }: ClientEntities): {
  readonly entities: readonly EntityEntry[];
  readonly index: readonly IndexEntry[];
} {
  return {
    entities: [
      ...products.map((entity) => ({ id: idOf.product(entity.name), entity })),
      ...developers.map((entity) => ({ id: idOf.developer(entity.developerId), entity })),
      ...appGroups.map((entity) => ({ id: idOf.appGroup(entity.name), entity })),
      ...apps.map((entity) => ({ id: idOf.app(entity.appId), entity })),
    ],
    index: [
      ...developers.map(({ email, developerId }) => ({
        id: idOf.developerOfEmail(email),
        see: idOf.developer(developerId),
      })),
      ...apps.flatMap(({ appId, name, developerId, appGroup, credentials }) => {
        const see = idOf.app(appId);
        return [
          { id: idOf.appOfOwner(developerId ?? appGroup ?? "", name), see },
          ...credentials.map(({ consumerKey }) => ({ id: idOf.appOfKey(consumerKey), see })),
        ];
      }),
    ],
  };
}

/** An entity as it was stored. Throws valibot's error for one that is malformed. */
export function parseEntity<Kind extends keyof EntityKinds>(kind: Kind, json: unknown): EntityKinds[Kind] {
  return v.parse(schemas[kind], json) as EntityKinds[Kind];
}
