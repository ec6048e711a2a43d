import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import { definePolicy } from "../../policy-type.ts";
import { compileClaims, compileText } from "./claims.ts";
import { compileList } from "./critical-headers.ts";
import { jwtFaults as faults } from "./faults.ts";
import type { Json } from "./json.ts";
import { compileMaking, readHeader } from "./make-token.ts";
import { readProtection } from "./read-algorithms.ts";
import { readClaims } from "./read-claims.ts";
import { keyUrls, readKeyFor } from "./read-key.ts";
import { readRegistered } from "./read-registered.ts";
import { readSpan } from "./read-span.ts";
import { parseSpan, parseTime } from "./time-span.ts";
import { TokenVariables } from "./variables.ts";
import { whole } from "./whole.ts";

/** Makes a JWT that is signed or encrypted. Apigee: "GenerateJWT policy". Format: RFC 7519. */
export const generateJwt = definePolicy({
  element: "GenerateJWT",
  variablePrefix: "jwt",
  needs: ["egress", "keySets"],
  faults,

  /** Problems: those of the algorithm, the key, the claims and times. */
  read(xml, report) {
    xml.ignore("CustomClaims");
    const protection = readProtection(xml, "one", report);
    return {
      protection,
      key: readKeyFor(xml, protection, ["sign", "encrypt"], report),
      header: readHeader(xml, "JWT", report),
      compresses: readBoolean(xml.child("Compress"), false, report),
      subject: readOptional(xml.child("Subject"), report),
      issuer: readOptional(xml.child("Issuer"), report),
      audience: readOptional(xml.child("Audience"), report),
      id: readOptional(xml.child("Id"), report),
      claims: readClaims(xml.child("AdditionalClaims"), "Claim", report),
      expiresIn: readSpan(xml.child("ExpiresIn"), report),
      notBefore: readNotBefore(xml.child("NotBefore"), report),
      output: xml.child("OutputVariable")?.text() || null,
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report),
    };
  },

  refersTo: ({ key }) => ({ urls: keyUrls(key) }),

  build({ protection, key, header, compresses, claims, id, ...config }, context) {
    const { policy } = context;
    const reading = { faults, context, ignoreUnresolved: config.ignoreUnresolved };
    const make = compileMaking(
      { protection: whole(protection), key: whole(key), header, compresses },
      reading,
    );
    const optional = (value: Said | null) => (value === null ? () => null : compileText(value, reading));
    const subject = optional(config.subject);
    const issuer = optional(config.issuer);
    const audience = config.audience === null ? () => [] : compileList(config.audience, reading);
    const additional = compileClaims(claims, reading);
    const tokenId = optional(id);
    const expiresIn = compileTime(config.expiresIn, (text, now) => {
      const span = parseSpan(text);
      return span === null ? null : now + span;
    });
    const notBefore = compileTime(config.notBefore, parseTime);
    const output = context.variable(config.output ?? `jwt.${policy}.generated_jwt`);

    /** Compiles a time in epoch seconds. */
    function compileTime(value: Said | null, parse: (text: string, now: number) => number | null) {
      const text = optional(value);
      return (flow: FlowContext, now: number): number | null => {
        const said = text(flow);
        if (said === null) return null;
        const time = parse(said, now);
        if (time === null) throw faults.generationFailed(policy);
        return Math.floor(time / 1000);
      };
    }

    function claimsOf(flow: FlowContext): Map<string, Json> {
      const now = flow.exchange.now();
      const all = new Map<string, Json>();
      for (const [name, value] of additional(flow)) if (value !== undefined) all.set(name, value);
      const set = (name: string, value: Json) => value !== null && all.set(name, value);
      set("sub", subject(flow));
      set("iss", issuer(flow));
      const names = audience(flow);
      set("aud", names.length > 1 ? names : (names[0] ?? null));
      set("iat", Math.floor(now / 1000));
      set("exp", expiresIn(flow, now));
      set("nbf", notBefore(flow, now));
      if (id !== null) set("jti", tokenId(flow) || flow.exchange.uuid());
      return all;
    }

    return new TokenVariables("jwt", policy).marking(async function generate(flow) {
      const payload = JSON.stringify(Object.fromEntries(claimsOf(flow)));
      output.set(flow, await make(flow, new TextEncoder().encode(payload)));
    });
  },
});

function readOptional(element: XmlElement | undefined, report: Report): Said | null {
  return element ? readRegistered(element, report) : null;
}

function readNotBefore(element: XmlElement | undefined, report: Report): Said | null {
  const value = element ? readSaid(element) : null;
  if (element && value && (value.ref === null || value.text !== "") && parseTime(value.text, 0) === null) {
    const message = `<NotBefore> is ${JSON.stringify(value.text)}, which is no time.`;
    report.error(
      "InvalidTimeFormat",
      element,
      message,
      "Write a time such as 2017-08-14T11:00:21.269-0700, or a span such as 10s.",
    );
  }
  return value;
}
