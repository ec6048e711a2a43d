import { defineDecoding } from "./decode-token.ts";
import { jwsFaults as faults } from "./faults.ts";
import { decodePart } from "./token.ts";

/** Reads a JWS into variables, unchecked. Apigee: "DecodeJWS policy". */
export const decodeJws = defineDecoding("jws", faults, ({ parts, header }, policy) => {
  if (parts.length !== 3) throw faults.failedToDecode(policy);
  if (typeof header.alg !== "string") throw faults.noAlgorithm(policy);
  const payload = decodePart(parts[1] ?? "");
  if (payload === null) throw faults.failedToDecode(policy);
  return [["", "payload", payload]];
});
