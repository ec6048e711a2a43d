import { readBoolean } from "../../../documents/read.ts";
import { definePolicy } from "../../policy-type.ts";
import { jwtFaults as faults } from "./faults.ts";
import { parseObject } from "./json.ts";
import { compileSource, decodePart, parseToken } from "./token.ts";
import { claimVariables, headerVariables, TokenVariables } from "./variables.ts";

/**
 * Reads a JWT into variables without checking anything: what they hold anybody may have written. Of an encrypted
 * token only the header can be read. Apigee: "DecodeJWT policy".
 */
export const decodeJwt = definePolicy({
  element: "DecodeJWT",
  variablePrefix: "jwt",
  faults,

  read(xml, report) {
    readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report);
    return { source: xml.child("Source")?.text() || null };
  },

  build({ source }, context) {
    const { policy } = context;
    const find = compileSource(source, faults, context);
    const variables = new TokenVariables("jwt", policy);
    return variables.marking(function decode(flow) {
      variables.clear(flow);
      const token = parseToken(find(flow));
      if (token === null) throw faults.failedToDecode(policy);
      if (token === "json") throw faults.invalidJson(policy);
      if (token.parts.length === 5) return variables.set(flow, headerVariables(token));
      const json = decodePart(token.parts[1] ?? "");
      const payload = json === null ? null : parseObject(json);
      if (json === null || payload === null) throw faults.invalidJson(policy);
      variables.set(flow, [...headerVariables(token), ...claimVariables(payload, json, flow.exchange.now())]);
    });
  },
});
