import type { Value } from "../../../expression/value.ts";
import type { FlowContext, Step } from "../../../flow/context.ts";
import { flowValueOf } from "../../parts/exact-json.ts";
import { OwnVariables, type Told } from "../../parts/own-variables.ts";
import type { TokenKind } from "./faults.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Token } from "./token.ts";

/** The variables of one policy that tell of a token. Apigee: "VerifyJWT policy", "VerifyJWS policy" (Flow variables). */
export class TokenVariables {
  readonly #valid: string;
  readonly #failed: string;
  readonly #own: OwnVariables;

  constructor(kind: TokenKind, policy: string) {
    const prefix = `${kind}.${policy}.`;
    this.#own = new OwnVariables(prefix);
    this.#valid = `${prefix}valid`;
    this.#failed = `${kind.toUpperCase()}.failed`;
  }

  /** Takes away what an earlier run has left: it is not to be taken for something about this token. */
  clear(flow: FlowContext): void {
    this.#own.clear(flow);
  }

  valid(flow: FlowContext, value: boolean): void {
    flow.variables.set(this.#valid, value);
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

  set(flow: FlowContext, values: Iterable<Told>): void {
    this.#own.set(flow, values);
  }
}

/** What the header says. */
export function* headerVariables({ header, headerJson }: Token): Iterable<Told> {
  for (const [name, value] of Object.entries(header)) {
    yield ["header.", name, flowValue(value)];
    yield ["decoded.header.", name, flowValueOf(value)];
  }
  yield ["header.", "algorithm", flowValue(header.alg ?? null)];
  yield ["header.", "type", flowValue(header.typ ?? null)];
  yield ["", "header-json", headerJson];
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
export function* claimVariables(claims: JsonObject, json: string, now: number): Iterable<Told> {
  for (const [name, value] of Object.entries(claims)) {
    yield ["claim.", name, flowValue(value)];
    yield ["decoded.claim.", name, flowValueOf(value)];
  }
  for (const [name, registered] of Object.entries(shortNames)) {
    yield ["claim.", name, flowValue(claims[registered] ?? null)];
  }
  yield ["", "payload-claim-names", Object.keys(claims)];
  yield ["", "payload-json", json];
  const { exp } = claims;
  const expiry = typeof exp === "number" ? exp * 1000 : null;
  yield ["", "is_expired", expiry !== null && now >= expiry];
  if (expiry === null || Number.isNaN(new Date(expiry).getTime())) return;
  yield ["", "expiry_formatted", new Date(expiry).toISOString().replace("Z", "+0000")];
  yield ["", "seconds_remaining", Math.floor((expiry - now) / 1000)];
  yield ["", "time_remaining_formatted", spanText(expiry - now)];
}

/** As a flow variable holds it: lists of texts are lists, other structures are JSON. */
function flowValue(value: Json): Value {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  return flowValueOf(value);
}

/** `01:02:03.456`, with a minus sign when it is over. */
function spanText(ms: number): string {
  const rest = Math.abs(ms);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const time = `${two(rest / 3_600_000)}:${two((rest / 60_000) % 60)}:${two((rest / 1000) % 60)}`;
  return `${ms < 0 ? "-" : ""}${time}.${String(Math.floor(rest % 1000)).padStart(3, "0")}`;
}
