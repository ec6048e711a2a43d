/** Who a request is from, as a verified token says it. */
export type Caller =
  | {
      readonly kind: "user";
      /** Never the same for two users, also of different issuers. */
      readonly id: string;
      /** For people to read, such as an e-mail address. */
      readonly name: string;
      /**
       * What permissions call the user: the e-mail address unless the issuer says that it is not verified, or what the
       * user signs in as. Missing where the token has neither: a display name proves nothing.
       */
      readonly login?: string;
      /** What permissions call the groups of the user. */
      readonly groups?: readonly string[];
    }
  /** A program with a token of its own, which no OAuth consent can belong to. */
  | { readonly kind: "service"; readonly id: string; readonly name: string }
  /** Nobody said who they are, where the environment allows that. */
  | { readonly kind: "anonymous" };
