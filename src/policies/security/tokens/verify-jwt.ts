import { readBoolean, readBooleanAttribute } from "../../../documents/read.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { decodeUtf8 } from "../../../text/utf8.ts";
import type { Said } from "../../parts/said.ts";
import { definePolicy } from "../../policy-type.ts";
import { faultOfTimes } from "./check-times.ts";
import { compileText } from "./claims.ts";
import { readCriticalHeaders } from "./critical-headers.ts";
import { compileExpectedClaims, compileExpectedValues, readExpectedClaims } from "./expected-claims.ts";
import { jwtFaults as faults } from "./faults.ts";
import { parseObject } from "./json.ts";
import { readProtection } from "./read-algorithms.ts";
import { readClaims } from "./read-claims.ts";
import { keyUrls, readKeyFor } from "./read-key.ts";
import { readSpan } from "./read-span.ts";
import { parseSpan } from "./time-span.ts";
import { compileSource, parseToken, whyNoToken } from "./token.ts";
import { claimVariables, headerVariables, TokenVariables } from "./variables.ts";
import { compileVerification } from "./verify-token.ts";
import { whole } from "./whole.ts";

/**
 * Verifies a JWT that is signed or encrypted, its times and its claims. Nothing of a token becomes a variable unless
 * all of it is right. Apigee: "VerifyJWT policy". Format: RFC 7519.
 */
export const verifyJwt = definePolicy({
  element: "VerifyJWT",
  variablePrefix: "jwt",
  needs: ["egress", "keySets"],
  faults,

  /** Problems: those of the algorithm, the key, the claims and spans of time. */
  read(xml, report) {
    xml.ignore("CustomClaims");
    const protection = readProtection(xml, "several", report);
    const lifespan = xml.child("MaxLifespan");
    const usesIssueTime =
      lifespan !== undefined && readBooleanAttribute(lifespan, "useIssueTime", false, report);
    return {
      protection,
      key: readKeyFor(xml, protection, ["verify", "decrypt"], report),
      critical: readCriticalHeaders(xml, report),
      source: xml.child("Source")?.text() || null,
      claims: readExpectedClaims(xml, report),
      headers: readClaims(xml.child("AdditionalHeaders"), "Header", report),
      ignoresIssuedAt: readBoolean(xml.child("IgnoreIssuedAt"), false, report, "error"),
      allowance: readSpan(xml.child("TimeAllowance"), report),
      lifespan: readSpan(lifespan, report),
      lifespanFrom: usesIssueTime ? ("iat" as const) : ("nbf" as const),
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report),
    };
  },

  refersTo: ({ key }) => ({ urls: keyUrls(key) }),

  build({ protection, key, critical, claims, headers, ignoresIssuedAt, lifespanFrom, ...config }, context) {
    const { policy } = context;
    const reading = { faults, context, ignoreUnresolved: config.ignoreUnresolved };
    const find = compileSource(config.source, faults, context);
    const verify = compileVerification({ protection: whole(protection), key: whole(key), critical }, reading);
    const wrongHeader = compileExpectedValues(headers, reading);
    const wrongClaim = compileExpectedClaims(claims, reading);
    const variables = new TokenVariables("jwt", policy);

    function compileSpan(value: Said | null): (flow: FlowContext) => number | null {
      if (value === null) return () => null;
      const text = compileText(value, reading);
      return (flow) => parseSpan(text(flow) ?? "");
    }
    const allowance = compileSpan(config.allowance);
    const lifespan = compileSpan(config.lifespan);
    const timeRules = (flow: FlowContext) => ({
      allowance: allowance(flow) ?? 0,
      ignoresIssuedAt,
      // A span that is none lets nothing pass.
      lifespan: config.lifespan && { most: lifespan(flow) ?? -1, from: lifespanFrom },
    });

    async function check(flow: FlowContext): Promise<void> {
      const text = find(flow);
      const token = parseToken(text);
      if (token === null) throw faults.invalidToken(policy).causedBy(whyNoToken(text));
      if (token === "json") throw faults.invalidJson(policy).causedBy("its header is no JSON object");
      const json = decodeUtf8(await verify(flow, token), "keep");
      const payload = json === null ? null : parseObject(json);
      if (json === null || payload === null) {
        throw faults.invalidJson(policy).causedBy("its payload is no JSON object");
      }
      const now = flow.exchange.now();
      const fault = faultOfTimes(payload, timeRules(flow), now, faults, policy);
      if (fault) throw fault;
      const wrong = wrongHeader(flow, token.header) ?? wrongClaim(flow, payload);
      if (wrong !== null) throw faults.invalidClaim(policy, wrong);
      variables.set(flow, [...headerVariables(token), ...claimVariables(payload, json, now)]);
    }

    return variables.marking(async function verifyToken(flow) {
      variables.clear(flow);
      variables.valid(flow, false);
      await check(flow);
      variables.valid(flow, true);
    });
  },
});
