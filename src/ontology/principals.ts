import type { Caller } from "../credentials/caller.ts";

/**
 * Whether a caller is among those that a definition names: `anyone`, `users`, `services`, `user:NAME` and
 * `group:NAME`. Of an empty list, nobody is.
 */
export function isAmong(principals: readonly string[], caller: Caller): boolean {
  return principals.some((principal) => {
    if (principal === "anyone") return true;
    if (principal === "services") return caller.kind === "service";
    if (caller.kind !== "user") return false;
    if (principal === "users") return true;
    const [kind, name] = parted(principal);
    return kind === "user" ? name === caller.login : (caller.groups ?? []).includes(name);
  });
}

/** Whether a caller may learn that an object type is there: whoever edits its objects does, also without reading them. */
export function mayKnow(
  type:
    | { readonly permissions: { readonly read: readonly string[]; readonly edit: readonly string[] } }
    | undefined,
  caller: Caller,
): boolean {
  return (
    type !== undefined && (isAmong(type.permissions.read, caller) || isAmong(type.permissions.edit, caller))
  );
}

function parted(principal: string): [string, string] {
  const colon = principal.indexOf(":");
  return [principal.slice(0, colon), principal.slice(colon + 1)];
}
