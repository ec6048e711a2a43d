import { after } from "../../../clients/after.ts";
import type { Directory, Found } from "../../../clients/directory.ts";
import type { ApiProduct, App, AppGroup, Credential, Developer } from "../../../clients/entities.ts";
import { compileResourcePattern } from "../../../clients/resource-pattern.ts";
import type { StoreContext } from "../../../stores/store-context.ts";
import { type EntityType, type IdentifierType, isOwner, type SecondaryType } from "./identifiers.ts";

/** What is looked for. */
export interface Wanted {
  readonly entity: EntityType;
  readonly by: IdentifierType;
  readonly id: string;
  /** Null where nothing narrows the search. */
  readonly secondary: { readonly type: SecondaryType; readonly id: string } | null;
}

export type Entity =
  | { readonly type: "app"; readonly entity: App }
  | { readonly type: "apiproduct"; readonly entity: ApiProduct }
  | { readonly type: "appgroup"; readonly entity: AppGroup }
  | { readonly type: "consumerkey"; readonly entity: Credential }
  | { readonly type: "developer"; readonly entity: Developer };

/**
 * Finds an entity, whatever its status; null where there is none. Of several API products, the first that the app's keys
 * have. At once where the directory answers at once. Throws, or rejects with, DirectoryError.
 */
export function findEntity(directory: Directory, wanted: Wanted, context: StoreContext): Found<Entity> {
  const { entity, by, id } = wanted;
  if (by === "apiproductname") return as("apiproduct", directory.product(id, context));
  if (by === "appgroupname") return as("appgroup", directory.appGroup(id, context));
  if (by === "developerid" || by === "developeremail")
    return as("developer", directory.developer(id, context));
  return after(findApp(directory, wanted, context), (app) => {
    if (app === null) return null;
    switch (entity) {
      case "app":
        return { type: "app", entity: app };
      case "consumerkey":
        return as("consumerkey", app.credentials.find(({ consumerKey }) => consumerKey === id) ?? null);
      case "developer":
        return as(
          "developer",
          app.developerId === null ? null : directory.developer(app.developerId, context),
        );
      case "appgroup":
        return as("appgroup", app.appGroup === null ? null : directory.appGroup(app.appGroup, context));
      case "apiproduct":
        return as("apiproduct", findProduct(directory, productNames(app, wanted), wanted, context));
    }
  });
}

function as<Type extends Entity["type"]>(
  type: Type,
  found: Found<Extract<Entity, { type: Type }>["entity"]>,
): Found<Entity> {
  return after(found, (entity) => entity && ({ type, entity } as Entity));
}

function findApp(directory: Directory, { by, id, secondary }: Wanted, context: StoreContext): Found<App> {
  if (by === "consumerkey") return directory.app({ consumerKey: id }, context);
  if (by === "appid") return directory.app({ appId: id }, context);
  if (secondary === null || !isOwner(secondary.type)) return null;
  return directory.app({ appName: id, owner: secondary.id }, context);
}

/** Those of the key that the app was found by, else of all of its keys. */
function productNames({ credentials }: App, { by, id }: Wanted): readonly string[] {
  const own =
    by === "consumerkey" ? credentials.filter(({ consumerKey }) => consumerKey === id) : credentials;
  return own.flatMap(({ apiProducts }) => apiProducts.map(({ apiproduct }) => apiproduct));
}

function findProduct(
  directory: Directory,
  names: readonly string[],
  wanted: Wanted,
  context: StoreContext,
  from = 0,
): Found<ApiProduct> {
  const name = names[from];
  if (name === undefined) return null;
  return after(directory.product(name, context), (product) =>
    product && hasResource(product, wanted)
      ? product
      : findProduct(directory, names, wanted, context, from + 1),
  );
}

function hasResource({ apiResources }: ApiProduct, { secondary }: Wanted): boolean {
  if (secondary?.type !== "apiresource") return true;
  const { id } = secondary;
  return apiResources.some((resource) => resource === id || compileResourcePattern(resource)(id));
}
