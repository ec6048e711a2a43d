/** Why there is no token. The message is for the log: it names accounts and hosts, never a key or a token. */
export class TokenError extends Error {
  /** Whether asking again at once would fail in the same way: the answer was a clear no. */
  readonly isFinal: boolean;

  constructor(message: string, options: { isFinal?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "TokenError";
    this.isFinal = options.isFinal ?? false;
  }
}
