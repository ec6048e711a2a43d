import { createHmac, timingSafeEqual } from "node:crypto";
import { readTemplate } from "../../connections/read-template.ts";
import type { XmlElement } from "../../documents/element.ts";
import { readBoolean } from "../../documents/read.ts";
import type { Report } from "../../documents/report.ts";
import { textOf } from "../../expression/value.ts";
import type { FlowContext } from "../../flow/context.ts";
import { faultType } from "../../flow/fault.ts";
import { isUnreplaced } from "../../text/utf8.ts";
import { decodeBytes, type Encoding, encodingNamed } from "../parts/decode-bytes.ts";
import { readTextOrRef, refOf, type TextOrRef } from "../parts/text-or-ref.ts";
import { definePolicy } from "../policy-type.ts";

const failure = (name: string, text: string) =>
  faultType(`steps.hmac.${name}`, 401, (policy: string) => `${text}: policy(${policy})`);

const faults = {
  unresolved: faultType(
    "steps.hmac.UnresolvedVariable",
    401,
    (policy: string, variable: string) => `Unresolved variable: policy(${policy}) variable(${variable})`,
  ),
  verificationFailed: failure("HmacVerificationFailed", "HMAC verification failed"),
  calculationFailed: failure("HmacCalculationFailed", "HMAC calculation failed"),
  emptySecretKey: failure("EmptySecretKey", "Empty secret key"),
  emptyVerificationValue: failure("EmptyVerificationValue", "Empty verification value"),
};

/** A value in an encoding. */
interface Encoded {
  readonly value: TextOrRef;
  readonly encoding: Encoding;
}

/**
 * Computes the HMAC of a message with a secret, and compares it with one that came along.
 * Apigee: "HMAC policy". Format: RFC 2104.
 */
export const hmac = definePolicy({
  element: "HMAC",
  variablePrefix: "hmac",
  faults,

  /** Problems: MissingConfigurationElement, InvalidValueForElement, InvalidSecretInConfig, InvalidVariableName. */
  read(xml, report) {
    const message = xml.child("Message");
    const output = xml.child("Output");
    const secret = xml.child("SecretKey");
    const verification = xml.child("VerificationValue");
    if (!message) missing(xml, "Message", report);
    return {
      algorithm: readAlgorithm(xml, report),
      secret: { ref: readSecret(xml, secret, report), encoding: readEncoding(secret, "utf-8", report) },
      message: message ? readMessage(message, report) : { text: "" },
      verification: verification && {
        value: readTextOrRef(verification),
        encoding: readEncoding(verification, "base64", report),
      },
      output: { name: output?.text() || null, encoding: readEncoding(output, "base64", report) },
      ignoreUnresolved: readBoolean(xml.child("IgnoreUnresolvedVariables"), false, report),
    };
  },

  build({ algorithm, secret, message, verification, output, ignoreUnresolved }, context) {
    const { policy, variable } = context;
    const named = "ref" in algorithm ? required(algorithm.ref) : () => algorithm.text;
    const key = required(secret.ref);
    const messageOf = compileMessage();
    const expected = verification && compileExpected(verification);
    const target = variable(output.name ?? `hmac.${policy}.output`);
    const said = variable(`hmac.${policy}.message`);
    const saidEncoding = variable(`hmac.${policy}.outputencoding`);

    function required(name: string): (flow: FlowContext) => string {
      const { get } = variable(name);
      return (flow) => {
        const value = get(flow);
        if (value === null) throw faults.unresolved(policy, name);
        return textOf(value);
      };
    }

    function compileMessage(): (flow: FlowContext) => string {
      if ("ref" in message) return required(message.ref);
      return context.template(message.text, {
        unresolved(name) {
          if (ignoreUnresolved) return "";
          throw faults.unresolved(policy, name);
        },
      });
    }

    function compileExpected({ value, encoding }: Encoded): (flow: FlowContext) => Uint8Array {
      const read = "ref" in value ? required(value.ref) : () => value.text;
      return (flow) => {
        const text = read(flow).trim();
        if (text === "") throw faults.emptyVerificationValue(policy);
        const bytes = decodeBytes(text, encoding);
        if (bytes === null) throw faults.verificationFailed(policy);
        return bytes;
      };
    }

    function calculate(flow: FlowContext, text: string): Buffer {
      const bytes = decodeBytes(key(flow), secret.encoding);
      if (bytes?.length === 0) throw faults.emptySecretKey(policy);
      const hash = hashNamed(named(flow));
      if (bytes === null || hash === null) throw faults.calculationFailed(policy);
      return createHmac(hash, bytes).update(text, "utf8").digest();
    }

    return function authenticate(flow) {
      const text = messageOf(flow);
      const computed = calculate(flow, text);
      const wanted = expected?.(flow);
      // A text that other contents have, too, says nothing about this one.
      const isSame = wanted?.length === computed.length && timingSafeEqual(wanted, computed);
      if (wanted && !(isSame && isUnreplaced(text))) {
        throw faults.verificationFailed(policy);
      }
      said.set(flow, text);
      saidEncoding.set(flow, output.encoding);
      target.set(flow, computed.toString(output.encoding));
    };
  },
});

