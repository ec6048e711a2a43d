/** A token that Google is asked for. Apigee: "Using Google authentication". */
export type TokenRequest = AccessTokenRequest | IdTokenRequest;

/** An OAuth 2.0 access token for Google's own services. */
export interface AccessTokenRequest {
  readonly kind: "access";
  /** At least one. */
  readonly scopes: readonly string[];
  /** Seconds. */
  readonly lifetime: number;
}

/** An OpenID Connect token for a service that checks who is calling, such as one on Cloud Run. */
export interface IdTokenRequest {
  readonly kind: "id";
  readonly audience: string;
  /** Whether the token has the claims `email` and `email_verified`. */
  readonly includeEmail: boolean;
}

/** A token and how long it is good for; times are epoch milliseconds. */
export interface Token {
  readonly value: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What the token's caller gives: the time, the timer, and a way to go on after the answer. */
export interface TokenContext {
  /** Epoch milliseconds. */
  now(): number;
  /** Settles like `work`, or rejects when it takes longer than `ms`. */
  within<T>(ms: number, work: Promise<T>): Promise<T>;
  waitUntil(work: Promise<unknown>): void;
}

/** What goes to a token endpoint, always as a POST. */
export interface TokenPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The same, and what is secret in it. */
export interface TokenCall extends TokenPost {
  /** Those values in it that must not be seen in what comes back. */
  readonly secrets: readonly string[];
}

/** Sends a call and reads the whole answer, both within the context's time. Rejects when there is no answer. */
export type SendTokenCall = (
  call: TokenPost,
  context: TokenContext,
) => Promise<{ readonly status: number; readonly text: string }>;
