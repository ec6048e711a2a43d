import * as v from "valibot";
import type { ValuePath } from "../documents/known-fields.ts";
import { didYouMean } from "../documents/nearest.ts";
import type { Position, Report } from "../documents/report.ts";
import type { ReadSettings } from "../documents/settings-file.ts";
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
import { hasOtherOperations } from "./other-operations.ts";

/** What an environment has of API products, and of who may call them. */
export interface ClientEntities {
  readonly products: readonly ApiProduct[];
  readonly developers: readonly Developer[];
  readonly appGroups: readonly AppGroup[];
  readonly apps: readonly App[];
}

/** The files that hold them, as Apigee's emulator calls them. Apigee: "Building and exporting test resources". */
export const clientFiles = [
  "products.json",
  "developers.json",
  "appgroups.json",
  "developerapps.json",
] as const;

/** Fields that Apigee's management API writes, too, and on which nothing here depends. */
function ignored<const Name extends string>(...names: Name[]) {
  const entries = names.map((name) => [name, v.optional(v.unknown())]);
  return Object.fromEntries(entries) as Record<Name, v.OptionalSchema<v.UnknownSchema, undefined>>;
}

const productInFile = v.object({
  ...apiProductSchema.entries,
  ...ignored("approvalType", "quotaCounterScope", "space", "id"),
  ...ignored("llmQuota", "llmQuotaInterval", "llmQuotaTimeUnit"),
});

const developerInFile = v.object({
  ...developerSchema.entries,
  developerId: v.nullish(v.string()),
  ...ignored("apps", "companies", "organizationName", "accessType", "appFamily"),
});

const appGroupInFile = v.object({
  ...appGroupSchema.entries,
  appGroupId: v.nullish(v.string()),
  ...ignored("organization"),
});

const appInFile = v.object({
  ...appSchema.entries,
  appId: v.nullish(v.string()),
  developerEmail: v.nullish(v.string()),
  ...ignored("apiProducts", "keyExpiresIn", "accessType", "companyName", "organizationName"),
});

/**
 * Reads the API products, developers, app groups and apps of an environment: lists of them, or what the management API
 * answers for a list. An app may name its developer by e-mail address. Who has no id gets one made of its name.
 *
 * Problems, which show neither keys nor secrets: those of the schemas, DuplicateApiProduct, DuplicateDeveloper,
 * DuplicateAppGroup, DuplicateApp, DuplicateConsumerKey, AppOfNobody, UnknownApiProduct, OperationsNotMatched.
 */