/** The name of a hash as the platform has it; null when there is none. Letter case and dashes do not matter. */
function hashNamed(name: string): string | null {
  const known = name.trim().toLowerCase().replaceAll("-", "");
  return /^(?:sha(?:1|224|256|384|512)|md5)$/.test(known) ? known : null;
}

function readAlgorithm(xml: XmlElement, report: Report): TextOrRef {
  const element = xml.child("Algorithm");
  if (!element) {
    missing(xml, "Algorithm", report);
    return { text: "" };
  }
  const algorithm = readTextOrRef(element);
  if ("text" in algorithm && hashNamed(algorithm.text) === null) {
    const message = `<Algorithm> is ${JSON.stringify(algorithm.text)}, which is no hash that can be used here.`;
    const remedy = "Write SHA-256, SHA-384, SHA-512, SHA-224, SHA-1 or MD-5.";
    report.error("InvalidValueForElement", element, message, remedy);
  }
  return algorithm;
}

function readMessage(element: XmlElement, report: Report): TextOrRef {
  const ref = refOf(element);
  return ref !== null ? { ref } : { text: readTemplate(element.rawText(), element, report) };
}

function readSecret(xml: XmlElement, element: XmlElement | undefined, report: Report): string {
  const ref = refOf(element) ?? "";
  if (element && element.text() !== "") {
    const message = "The key stands in <SecretKey> itself, where everybody can read it who sees the bundle.";
    report.error("InvalidSecretInConfig", element, message, 'Name a variable: <SecretKey ref="private.…"/>.');
  } else if (element === undefined || ref === "") missing(element ?? xml, "SecretKey", report);
  else if (!ref.startsWith("private.")) {
    const message = `The variable ${ref} does not begin with "private.", so that it is shown in debug sessions.`;
    report.error(
      "InvalidVariableName",
      element,
      message,
      `Name it private.${ref}, here and where it is set.`,
    );
  }
  return ref;
}

function readEncoding(element: XmlElement | undefined, fallback: Encoding, report: Report): Encoding {
  const written = element?.attribute("encoding");
  if (element === undefined || written === undefined) return fallback;
  const encoding = encodingNamed(written);
  if (encoding !== null && (encoding !== "utf-8" || fallback === "utf-8")) return encoding;
  const message = `The encoding ${JSON.stringify(written)} of <${element.name}> is not known.`;
  report.error("InvalidValueForElement", element, message, "Write hex, base16, base64 or base64url.");
  return fallback;
}

function missing(at: XmlElement, name: string, report: Report): void {
  const message = `<${name}> is missing, or says nothing.`;
  const remedy = name === "SecretKey" ? 'Add <SecretKey ref="private.…"/>.' : `Add <${name}>.`;
  report.error("MissingConfigurationElement", at, message, remedy);
}
