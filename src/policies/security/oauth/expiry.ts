import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { nothing, readSaid, type Said } from "../../parts/said.ts";
import type { PolicyContext } from "../../policy-type.ts";
import { compileSaid } from "../../traffic/limits/said-value.ts";
import { faults } from "./faults.ts";

/** How long a token counts that nothing says it of: half an hour, and a refresh token 30 days. */
const DEFAULTS_MS = { ExpiresIn: 30 * 60 * 1000, RefreshTokenExpiresIn: 30 * 24 * 60 * 60 * 1000 };

/** How long a code counts, of which that element is said, too. */
const DEFAULT_OF_CODES_MS = 10 * 60 * 1000;

export interface Expiry {
  readonly element: keyof typeof DEFAULTS_MS;
  readonly said: Said;
}

/** Reads how long tokens count. Reports InvalidValueForExpiresIn and InvalidValueForRefreshTokenExpiresIn. */
export function readExpiry(xml: XmlElement, element: Expiry["element"], report: Report): Expiry {
  const child = xml.child(element);
  if (!child) return { element, said: nothing };
  const said = readSaid(child);
  if (said.text !== "" && lifetimeIn(said.text) === undefined) {
    report.error(
      `InvalidValueFor${element}`,
      child,
      `<${element}> is ${JSON.stringify(said.text)}.`,
      'Write milliseconds, such as 3600000, or -1 for ever; a variable goes into ref="…".',
    );
  }
  return { element, said };
}

/**
 * Compiles when a token ends that is issued now, in epoch milliseconds; null for never. Throws
 * `steps.oauth.v2.InvalidValueForExpiresIn` for a variable with anything else than a lifetime.
 */
export function compileExpiry(
  { element, said }: Expiry,
  context: PolicyContext,
  of: "tokens" | "code" = "tokens",
): (flow: FlowContext) => number | null {
  const fallback = of === "code" ? DEFAULT_OF_CODES_MS : DEFAULTS_MS[element];
  const textOf = compileSaid(said, context);
  return (flow) => {
    const text = textOf(flow)?.trim() || null;
    const lifetime = text === null ? fallback : lifetimeIn(text);
    if (lifetime === undefined) throw faults.invalidExpiry(element);
    return lifetime === null ? null : flow.exchange.now() + lifetime;
  };
}

/** Milliseconds, null for ever, and undefined for what is neither. */
function lifetimeIn(text: string): number | null | undefined {
  if (text === "-1") return null;
  return /^[1-9]\d{0,12}$/.test(text) ? Number(text) : undefined;
}
