import type { StoreContext } from "../../stores/store-context.ts";

/** What a token was issued as. */
export type TokenKind = "access" | "refresh" | "code";

/** A custom attribute of a token. Apigee: "OAuthV2 policy" (`<Attribute>`). */
export interface TokenAttribute {
  readonly name: string;
  readonly value: string;
  /** Whether answers to the client show it. */
  readonly display: boolean;
}

/** An access token, a refresh token or an authorization code that the gateway has issued, or taken over from elsewhere. */
export interface IssuedToken {
  readonly kind: TokenKind;
  readonly token: string;
  /** The refresh token of an access token, and the other way round; null where there is none. */
  readonly sibling: string | null;
  /** The consumer key of the app. */
  readonly clientId: string;
  readonly appId: string;
  /** The API products that the app's key had when the token was issued. */
  readonly products: readonly string[];
  readonly scopes: readonly string[];
  /** As the request named it, such as `client_credentials`. */
  readonly grantType: string;
  /** The user in the app, where the policy was told; null otherwise. Apigee: `<AppEndUser>`. */
  readonly endUser: string | null;
  readonly attributes: readonly TokenAttribute[];
  readonly status: "approved" | "revoked";
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** Epoch milliseconds; null for never. */
  readonly expiresAt: number | null;
  /** How often the grant was refreshed. */
  readonly refreshCount: number;
  /** Of a code: where it was sent; null otherwise. */
  readonly redirectUri: string | null;
  /** Of a code: what the app wanted back with it; null otherwise. */
  readonly state: string | null;
}

/** Which tokens are revoked together: those of an app, of a user, or of a user in an app. */
export type Revocation =
  | { readonly appId: string; readonly endUser: string | null }
  | { readonly appId: null; readonly endUser: string };

/**
 * The tokens of an environment. All methods reject with {@link TokenStoreError} when the store cannot be read or
 * changed, so that nobody takes that for "there is none".
 */
export interface IssuedTokens {
  /**
   * A token, also one that has expired a short time ago, or was revoked; null when it is not known.
   * @param maxAgeMs how old what this isolate remembers may be: for 0 the store is asked
   */
  find(
    kind: TokenKind,
    token: string,
    maxAgeMs: number,
    context: StoreContext,
  ): IssuedToken | null | Promise<IssuedToken | null>;
  /** Stores new tokens: all of them, or none. False when one of them is there already. */
  add(tokens: readonly IssuedToken[], context: StoreContext): Promise<boolean>;
  /** Replaces what was found; false when somebody else has changed or removed it since. */
  change(found: IssuedToken, changed: IssuedToken, context: StoreContext): Promise<boolean>;
  /** Removes a token and returns it: of several who ask for the same, one gets it. */
  take(kind: TokenKind, token: string, context: StoreContext): Promise<IssuedToken | null>;
  /** Revokes the tokens of these kinds that were issued before a time, in epoch milliseconds. */
  revoke(
    revocation: Revocation,
    kinds: readonly TokenKind[],
    before: number,
    context: StoreContext,
  ): Promise<void>;
}

/** Tokens cannot be read or changed. */
export class TokenStoreError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "TokenStoreError";
  }
}
