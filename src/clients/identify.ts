import type { StoreContext } from "../stores/store-context.ts";
import { after } from "./after.ts";
import type { Directory } from "./directory.ts";
import type { ApiProduct, App, AppGroup, Credential, Developer } from "./entities.ts";
import { type MatchedOperation, matchProduct, type ProductCall } from "./product-match.ts";

/** Whose an app is. */
export type Owner =
  | { readonly kind: "developer"; readonly developer: Developer }
  | { readonly kind: "appGroup"; readonly appGroup: AppGroup };

/** An app that may call. */
export interface KnownClient {
  readonly app: App;
  readonly credential: Credential;
  readonly owner: Owner;
  /** Those that its key is approved for, as far as there are such products. */
  readonly products: readonly ApiProduct[];
}

/** How a request is covered by an API product of the app that sent it. */
export interface Coverage {
  readonly product: ApiProduct;
  /** Null where the product has no operations. */
  readonly operation: MatchedOperation | null;
}

/** Why a key lets nobody in. */
export type Refusal =
  | "unknown key"
  | "key not approved"
  | "key expired"
  | "app not approved"
  | "developer not active"
  | "app group not active";

/**
 * Who has a consumer key, or why it lets nobody in: a status that is not the good one refuses, whatever it says. At once
 * where the directory knows. Rejects with DirectoryError.
 * Apigee: "Verify API Key policy"; order of the checks: Apigee's open-source verifier of keys.
 */
export function identify(
  directory: Directory,
  consumerKey: string,
  context: StoreContext,
): KnownClient | Refusal | Promise<KnownClient | Refusal> {
  return after(directory.app({ consumerKey }, context), (app) => {
    const credential = app?.credentials.find((each) => each.consumerKey === consumerKey);
    if (!app || !credential) return "unknown key";
    if (!isStatus(credential.status, "approved")) return "key not approved";
    if (hasExpired(credential, context.now())) return "key expired";
    if (!isApproved(app)) return "app not approved";
    return after(ownerOf(directory, app, context), (owner) => {
      if (typeof owner === "string") return owner;
      return after(productsOf(directory, credential, context), (products) => ({
        app,
        credential,
        owner,
        products,
      }));
    });
  });
}

/** The first product that covers a request; null when none does. */
export function coverageOf(products: readonly ApiProduct[], call: ProductCall): Coverage | null {
  for (const product of products) {
    const match = matchProduct(product, call);
    if (match) return { product, operation: match.operation };
  }
  return null;
}

function ownerOf(
  directory: Directory,
  { developerId, appGroup: group }: App,
  context: StoreContext,
): Owner | Refusal | Promise<Owner | Refusal> {
  if (developerId !== null) {
    return after(directory.developer(developerId, context), (developer) =>
      developer && isStatus(developer.status, "active")
        ? { kind: "developer", developer }
        : "developer not active",
    );
  }
  return after(group === null ? null : directory.appGroup(group, context), (appGroup) =>
    appGroup && isStatus(appGroup.status, "active") ? { kind: "appGroup", appGroup } : "app group not active",
  );
}

/** The products that a key is approved for; one that does not exist covers nothing. */
function productsOf(
  directory: Directory,
  { apiProducts }: Credential,
  context: StoreContext,
): readonly ApiProduct[] | Promise<readonly ApiProduct[]> {
  const names = apiProducts.filter(({ status }) => isStatus(status, "approved"));
  const found = names.map(({ apiproduct }) => directory.product(apiproduct, context));
  const known = (products: readonly (ApiProduct | null)[]) => products.filter((product) => product !== null);
  return found.some((product) => product instanceof Promise)
    ? Promise.all(found).then(known)
    : known(found as (ApiProduct | null)[]);
}

/** Whether an app may call at all. */
export function isApproved({ status }: Pick<App, "status">): boolean {
  return isStatus(status, "approved");
}

/** Exports write statuses in small letters, Apigee's runtime in capitals. */
function isStatus(status: string, good: "approved" | "active"): boolean {
  return status.toLowerCase() === good;
}

/** A time that cannot be read has passed. */
export function hasExpired({ expiresAt }: Pick<Credential, "expiresAt">, now: number): boolean {
  if (expiresAt === "-1") return false;
  return !(/^\d{1,16}$/.test(expiresAt) && Number(expiresAt) > now);
}
