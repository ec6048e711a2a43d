import { nodeCrypto } from "../../text/node-crypto.ts";
import { type TemplateFunction, textFunction } from "./template-function.ts";

/** `md5Hex` … `sha512Hex` (lower case) and `md5Base64` … `sha512Base64` of a text's UTF-8 bytes. */
export const hashFunctions: Readonly<Record<string, TemplateFunction>> = Object.fromEntries(
  ["md5", "sha1", "sha256", "sha384", "sha512"].flatMap((algorithm) => [
    [`${algorithm}Hex`, hash(algorithm, "hex")],
    [`${algorithm}Base64`, hash(algorithm, "base64")],
  ]),
);

function hash(algorithm: string, encoding: "hex" | "base64"): TemplateFunction {
  return textFunction(["value"], (text) =>
    nodeCrypto().createHash(algorithm).update(text, "utf8").digest(encoding),
  );
}
