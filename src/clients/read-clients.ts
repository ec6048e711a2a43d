import * as v from "valibot";
import type { Position, Report } from "../documents/report.ts";
import type { ReadSettings } from "../documents/settings-file.ts";
import { checkClientFiles } from "./check-client-files.ts";
import { type AppInFile, type Placed, readClientFiles } from "./client-files.ts";
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
import { idOfDeveloper, madeId, ownersIn } from "./owners.ts";

/** What an environment has of API products, and of who may call them. */
export interface ClientEntities {
  readonly products: readonly ApiProduct[];
  readonly developers: readonly Developer[];
  readonly appGroups: readonly AppGroup[];
  readonly apps: readonly App[];
}

/** The same, and where its files have it. */
export interface ReadClients extends ClientEntities {
  /** Where the file names a product; null for one of the command line. */
  productAt(product: ApiProduct): Position | null;
}

/**
 * Reads the API products, developers, app groups and apps of an environment: lists of them, or what the management API
 * answers for a list. An app may name its developer by e-mail address. Who has no id gets one made of its name.
 * Problems, which show neither keys nor secrets: those of the schemas, and of {@link checkClientFiles}.
 */
export function readClients(read: ReadSettings, report: Report): ReadClients {
  const given = readClientFiles(read);
  const files = { ...given, apps: latest(given.apps) };
  const ownerOf = ownersIn(files);
  checkClientFiles(files, ownerOf, report);
  const products = files.products.map(({ entity, at }) => ({
    product: v.parse(apiProductSchema, entity),
    at,
  }));
  const places = new Map(products.map(({ product, at }) => [product, at]));
  return {
    products: products.map(({ product }) => product),
    developers: files.developers.map(({ entity }) =>
      v.parse(developerSchema, { ...entity, developerId: idOfDeveloper(entity) }),
    ),
    appGroups: files.appGroups.map(({ entity }) =>
      v.parse(appGroupSchema, {
        ...entity,
        appGroupId: entity.appGroupId || madeId("app group", entity.name),
      }),
    ),
    apps: files.apps.map(({ entity }) => {
      const owner = ownerOf(entity);
      const appId = entity.appId || madeId("app", owner.developerId ?? owner.appGroup ?? "", entity.name);
      return v.parse(appSchema, { ...entity, ...owner, appId });
    }),
    productAt: (product) => places.get(product)?.("name") ?? null,
  };
}

/**
 * The newest of each app, once: an export that was made page by page, or takes a while, may have one several times. Two
 * that differ, and of which none is newer, both stay, which is then reported.
 */
function latest(apps: readonly Placed<AppInFile>[]): readonly Placed<AppInFile>[] {
  const same = Map.groupBy(apps, ({ entity }) => entity.appId || entity);
  return [...same.values()].flatMap((versions) => {
    const changed = ({ entity }: Placed<AppInFile>) => Number(entity.lastModifiedAt) || 0;
    const newest = Math.max(...versions.map(changed));
    const different = versions
      .filter((version) => changed(version) === newest)
      .map((version) => [JSON.stringify(version.entity), version] as const);
    return [...new Map(different).values()];
  });
}
