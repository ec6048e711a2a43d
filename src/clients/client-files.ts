import * as v from "valibot";
import type { AllowsMore } from "../documents/checked-value.ts";
import type { ValuePath } from "../documents/known-fields.ts";
import type { Position } from "../documents/report.ts";
import type { ReadSettings } from "../documents/settings-file.ts";
import { apiProductSchema, appGroupSchema, appSchema, developerSchema } from "./entities.ts";

/** The files that hold who may call, as Apigee's emulator calls them. Apigee: "Building and exporting test resources". */
export const clientFiles = [
  "products.json",
  "developers.json",
  "appgroups.json",
  "developerapps.json",
] as const;

/** Fields that Apigee's management API or its emulator write, too, and on which nothing here depends. */
function ignored<const Name extends string>(...names: Name[]) {
  const entries = names.map((name) => [name, v.optional(v.unknown())]);
  return Object.fromEntries(entries) as Record<Name, v.OptionalSchema<v.UnknownSchema, undefined>>;
}

const id = v.nullish(v.string());

const productInFile = v.object({
  ...apiProductSchema.entries,
  ...ignored("approvalType", "quotaCounterScope", "space", "id"),
  ...ignored("llmQuota", "llmQuotaInterval", "llmQuotaTimeUnit"),
});

const developerInFile = v.object({
  ...developerSchema.entries,
  developerId: id,
  ...ignored("apps", "companies", "organizationName", "accessType", "appFamily"),
});

const appGroupInFile = v.object({
  ...appGroupSchema.entries,
  appGroupId: id,
  ...ignored("organization"),
});

const appInFile = v.object({
  ...appSchema.entries,
  appId: id,
  developerEmail: v.nullish(v.string()),
  ...ignored("apiProducts", "keyExpiresIn", "accessType", "companyName", "organizationName"),
  ...ignored("displayName", "expiryType"),
});

export type ProductInFile = v.InferOutput<typeof productInFile>;
export type DeveloperInFile = v.InferOutput<typeof developerInFile>;
export type AppGroupInFile = v.InferOutput<typeof appGroupInFile>;
export type AppInFile = v.InferOutput<typeof appInFile>;

/** An entity of a file, and where it and its parts stand. */
export interface Placed<Entity> {
  readonly entity: Entity;
  at(...path: ValuePath): Position;
}

/** What the files hold; a list whose file is wrong is empty, which is no news about those that refer to it. */
export interface ClientFiles {
  readonly products: readonly Placed<ProductInFile>[];
  readonly developers: readonly Placed<DeveloperInFile>[];
  readonly appGroups: readonly Placed<AppGroupInFile>[];
  readonly apps: readonly Placed<AppInFile>[];
  readonly wrong: ReadonlySet<string>;
}

/** Reads the files: lists, or what the management API answers for a list. Reports what the schemas do. */
export function readClientFiles(read: ReadSettings): ClientFiles {
  const [productFile, developerFile, appGroupFile, appFile] = clientFiles;
  const wrong = new Set<string>();
  const listIn = <Entity>(name: string, field: string, entity: v.GenericSchema<unknown, Entity>) => {
    const { all, isWrong } = readList(read, name, field, entity);
    if (isWrong) wrong.add(name);
    return all;
  };
  return {
    products: listIn(productFile, "apiProduct", productInFile),
    developers: listIn(developerFile, "developer", developerInFile),
    appGroups: listIn(appGroupFile, "appGroups", appGroupInFile),
    apps: listIn(appFile, "app", appInFile),
    wrong,
  };
}

/** Without these more is allowed, or for longer: a misspelled one would let in whom it was to keep out. */
const restricting = new Set([
  ...["status", "expiresAt", "scopes"],
  ...["environments", "proxies", "apiResources", "operationGroup", "methods"],
]);

/** Nor does a product cover everything whose operations are of a kind that is not known here. */
const allowsMore: AllowsMore = (field, meant, object) =>
  meant.some((name) => restricting.has(name) && !Object.hasOwn(object, name)) ||
  (/OperationGroup$/.test(field) && !Object.hasOwn(object, "operationGroup"));

/** @param field which holds the list where the management API answers it */
function readList<Entity>(
  read: ReadSettings,
  name: string,
  field: string,
  entity: v.GenericSchema<unknown, Entity>,
): { readonly all: readonly Placed<Entity>[]; readonly isWrong: boolean } {
  const list = v.array(entity);
  // An answer leaves out a list that is empty.
  const answer = v.object({ ...ignored("nextPageToken", "totalSize"), [field]: v.nullish(list, []) });
  const either = v.lazy((json): typeof list | typeof answer => (Array.isArray(json) ? list : answer));
  const { value, isWrong, at } = read<Entity[] | Record<string, unknown>>(name, either, [], allowsMore);
  const [above, entities] = Array.isArray(value) ? [[], value] : [[field], value[field] as Entity[]];
  return {
    all: entities.map((each, index) => ({ entity: each, at: (...path) => at([...above, index, ...path]) })),
    isWrong,
  };
}
