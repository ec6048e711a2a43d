/** An error whose message is meant for the person who called. Foundry: "User-facing errors". */
export class UserFacingError extends Error {
  override readonly name = "UserFacingError";
}
