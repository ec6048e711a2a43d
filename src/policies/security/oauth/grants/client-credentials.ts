import { defineGrant, nothingSaid } from "./grant.ts";

/** The app asks for itself. Format: RFC 6749, section 4.4. */
export const clientCredentials = defineGrant({
  hasRefreshToken: false,
  read: () => null,
  build: () => () => nothingSaid,
});
