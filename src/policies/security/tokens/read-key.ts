import type { XmlElement } from "../../../documents/element.ts";
import { readInteger } from "../../../documents/read.ts";
import type { Report } from "../../../documents/report.ts";
import { KeySet, KeySetError } from "../../../egress/key-set.ts";
import { type Encoding, encodingNamed } from "../../parts/decode-bytes.ts";
import { readSaid, type Said } from "../../parts/said.ts";
import { refOf } from "../../parts/text-or-ref.ts";
import { type KeyElement, type KeyUse, keyElementOf } from "./algorithms.ts";
import { isPublicPem } from "./import-key.ts";
import type { Protection } from "./read-algorithms.ts";

/** Where a key set is: in the policy, in a variable, at a URL, or at the URL in a variable. */
export type KeySetSource = Said | { readonly uri: string } | { readonly uriRef: string };

/** Where a policy has its key from. Secrets are named by their variables and never stand in it. */
export type KeySource =
  | { readonly kind: "secret"; readonly ref: string; readonly encoding: Encoding }
  | {
      readonly kind: "password";
      readonly ref: string;
      readonly saltLength: number;
      readonly iterations: number;
    }
  | { readonly kind: "private"; readonly ref: string; readonly password: string | null }
  | { readonly kind: "public"; readonly holds: "key" | "certificate"; readonly value: Said }
  | { readonly kind: "keySet"; readonly source: KeySetSource };

export interface KeyConfig {
  readonly source: KeySource;
  /** The id that goes into the header, or that says which key of a set counts; null without one. */
  readonly id: Said | null;
}

const elements: readonly KeyElement[] = ["SecretKey", "PrivateKey", "PublicKey", "PasswordKey", "DirectKey"];

/**
 * Reads the element that holds the key for an algorithm; null when it cannot be used. Reports
 * InvalidConfigurationForActionAndAlgorithm, MissingConfigurationElement, InvalidKeyConfiguration,
 * EmptyElementForKeyConfiguration, InvalidVariableNameForSecret, InvalidSecretInConfig, InvalidValueForElement.
 */
export function readKey(xml: XmlElement, algorithm: string, use: KeyUse, report: Report): KeyConfig | null {
  const wanted = keyElementOf(algorithm, use);
  const others = elements.filter((name) => name !== wanted).flatMap((name) => xml.child(name) ?? []);
  const element = xml.child(wanted);
  xml.ignore(...others.map(({ name }) => name));
  for (const other of others) {
    const message = `<${other.name}> holds no key for the algorithm ${algorithm}.`;
    const code = "InvalidConfigurationForActionAndAlgorithm";
    if (element) report.warning(code, other, `${message} It is not used.`, `Remove <${other.name}>.`);
    else report.error(code, other, message, `Write <${wanted}> in its place.`);
  }
  if (element) return readKeyElement(element, wanted, use, report);
  if (others.length === 0) {
    const message = `The algorithm ${algorithm} needs a <${wanted}>, and there is none.`;
    report.error("MissingConfigurationElement", xml, message, `Add <${wanted}> with a <Value>.`);
  }
  return null;
}

/** Reads the key for what a policy does: with a token that is signed, and with one that is encrypted. */
export function readKeyFor(
  xml: XmlElement,
  protection: Protection | null,
  [signed, encrypted]: readonly [KeyUse, KeyUse],
  report: Report,
): KeyConfig | null {
  if (protection === null) {
    xml.ignore(...elements);
    return null;
  }
  return protection.kind === "signed"
    ? readKey(xml, protection.algorithms[0], signed, report)
    : readKey(xml, protection.key, encrypted, report);
}

/** The URL that keys are asked for at, as far as the policy says it. */
export function keyUrls(key: KeyConfig | null): string[] {
  const source = key?.source;
  return source?.kind === "keySet" && "uri" in source.source ? [source.source.uri] : [];
}

function readKeyElement(
  element: XmlElement,
  name: KeyElement,
  use: KeyUse,
  report: Report,
): KeyConfig | null {
  const idElement = element.child("Id");
  const id = idElement && (refOf(idElement) || idElement.text()) ? readSaid(idElement) : null;
  const source = name === "PublicKey" ? readPublic(element, report) : readSecret(element, name, report);
  if (source?.kind === "keySet" && use === "encrypt" && id === null) {
    const message = "<PublicKey> does not say which key of the set encrypts.";
    report.error("InvalidKeyConfiguration", element, message, "Add <Id> with the kid of the key.");
    return null;
  }
  return source && { source, id };
}

function readSecret(element: XmlElement, name: KeyElement, report: Report): KeySource | null {
  const value = element.child("Value");
  const ref = readPrivateRef(value, element, report);
  const encoding = name === "PrivateKey" ? "utf-8" : readEncoding(element, value, name, report);
  const password = name === "PrivateKey" ? readPassword(element, report) : null;
  const saltLength = readInteger(element.child("SaltLength"), 8, report, { minimum: 8, maximum: 1024 });
  const iterations = readInteger(element.child("PBKDF2Iterations"), 10_000, report, {
    minimum: 1000,
    maximum: 100_000,
  });
  if (ref === null) return null;
  if (name === "PrivateKey") return { kind: "private", ref, password };
  if (name === "PasswordKey") return { kind: "password", ref, saltLength, iterations };
  return { kind: "secret", ref, encoding };
}

