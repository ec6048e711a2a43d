import { Float, type Value } from "../../../expression/value.ts";
import { type FlowContext, StateKey, type Step } from "../../../flow/context.ts";
import type { TokenKind } from "./faults.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Token } from "./token.ts";

/** The names that policies have set from tokens, by the policies' own. */
const setBefore = new StateKey<Map<string, readonly string[]>>();

/** The variables of one policy that tell of a token. Apigee: "VerifyJWT policy", "VerifyJWS policy" (Flow variables). */
export class TokenVariables {
  readonly #prefix: string;
  readonly #failed: string;

  constructor(kind: TokenKind, policy: string) {
    this.#prefix = `${kind}.${policy}.`;
    this.#failed = `${kind.toUpperCase()}.failed`;
  }

  /** Takes away what an earlier run has left: it is not to be taken for something about this token. */
  clear(flow: FlowContext): void {
    for (const name of flow.kept(setBefore)?.get(this.#prefix) ?? []) flow.variables.delete(name);
  }

  valid(flow: FlowContext, value: boolean): void {
    flow.variables.set(`${this.#prefix}valid`, value);
  }

  /** The step, with a note in `JWT.failed` or `JWS.failed` when it fails. */
  marking(step: Step): Step {
    const fail = (flow: FlowContext, error: unknown): never => {
      flow.variables.set(this.#failed, true);
      throw error;
    };
    return (flow) => {
      try {
        return step(flow)?.catch((error: unknown) => fail(flow, error));
      } catch (error) {
        return fail(flow, error);
      }
    };
  }

  /** Names come from the token; so nothing is compared with the names of other variables. */
  set(flow: FlowContext, values: Iterable<readonly [string, Value]>): void {
    const names: string[] = [];
    for (const [name, value] of values) {
      if (value === null) continue;
      flow.variables.set(this.#prefix + name, value);
      names.push(this.#prefix + name);
    }
    const kept = flow.kept(setBefore) ?? new Map<string, readonly string[]>();
    flow.keep(setBefore, kept.set(this.#prefix, names));
  }
}

/** What the header says. */
export function* headerVariables({ header, headerJson }: Token): Iterable<readonly [string, Value]> {
  for (const [name, value] of Object.entries(header)) {
    yield [`header.${name}`, flowValue(value)];
    yield [`decoded.header.${name}`, decoded(value)];
  }
  yield ["header.algorithm", flowValue(header.alg ?? null)];
  yield ["header.type", flowValue(header.typ ?? null)];
  yield ["header-json", headerJson];
}

const shortNames: Readonly<Record<string, string>> = {
  subject: "sub",
  issuer: "iss",
  audience: "aud",
  expiry: "exp",
  issuedat: "iat",
  notbefore: "nbf",
};

/** What the payload says, and how long it does. @param now epoch milliseconds */
export function* claimVariables(
  claims: JsonObject,
  json: string,
  now: number,
): Iterable<readonly [string, Value]> {
  for (const [name, value] of Object.entries(claims)) {
    yield [`claim.${name}`, flowValue(value)];
    yield [`decoded.claim.${name}`, decoded(value)];
  }
  for (const [name, registered] of Object.entries(shortNames)) {
    yield [`claim.${name}`, flowValue(claims[registered] ?? null)];
  }
  yield ["payload-claim-names", Object.keys(claims)];
  yield ["payload-json", json];
  const { exp } = claims;
  const expiry = typeof exp === "number" ? exp * 1000 : null;
  yield ["is_expired", expiry !== null && now >= expiry];
  if (expiry === null || Number.isNaN(new Date(expiry).getTime())) return;
  yield ["expiry_formatted", new Date(expiry).toISOString().replace("Z", "+0000")];
  yield ["seconds_remaining", Math.floor((expiry - now) / 1000)];
  yield ["time_remaining_formatted", spanText(expiry - now)];
}

/** As a flow variable holds it: lists of texts are lists, other structures are JSON. */
function flowValue(value: Json): Value {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  return decoded(value);
}

/** As JSON, but for a text, which stands for itself. */
function decoded(value: Json): Value {
  if (typeof value === "number") return numberOf(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : (value as Value);
}

function numberOf(value: number): Value {
  if (!Number.isSafeInteger(value)) return new Float(value);
  return Math.abs(value) < 2 ** 31 ? value : BigInt(value);
}

/** `01:02:03.456`, with a minus sign when it is over. */
function spanText(ms: number): string {
  const rest = Math.abs(ms);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const time = `${two(rest / 3_600_000)}:${two((rest / 60_000) % 60)}:${two((rest / 1000) % 60)}`;
  return `${ms < 0 ? "-" : ""}${time}.${String(Math.floor(rest % 1000)).padStart(3, "0")}`;
}
