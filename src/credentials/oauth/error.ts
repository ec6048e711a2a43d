/**
 * Why an authorization server gave no tokens.
 *
 * - `grant`: the user's grant is not good any more (`invalid_grant`); only the user can give another one.
 * - `refused`: the server will go on saying no until somebody changes something, such as the client's secret.
 * - `trouble`: it may pass.
 */
export type OAuthErrorKind = "grant" | "refused" | "trouble";

/** The message is for people: it names the server's host and quotes what it said, but nothing secret. */
export class OAuthError extends Error {
  readonly kind: OAuthErrorKind;

  constructor(kind: OAuthErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "OAuthError";
    this.kind = kind;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
