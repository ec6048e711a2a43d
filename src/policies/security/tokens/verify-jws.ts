import { readBoolean, readOneOf } from "../../../documents/read.ts";
import { textOf } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { decodeUtf8, isUnreplaced } from "../../../text/utf8.ts";
import { definePolicy } from "../../policy-type.ts";
import { readCriticalHeaders } from "./critical-headers.ts";
import { compileExpectedValues } from "./expected-claims.ts";
import { jwsFaults as faults } from "./faults.ts";
import { readSigning } from "./read-algorithms.ts";
import { readClaims } from "./read-claims.ts";
import { keyUrls, readKeyFor } from "./read-key.ts";
import { compileSource, parseToken, partsOf, type Token, whyNoToken } from "./token.ts";
import { headerVariables, TokenVariables } from "./variables.ts";
import { compileVerification } from "./verify-token.ts";
import { whole } from "./whole.ts";

/**
 * Verifies the signature of a text, which may be apart from it. Nothing becomes a variable unless all is right.
 * Apigee: "VerifyJWS policy". Format: RFC 7515.
 */
export const verifyJws = definePolicy({
  element: "VerifyJWS",
  variablePrefix: "jws",
  needs: ["egress", "keySets"],
  faults,

  /** Problems: those of the algorithm, the key and the headers. */
  read(xml, report) {
    readOneOf(xml.child("Type"), ["Signed"], null, report);
    const protection = readSigning(xml, "several", report);
    return {
      protection,
      key: readKeyFor(xml, protection, ["verify", "decrypt"], report),
      critical: readCriticalHeaders(xml, report),
      source: xml.child("Source")?.text() || null,
      detached: xml.child("DetachedContent")?.text() || null,
      headers: readClaims(xml.child("AdditionalHeaders"), "Header", report),
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report),
    };
  },

  refersTo: ({ key }) => ({ urls: keyUrls(key) }),

  build({ protection, key, critical, source, detached, headers, ignoreUnresolved }, context) {
    const { policy } = context;
    // That a signature is wrong has a name of its own for this kind of token.
    const reading = { faults: { ...faults, invalidToken: faults.invalidJws }, context, ignoreUnresolved };
    const find = compileSource(source, faults, context);
    const verify = compileVerification({ protection: whole(protection), key: whole(key), critical }, reading);
    const wrongHeader = compileExpectedValues(headers, reading);
    const variables = new TokenVariables("jws", policy);
    const content = detached === null ? null : context.variable(detached);

    /** The token with what it signs, as one that is not detached would be. */
    function attach(flow: FlowContext, token: Token): Token {
      const [header = "", payload = "", signature = ""] = token.parts;
      if (content === null) {
        if (payload === "") throw faults.invalidSignature(policy);
        return token;
      }
      if (payload !== "") throw faults.notDetached(policy);
      const value = content.get(flow);
      if (value === null) throw faults.unresolved(policy, content.name);
      const text = textOf(value);
      // A text that other contents have, too, says nothing about this one.
      if (!isUnreplaced(text)) throw faults.invalidJws(policy);
      const encoded = Buffer.from(text).toString("base64url");
      return { ...token, text: `${header}.${encoded}.${signature}` };
    }

    return variables.marking(async function verifySignature(flow) {
      variables.clear(flow);
      variables.valid(flow, false);
      const text = find(flow);
      const token = parseToken(text);
      if (token === null) throw faults.invalidJws(policy).causedBy(whyNoToken(text));
      if (token === "json") throw faults.invalidJson(policy).causedBy("its header is no JSON object");
      if (token.parts.length !== 3) throw faults.invalidJws(policy).causedBy(partsOf(token, 3));
      const payload = decodeUtf8(await verify(flow, attach(flow, token)), "keep");
      const wrong = wrongHeader(flow, token.header);
      if (wrong !== null) throw faults.invalidClaim(policy, wrong);
      variables.set(flow, [
        ...headerVariables(token),
        ["", "payload", content === null ? (payload ?? "") : ""],
      ]);
      variables.valid(flow, true);
    });
  },
});
