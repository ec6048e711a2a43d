import type { Caller } from "../credentials/caller.ts";
import { CallerError } from "../credentials/caller-error.ts";
import { Callers } from "../credentials/callers.ts";
import type { IdentitySettings } from "../credentials/identity.ts";
import type { GetDocument } from "../credentials/issuer-keys.ts";
import { Deadlines } from "../egress/deadline.ts";
import { Egress, type EgressOptions } from "../egress/egress.ts";
import { compileEgressPolicy } from "../egress/egress-policy.ts";
import { sendForText } from "../egress/small-answer.ts";
import type { Environment } from "../environment/environment.ts";
import type { Lifetime } from "../flow/context.ts";

/** For the issuer's keys, and its OpenID configuration. Milliseconds. */
const TIMEOUT_MS = 5_000;

/** No issuer has more keys. Bytes. */
const DOCUMENT_LIMIT = 256 * 1024;

/** Tells who callers are by the issuer that the environment names now; its keys outlive deployments. */
export class CurrentCallers {
  readonly #environment: Environment;
  readonly #get: GetDocument;
  readonly #lifetime: Lifetime;
  #known: { identity: IdentitySettings | null; readonly settings: string; readonly callers: Callers } | null =
    null;

  /** @param doors how calls leave, for an egress that allows what they need */
  constructor(environment: Environment, lifetime: Lifetime, doors: Omit<EgressOptions, "policy">) {
    this.#environment = environment;
    this.#lifetime = lifetime;
    this.#get = documents(doors);
  }

  /** Rejects with {@link CallerError}. */
  async identify(request: Request): Promise<Caller> {
    const current = this.#environment.current(Date.now(), this.#lifetime);
    const snapshot = current instanceof Promise ? await current : current;
    if (!snapshot) throw new CallerError("NothingDeployed", `${this.#environment.whyNothing}.`);
    return this.#callers(snapshot.document.identity).identify(request);
  }

  #callers(identity: IdentitySettings | null): Callers {
    if (this.#known?.identity === identity) return this.#known.callers;
    const settings = JSON.stringify(identity);
    if (this.#known?.settings === settings) {
      this.#known.identity = identity;
      return this.#known.callers;
    }
    const callers = new Callers(identity, this.#get);
    this.#known = { identity, settings, callers };
    return callers;
  }
}

/** Gets documents of an issuer, each through an egress that allows its address and no other. */
function documents(doors: Omit<EgressOptions, "policy">): GetDocument {
  return (url) => {
    const policy = compileEgressPolicy({ allow: [new URL(url).origin], advice: { list: "identity.json" } });
    const egress = new Egress({ ...doors, policy });
    const headers = new Headers({ accept: "application/json" });
    const call = { url, method: "GET", headers, body: null, timeoutMs: TIMEOUT_MS, by: "identity" };
    return sendForText(egress, call, DOCUMENT_LIMIT, new Deadlines());
  };
}
