import type { Caller } from "../credentials/caller.ts";
import { userId } from "../credentials/callers.ts";
import type { IdentitySettings } from "../credentials/identity.ts";

/** Whom the command that started a gateway on this machine calls functions as. */
const DEV_USER_HEADER = "x-sortie-user";

/**
 * The caller of a request by whoever started this gateway, who alone knows its token: the user of the environment's
 * issuer that it names, or nobody. Null for any other request, and always when the gateway is deployed.
 * @param token of whoever started this gateway; none when it is deployed
 */
export function devCaller(
  request: Request,
  token: string | undefined,
  identity: () => Promise<IdentitySettings | null>,
): Promise<Caller> | null {
  return isDeveloper(request, token) ? namedCaller(request.headers.get(DEV_USER_HEADER), identity) : null;
}

async function namedCaller(
  name: string | null,
  identity: () => Promise<IdentitySettings | null>,
): Promise<Caller> {
  if (!name) return { kind: "anonymous" };
  return { kind: "user", id: userId((await identity())?.issuer ?? "local", name), name, login: name };
}

/** Whether a request is from the command that started this gateway. */
export function isDeveloper(request: Request, token: string | undefined): boolean {
  return token !== undefined && token !== "" && request.headers.get("authorization") === `Bearer ${token}`;
}
