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

function parted(principal: string): [string, string] {
  const colon = principal.indexOf(":");
  return [principal.slice(0, colon), principal.slice(colon + 1)];
}