export function readClients(read: ReadSettings, report: Report): ClientEntities {
  const [productFile, developerFile, appGroupFile, appFile] = clientFiles;
  const products = readList(read, productFile, "apiProduct", productInFile);
  const developers = readList(read, developerFile, "developer", developerInFile);
  const appGroups = readList(read, appGroupFile, "appGroups", appGroupInFile);
  const apps = readList(read, appFile, "app", appInFile);
  const idOf = ({ developerId, email }: (typeof developers.all)[number]) => developerId ?? email;
  const ids = new Map(
    developers.all.flatMap((developer) => [
      [developer.email.toLowerCase(), idOf(developer)],
      [idOf(developer), idOf(developer)],
    ]),
  );
  const groups = new Set(appGroups.all.map(({ name }) => name));
  const productNames = new Set(products.all.map(({ name }) => name));
  /** The id of the developer, and the name of the app group: one of them, or nobody's. */
  const ownerOf = ({ developerId, developerEmail, appGroup }: (typeof apps.all)[number]) => ({
    developerId: ids.get(developerId ?? "") ?? ids.get(developerEmail?.toLowerCase() ?? "") ?? null,
    appGroup: appGroup !== null && groups.has(appGroup) ? appGroup : null,
  });

  reportTwice(report, "DuplicateApiProduct", "API product", products, ({ name }) => name);
  reportTwice(report, "DuplicateDeveloper", "developer", developers, ({ email }) => email.toLowerCase());
  reportTwice(report, "DuplicateAppGroup", "app group", appGroups, ({ name }) => name);
  reportTwice(report, "DuplicateApp", "app of this owner", apps, (app) =>
    JSON.stringify([ownerOf(app), app.name]),
  );
  reportKeysTwice(report, apps);
  for (const [index, product] of products.all.entries()) {
    if (product.operationGroup !== null || !hasOtherOperations(product)) continue;
    report.warning(
      "OperationsNotMatched",
      products.at(index, "name"),
      `The API product ${product.name} has operations of GraphQL, gRPC, models or payloads only, which let no request in.`,
      "Give it an operationGroup with the proxies and paths that it covers.",
    );
  }
  for (const [index, app] of apps.all.entries()) {
    const { developerId, appGroup } = ownerOf(app);
    if ((developerId === null) === (appGroup === null)) reportNobodys(report, app, apps.at(index, "name"));
    for (const [key, { apiProducts }] of app.credentials.entries()) {
      for (const [place, { apiproduct }] of apiProducts.entries()) {
        if (productNames.has(apiproduct)) continue;
        report.warning(
          "UnknownApiProduct",
          apps.at(index, "credentials", key, "apiProducts", place, "apiproduct"),
          `A key of the app ${app.name} is for the API product ${apiproduct}, which ${productFile} does not have.`,
          didYouMean(apiproduct, productNames, "add the product, or take it from the key."),
        );
      }
    }
  }
  return {
    products: products.all.map((product) => v.parse(apiProductSchema, product)),
    developers: developers.all.map((developer) =>
      v.parse(developerSchema, { ...developer, developerId: idOf(developer) }),
    ),
    appGroups: appGroups.all.map((group) =>
      v.parse(appGroupSchema, { ...group, appGroupId: group.appGroupId ?? group.name }),
    ),
    apps: apps.all.map((app) => {
      const owner = ownerOf(app);
      const appId = app.appId ?? `${owner.developerId ?? owner.appGroup}/${app.name}`;
      return v.parse(appSchema, { ...app, ...owner, appId });
    }),
  };
}

/** The entities of a file, and where they and their parts stand. */
interface EntityList<Entity> {
  readonly all: readonly Entity[];
  at(...path: ValuePath): Position;
}

/** @param field which holds the list where the management API answers it */
function readList<Entity>(
  read: ReadSettings,
  name: string,
  field: string,
  entity: v.GenericSchema<unknown, Entity>,
): EntityList<Entity> {
  const list = v.array(entity);
  // An answer leaves out a list that is empty.
  const answer = v.object({ ...ignored("nextPageToken", "totalSize"), [field]: v.nullish(list, []) });
  const either = v.lazy((json): typeof list | typeof answer => (Array.isArray(json) ? list : answer));
  const { value, at } = read<Entity[] | Record<string, unknown>>(name, either, []);
  if (Array.isArray(value)) return { all: value, at: (...path) => at(path) };
  return { all: (value[field] ?? []) as Entity[], at: (...path) => at([field, ...path]) };
}

function reportTwice<Entity>(
  report: Report,
  code: string,
  what: string,
  { all, at }: EntityList<Entity & { readonly name?: string }>,
  keyOf: (entity: Entity) => string,
): void {
  const seen = new Set<string>();
  for (const [index, entity] of all.entries()) {
    const key = keyOf(entity);
    if (seen.has(key)) {
      report.error(code, at(index), `There is another ${what} with this name.`, "Take one of them out.");
    }
    seen.add(key);
  }
}

function reportKeysTwice(report: Report, apps: EntityList<Pick<App, "name" | "credentials">>): void {
  const seen = new Map<string, string>();
  for (const [index, { name, credentials }] of apps.all.entries()) {
    for (const [place, { consumerKey }] of credentials.entries()) {
      const other = seen.get(consumerKey);
      if (other !== undefined) {
        report.error(
          "DuplicateConsumerKey",
          apps.at(index, "credentials", place, "consumerKey"),
          `The app ${name} has a consumer key that the app ${other} has, too.`,
          "Give one of them another key: a key says which app calls.",
        );
      }
      seen.set(consumerKey, name);
    }
  }
}

function reportNobodys(report: Report, { name }: Pick<App, "name">, at: Position): void {
  report.error(
    "AppOfNobody",
    at,
    `The app ${name} is not of exactly one developer or app group that there is.`,
    "Write a developerId, developerEmail or appGroup, and add that to developers.json or appgroups.json.",
  );
}
