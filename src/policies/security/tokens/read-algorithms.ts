import type { XmlElement } from "../../../documents/element.ts";
import { readOneOf } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import { contentEncryption, keyEncryption, keyTypeOf, signing } from "./algorithms.ts";

/** How tokens are protected: signed by one of some algorithms that take the same key, or encrypted. */
export type Protection =
  | { readonly kind: "signed"; readonly algorithms: readonly [string, ...string[]] }
  | { readonly kind: "encrypted"; readonly key: string; readonly content: string };

/**
 * Reads `<Algorithm>`, which may name several where tokens are verified, or `<Algorithms>`; null when they cannot be used. Reports InvalidConfiguration,
 * MissingConfigurationElement, InvalidValueForElement, InvalidFamiliesForAlgorithm, and the warning TypeMismatch.
 */
export function readProtection(xml: XmlElement, count: "one" | "several", report: Report): Protection | null {
  const algorithm = xml.child("Algorithm");
  const algorithms = xml.child("Algorithms");
  const type = readOneOf(xml.child("Type"), ["Signed", "Encrypted"], null, report);
  if (algorithm && algorithms) {
    xml.ignore("Algorithms");
    const message = "There are both <Algorithm> and <Algorithms>.";
    report.error(
      "InvalidConfiguration",
      algorithms,
      message,
      "Keep <Algorithm> for a signed token, or the other.",
    );
    return null;
  }
  const protection = algorithms ? readEncryption(algorithms, report) : readSigning(xml, count, report);
  if (protection && type && type.toLowerCase() !== protection.kind) {
    const message = `<Type> says ${type}, and the algorithm is one for a token that is ${protection.kind}.`;
    report.warning(
      "TypeMismatch",
      xml.child("Type") ?? xml,
      `${message} The algorithm counts.`,
      "Remove <Type>.",
    );
  }
  return protection;
}

/** Reads `<Algorithm>` alone; null when it cannot be used. */
export function readSigning(
  xml: XmlElement,
  count: "one" | "several",
  report: Report,
): Extract<Protection, { kind: "signed" }> | null {
  const element = xml.child("Algorithm");
  const names = (element?.text() ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const [first, ...more] = names;
  if (!element || first === undefined) {
    const message = "There is no <Algorithm>.";
    report.error("MissingConfigurationElement", element ?? xml, message, "Add <Algorithm>, such as RS256.");
    return null;
  }
  if (count === "one" && more.length > 0) {
    const message = "<Algorithm> names several, and a token is signed with one.";
    report.error("InvalidValueForElement", element, message, "Keep one of them.");
    return null;
  }
  const known = names.map((name) => requireOneOf(name, signing, element, report));
  if (known.includes(false)) return null;
  if (more.some((name) => keyTypeOf(name) !== keyTypeOf(first))) {
    const message = `The algorithms ${names.join(", ")} take keys of different types.`;
    report.error("InvalidFamiliesForAlgorithm", element, message, "Keep those that take the same key.");
    return null;
  }
  return { kind: "signed", algorithms: [first, ...more] };
}

function readEncryption(xml: XmlElement, report: Report): Protection | null {
  const key = xml.child("Key")?.text() ?? "";
  const content = xml.child("Content")?.text() ?? "";
  const keyKnown = requireOneOf(key, keyEncryption, xml.child("Key") ?? xml, report);
  const contentKnown = requireOneOf(content, contentEncryption, xml.child("Content") ?? xml, report);
  return keyKnown && contentKnown ? { kind: "encrypted", key, content } : null;
}

function requireOneOf(name: string, known: readonly string[], at: XmlElement, report: Report): boolean {
  if (known.includes(name)) return true;
  const message = `<${at.name}> is ${JSON.stringify(name)}, which is no algorithm that can be used here.`;
  report.error("InvalidValueForElement", at, message, `Write one of: ${known.join(", ")}.`);
  return false;
}
