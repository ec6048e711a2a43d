/**
 * What code can do wrong with a source while it runs.
 *
 * - `SourceNotDeclared`: the function does not list it in its sources.
 * - `SourceNotFound`: the environment has neither such an alias nor such a source.
 * - `NoSingleConnection`: a connection is asked for, and it has none or several.
 * - `SecretNotFound`: a secret is not set.
 * - `SecretNotSendable`: a secret is set, but no header can carry it.
 * - `CredentialsNotResolved`: it wants the calling user's token, and there is none.
 */
export type SourceErrorCode =
  | "SourceNotDeclared"
  | "SourceNotFound"
  | "NoSingleConnection"
  | "SecretNotFound"
  | "SecretNotSendable"
  | "CredentialsNotResolved";

/** A use of a source that is not possible. The message is Foundry's where it has one, and holds no secret. */
export class SourceError extends Error {
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, message: string) {
    super(message);
    this.name = "SourceError";
    this.code = code;
  }
}
