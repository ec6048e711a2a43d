import { nodeCrypto } from "../../text/node-crypto.ts";
import { ExpressionError } from "../value.ts";
import { decodeBase64 } from "./base64.ts";
import type { TemplateFunction } from "./template-function.ts";

type KeyDecoder = (key: string) => Uint8Array | null;

const KEY_ENCODINGS: ReadonlyMap<string, KeyDecoder> = new Map<string, KeyDecoder>([
  ["hex", decodeHex],
  ["base16", decodeHex],
  ["base64", decodeBase64],
  ["utf-8", (key) => Buffer.from(key, "utf8")],
  ["utf8", (key) => Buffer.from(key, "utf8")],
]);

const OUTPUT_ENCODINGS: ReadonlyMap<string, "hex" | "base64"> = new Map([
  ["hex", "hex"],
  ["base16", "hex"],
  ["base64", "base64"],
]);

/**
 * `hmacMd5` … `hmacSha512`: (key, value[, key encoding[, output encoding]]). The key is UTF-8 and the output
 * base64 unless said otherwise. A key that is empty, unset or not in its encoding gives an empty text: a
 * signature that anybody could make is worse than none.
 */
export const hmacFunctions: Readonly<Record<string, TemplateFunction>> = Object.fromEntries(
  ["Md5", "Sha1", "Sha224", "Sha256", "Sha384", "Sha512"].map((name) => [
    `hmac${name}`,
    hmac(name.toLowerCase()),
  ]),
);

function hmac(algorithm: string): TemplateFunction {
  return {
    parameters: ["variable", "value", "value", "value"],
    required: 2,
    bind: ([, , keyEncoding, outputEncoding]) => {
      refuseUnknown(keyEncoding, KEY_ENCODINGS);
      refuseUnknown(outputEncoding, OUTPUT_ENCODINGS);
      return (key, value, keyed = "utf-8", coded = "base64") => {
        const bytes = KEY_ENCODINGS.get(keyed?.toLowerCase() ?? "")?.(key ?? "");
        const output = OUTPUT_ENCODINGS.get(coded?.toLowerCase() ?? "");
        if (!bytes || bytes.length === 0 || output === undefined) return "";
        return nodeCrypto()
          .createHmac(algorithm, bytes)
          .update(value ?? "", "utf8")
          .digest(output);
      };
    },
  };
}

function refuseUnknown(encoding: string | undefined, known: ReadonlyMap<string, unknown>): void {
  if (encoding === undefined || known.has(encoding.toLowerCase())) return;
  throw new ExpressionError(
    `There is no encoding "${encoding}".`,
    0,
    `Write one of ${[...known.keys()].join(", ")}.`,
    { name: encoding, known: known.keys() },
  );
}

function decodeHex(text: string): Uint8Array | null {
  return text.length % 2 === 0 && /^[0-9a-f]*$/i.test(text) ? Buffer.from(text, "hex") : null;
}
