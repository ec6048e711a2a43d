import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import { type ClaimReading, compileClaims, compileText, isSame } from "./claims.ts";
import { compileList } from "./critical-headers.ts";
import type { Json, JsonObject } from "./json.ts";
import { type Claims, readClaims } from "./read-claims.ts";
import { readRegistered } from "./read-registered.ts";

/** What a token must say. Of the registered claims null is any. */
export interface ExpectedClaims {
  readonly subject: Said | null;
  readonly issuer: Said | null;
  readonly id: Said | null;
  /** Names with commas between them, one of which must be among those of the token. */
  readonly audience: Said | null;
  readonly additional: Claims;
  readonly required: Said;
}

/** Reports those of `readClaims`, and the warnings EmptyElement and LiteralClaim. */
export function readExpectedClaims(xml: XmlElement, report: Report): ExpectedClaims {
  const required = xml.child("RequiredClaims");
  return {
    subject: readExpected(xml.child("Subject"), report),
    issuer: readExpected(xml.child("Issuer"), report),
    id: readExpected(xml.child("Id"), report),
    audience: readExpected(xml.child("Audience"), report),
    additional: readClaims(xml.child("AdditionalClaims"), "Claim", report),
    required: readSaid(required),
  };
}

function readExpected(element: XmlElement | undefined, report: Report): Said | null {
  if (!element) return null;
  const value = readRegistered(element, report);
  if (value.ref !== null || value.text !== "") return value;
  const message = `<${element.name}> is empty, and so any value will do.`;
  report.warning("EmptyElement", element, message, "Write what the token must say, or remove it.");
  return null;
}

/** Says which claim is not as it must be; null when all are. A value that is not known is never the right one. */
export type FindWrong = (flow: FlowContext, held: JsonObject) => string | null;

export function compileExpectedClaims(expected: ExpectedClaims, reading: ClaimReading): FindWrong {
  const required = compileList(expected.required, reading);
  const registered = [
    compileRegistered("iss", expected.issuer, reading),
    compileRegistered("sub", expected.subject, reading),
    compileRegistered("jti", expected.id, reading),
    compileAudience(expected.audience, reading),
  ].filter((check) => check !== null);
  const additional = compileExpectedValues(expected.additional, reading);
  return (flow, held) => {
    for (const check of registered) {
      const wrong = check(flow, held);
      if (wrong !== null) return wrong;
    }
    return required(flow).find((name) => !Object.hasOwn(held, name)) ?? additional(flow, held);
  };
}

/** Compiles claims or headers with a name of their own. One without a value must be there, whatever it says. */
export function compileExpectedValues(claims: Claims, reading: ClaimReading): FindWrong {
  const values = compileClaims(claims, reading);
  const unknown = new Set(claims.claims.flatMap(({ name, ref }) => (ref === null ? [] : [name])));
  return (flow, held) => {
    const wrong = values(flow).find(([name, value]) => {
      if (!Object.hasOwn(held, name)) return true;
      return value === undefined ? unknown.has(name) : !isSame(value, held[name]);
    });
    return wrong?.[0] ?? null;
  };
}

function compileRegistered(name: string, value: Said | null, reading: ClaimReading): FindWrong | null {
  if (value === null) return null;
  const text = compileText(value, reading);
  return (flow, held) => {
    const wanted = text(flow);
    return wanted !== null && held[name] === wanted ? null : name;
  };
}

function compileAudience(value: Said | null, reading: ClaimReading): FindWrong | null {
  if (value === null) return null;
  const wanted = compileList(value, reading);
  return (flow, { aud }) => {
    const held: readonly Json[] = Array.isArray(aud) ? aud : [aud ?? null];
    return wanted(flow).some((name) => held.includes(name)) ? null : "aud";
  };
}
