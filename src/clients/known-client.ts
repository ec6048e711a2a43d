import type { ApiProduct, App, AppGroup, Credential, Developer } from "./entities.ts";

/** The part of an API product that covers a request. */
export interface MatchedOperation {
  /** The pattern as the product has it, such as `/orders/**`. */
  readonly resource: string;
  readonly methods: readonly string[];
  readonly quota: { readonly limit: string; readonly interval: string; readonly timeUnit: string } | null;
  readonly attributes: ApiProduct["attributes"];
}

/** Who has sent a request, and by which of the API products. */
export interface KnownClient {
  readonly app: App;
  readonly credential: Credential;
  readonly owner:
    | { readonly kind: "developer"; readonly developer: Developer }
    | { readonly kind: "appGroup"; readonly appGroup: AppGroup };
  /** Null where none was asked for. */
  readonly product: ApiProduct | null;
  /** Null where the product has no operations. */
  readonly operation: MatchedOperation | null;
}
