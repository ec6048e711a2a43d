import { defineDecoding } from "./decode-token.ts";
import { jwtFaults as faults } from "./faults.ts";
import { parseObject } from "./json.ts";
import { decodePart } from "./token.ts";
import { claimVariables } from "./variables.ts";

/** Reads a JWT into variables, unchecked. Of an encrypted one only the header can be read. Apigee: "DecodeJWT policy". */
export const decodeJwt = defineDecoding("jwt", faults, ({ parts }, policy, now) => {
  if (parts.length === 5) return [];
  const json = decodePart(parts[1] ?? "");
  const payload = json === null ? null : parseObject(json);
  if (json === null || payload === null) throw faults.invalidJson(policy);
  return claimVariables(payload, json, now);
});
