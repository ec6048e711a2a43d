/** What a consent came to. */
export type ConsentResult =
  | { readonly ok: true; readonly returnTo: string }
  /** The message is for the user; `returnTo` is where the consent was begun, as far as that is known. */
  | { readonly ok: false; readonly message: string; readonly returnTo?: string };

/** What a user has granted, for the user to see. Times are epoch milliseconds. */
export type AuthorizationStatus =
  | { readonly kind: "none" }
  | {
      readonly kind: "authorized";
      readonly scopes: readonly string[];
      readonly grantedAt: number;
      /** Of the present access token. */
      readonly expiresAt: number;
      readonly isRenewed: boolean;
    }
  | { readonly kind: "lost"; readonly reason: string };

/** A token that may be sent, or why there is none. Times are epoch milliseconds. */
export type TokenResult =
  | {
      readonly kind: "token";
      readonly accessToken: string;
      readonly expiresAt: number;
      readonly grantedAt: number;
      /** Until when it may be handed out without asking again. */
      readonly askAgainAt: number;
      /** From when on it is not sent any more. */
      readonly lastUse: number;
    }
  /** The user has never given consent, or has withdrawn it. */
  | { readonly kind: "none" }
  /** There was a grant that is not good any more, or a token that may not be renewed. */
  | { readonly kind: "expired"; readonly reason: string }
  | { readonly kind: "unavailable"; readonly reason: string };
