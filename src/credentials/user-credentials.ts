/** The token of one user for one outbound application. */
export interface OAuthCredentials {
  readonly type: "oauth";
  readonly accessToken: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** The tokens that users have granted to outbound applications. */
export interface UserCredentials {
  /**
   * A token that is still good: at once while one is in memory. Rejects with {@link AuthorizationRequired}, or
   * {@link CredentialsError} when it cannot be had for another reason.
   *
   * @param application the outbound application's name
   * @param user the caller's id
   * @param refresh whether an expired token may be renewed; not in deployed mode
   */
  get(application: string, user: string, refresh: boolean): OAuthCredentials | Promise<OAuthCredentials>;
}

/** Credentials that cannot be had; the message is Foundry's where it has one. */
export class CredentialsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CredentialsError";
  }
}

/** The user has to give or renew consent, which only a surface that can ask may do. */
export class AuthorizationRequired extends CredentialsError {
  /** Where the consent begins: a path of the gateway. */
  readonly authorizePath: string;

  constructor(message: string, authorizePath: string) {
    super(message);
    this.name = "AuthorizationRequired";
    this.authorizePath = authorizePath;
  }
}
