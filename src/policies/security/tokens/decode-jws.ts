import { readBoolean } from "../../../documents/read.ts";
import { definePolicy } from "../../policy-type.ts";
import { jwsFaults as faults } from "./faults.ts";
import { compileSource, decodePart, parseToken } from "./token.ts";
import { headerVariables, TokenVariables } from "./variables.ts";

/**
 * Reads a JWS into variables without checking anything: what they hold anybody may have written.
 * Apigee: "DecodeJWS policy".
 */
export const decodeJws = definePolicy({
  element: "DecodeJWS",
  variablePrefix: "jws",
  faults,

  read(xml, report) {
    readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report);
    return { source: xml.child("Source")?.text() || null };
  },

  build({ source }, context) {
    const { policy } = context;
    const find = compileSource(source, faults, context);
    const variables = new TokenVariables("jws", policy);
    return variables.marking(function decode(flow) {
      variables.clear(flow);
      const token = parseToken(find(flow));
      if (token === "json") throw faults.invalidJson(policy);
      if (token === null || token.parts.length !== 3) throw faults.failedToDecode(policy);
      if (typeof token.header.alg !== "string") throw faults.noAlgorithm(policy);
      const payload = decodePart(token.parts[1] ?? "");
      if (payload === null) throw faults.failedToDecode(policy);
      variables.set(flow, [...headerVariables(token), ["payload", payload]]);
    });
  },
});