function readPrivateRef(value: XmlElement | undefined, parent: XmlElement, report: Report): string | null {
  if (!value) {
    const message = `<${parent.name}> has no <Value>.`;
    report.error("InvalidKeyConfiguration", parent, message, 'Add <Value ref="private.…"/>.');
    return null;
  }
  const ref = refOf(value) ?? "";
  if (value.text() !== "") {
    report.error(
      "InvalidSecretInConfig",
      value,
      `The key stands in <${value.name}> itself, where everybody can read it who sees the bundle.`,
      'Put it into a variable, and name that: <Value ref="private.…"/>.',
    );
    return null;
  }
  if (ref === "") {
    const message = `<${value.name}> names no variable that holds the key.`;
    report.error("EmptyElementForKeyConfiguration", value, message, 'Write ref="private.…".');
    return null;
  }
  if (ref.startsWith("private.")) return ref;
  report.error(
    "InvalidVariableNameForSecret",
    value,
    `The variable ${ref} does not begin with "private.", so that it is shown in debug sessions.`,
    `Name it private.${ref}, here and where it is set.`,
  );
  return null;
}

function readPassword(element: XmlElement, report: Report): string | null {
  const password = element.child("Password");
  return password ? readPrivateRef(password, element, report) : null;
}

/** The attribute stands on the element or on its value. Letter case and dashes do not matter. */
function readEncoding(
  element: XmlElement,
  value: XmlElement | undefined,
  name: KeyElement,
  report: Report,
): Encoding {
  const outside = element.attribute("encoding");
  const written = value?.attribute("encoding") ?? outside ?? (name === "DirectKey" ? "base64" : "utf-8");
  const encoding = encodingNamed(written);
  if (encoding !== null) return encoding;
  const message = `The encoding ${JSON.stringify(written)} of <${element.name}> is not known.`;
  report.error("InvalidValueForElement", element, message, "Write hex, base16, base64, base64url or utf-8.");
  return "utf-8";
}

function readPublic(element: XmlElement, report: Report): KeySource | null {
  const value = element.child("Value");
  const certificate = element.child("Certificate");
  const keySet = element.child("JWKS");
  const given = [value, certificate, keySet].filter((child) => child !== undefined);
  if (given.length !== 1) {
    report.error(
      "InvalidKeyConfiguration",
      given[1] ?? element,
      given.length === 0 ? "<PublicKey> holds no key." : "<PublicKey> holds more than one key.",
      "Write one of <Value>, <Certificate> and <JWKS>.",
    );
    return null;
  }
  if (keySet) return readKeySet(keySet, report);
  const [pem] = given;
  if (!pem || (refOf(pem) === null && pem.text() === "")) {
    const message = `<${pem?.name}> in <PublicKey> is empty.`;
    report.error("EmptyElementForKeyConfiguration", element, message, 'Write the PEM text, or ref="…".');
    return null;
  }
  const holds = pem === value ? "key" : "certificate";
  if (refOf(pem) === null && !isPublicPem(pem.text(), holds)) {
    const message = `The text of <${pem.name}> is no ${holds} in PEM, and so each execution fails.`;
    const begin = holds === "key" ? "PUBLIC KEY" : "CERTIFICATE";
    report.warning(
      "InvalidKeyConfiguration",
      pem,
      message,
      `Write all of it, from -----BEGIN ${begin}----- on.`,
    );
  }
  return { kind: "public", holds, value: readSaid(pem) };
}

function readKeySet(element: XmlElement, report: Report): KeySource | null {
  const uri = element.attribute("uri")?.trim();
  const uriRef = element.attribute("uriRef")?.trim();
  const ref = refOf(element);
  const text = element.text();
  if (uriRef) return { kind: "keySet", source: { uriRef } };
  if (uri) {
    const url = URL.parse(uri);
    if (url?.protocol !== "https:" && url?.protocol !== "http:") {
      const message = `${JSON.stringify(uri)} is not the URL of a key set.`;
      report.error("InvalidKeyConfiguration", element, message, "Write a complete https URL.");
      return null;
    }
    if (url.protocol === "http:") {
      report.warning(
        "InsecureKeySet",
        element,
        `The keys at ${url.host} come without TLS: whoever is on the way can put others in their place.`,
        "Write an https URL.",
      );
    }
    return { kind: "keySet", source: { uri } };
  }
  if (text !== "" && !ref) warnOfNoKeySet(text, element, report);
  if (ref || text !== "") return { kind: "keySet", source: { ref: ref || null, text } };
  const message = "<JWKS> says nothing of where the keys are.";
  report.error(
    "EmptyElementForKeyConfiguration",
    element,
    message,
    "Write uri, uriRef, ref or the set itself.",
  );
  return null;
}

function warnOfNoKeySet(text: string, at: XmlElement, report: Report): void {
  try {
    new KeySet(text);
  } catch (error) {
    if (!(error instanceof KeySetError)) throw error;
    const message = `The text of <JWKS> cannot be used, and so each execution fails: ${error.message}`;
    report.warning("InvalidKeyConfiguration", at, message, 'Write {"keys": […]}, or uri, uriRef or ref.');
  }
}
