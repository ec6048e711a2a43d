import { CompactEncrypt, CompactSign } from "jose";
import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import { type ClaimReading, compileClaims, compileText } from "./claims.ts";
import { compileList } from "./critical-headers.ts";
import type { Json, JsonObject } from "./json.ts";
import { compileKey, type KeyContext } from "./keys.ts";
import type { Protection } from "./read-algorithms.ts";
import { type Claims, readClaims } from "./read-claims.ts";
import type { KeyConfig } from "./read-key.ts";

/** What the header of a new token says besides the algorithm. */
export interface HeaderConfig {
  /** Null when no type is named. */
  readonly type: "JWT" | "at+JWT" | null;
  readonly additional: Claims;
  readonly critical: Said;
}

export function readHeader(xml: XmlElement, type: HeaderConfig["type"], report: Report): HeaderConfig {
  const critical = xml.child("CriticalHeaders");
  return {
    type,
    additional: readClaims(xml.child("AdditionalHeaders"), "Header", report),
    critical: readSaid(critical),
  };
}

/** How a token is made. */
export interface Making {
  readonly protection: Protection;
  readonly key: KeyConfig;
  readonly header: HeaderConfig;
  /** Whether the content is compressed before it is encrypted. */
  readonly compresses: boolean;
}

/** Compiles what signs or encrypts a payload. Faults: SigningFailed, EncryptionFailed, and those of the key. */
export function compileMaking(
  { protection, key, header, compresses }: Making,
  { context, ...rest }: ClaimReading & { readonly context: KeyContext },
): (flow: FlowContext, payload: Uint8Array) => Promise<string> {
  const reading = { context, ...rest };
  const { faults } = reading;
  const findKey = compileKey(key, faults, context);
  const headerOf = compileHeader(header, key, reading);
  const content = protection.kind === "encrypted" ? protection.content : null;
  const algorithm = protection.kind === "encrypted" ? protection.key : protection.algorithms[0];
  return async function make(flow, payload) {
    const said = headerOf(flow);
    const kid = typeof said.kid === "string" ? said.kid : null;
    const found = await findKey(flow, { algorithm, content, kid });
    // A list that is none is for the library to refuse.
    const critical = Array.isArray(said.crit) ? said.crit : [];
    const crit = Object.fromEntries(critical.map((name) => [String(name), true]));
    try {
      if (content === null) {
        return await new CompactSign(payload)
          .setProtectedHeader({ ...said, alg: algorithm })
          .sign(found, { crit });
      }
      const protectedHeader = { ...said, alg: algorithm, enc: content, ...(compresses && { zip: "DEF" }) };
      const encryption = new CompactEncrypt(payload).setProtectedHeader(protectedHeader);
      if (key.source.kind === "password") {
        const p2s = crypto.getRandomValues(new Uint8Array(key.source.saltLength));
        encryption.setKeyManagementParameters({ p2c: key.source.iterations, p2s });
      }
      return await encryption.encrypt(found, { crit });
    } catch (error) {
      const failed = content === null ? faults.signingFailed : faults.encryptionFailed;
      throw failed(context.policy).causedBy(error);
    }
  };
}

function compileHeader(
  { type, additional, critical }: HeaderConfig,
  { id }: KeyConfig,
  reading: ClaimReading,
): (flow: FlowContext) => JsonObject {
  const kid = id && compileText(id, reading);
  const values = compileClaims(additional, reading);
  const names = compileList(critical, reading);
  return (flow) => {
    const header = new Map<string, Json>(type ? [["typ", type]] : []);
    for (const [name, value] of values(flow)) {
      if (value !== undefined && name !== "alg" && name !== "enc") header.set(name, value);
    }
    const keyId = kid?.(flow) ?? null;
    if (keyId !== null) header.set("kid", keyId);
    const crit = names(flow);
    if (crit.length > 0) header.set("crit", crit);
    return Object.fromEntries(header);
  };
}
