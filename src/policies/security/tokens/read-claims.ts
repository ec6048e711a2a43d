import { readTemplate } from "../../../connections/read-template.ts";
import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import { refOf } from "../../parts/text-or-ref.ts";

const claimTypes = ["string", "number", "boolean", "map"] as const;

/** A claim or header as the policy says it. */
export interface Claim {
  readonly name: string;
  readonly type: (typeof claimTypes)[number];
  /** Whether the value is a list of that type. */
  readonly isArray: boolean;
  /** The variable that holds the value; null when it is text. */
  readonly ref: string | null;
  /** Counts where the variable is not set. A template when the type is map. */
  readonly text: string;
}

/** Additional claims or headers. */
export interface Claims {
  /** The variable that holds more of them, as a JSON object. */
  readonly ref: string | null;
  readonly claims: readonly Claim[];
}

const registered: Readonly<Record<"Claim" | "Header", readonly string[]>> = {
  Claim: ["kid", "iss", "sub", "aud", "iat", "exp", "nbf", "jti"],
  Header: ["alg", "typ"],
};

/**
 * Reads `<AdditionalClaims>` or `<AdditionalHeaders>`. Reports, for claims and for headers alike,
 * MissingNameForAdditionalClaim, InvalidNameForAdditionalClaim, InvalidTypeForAdditionalClaim,
 * InvalidValueOfArrayAttribute, and InvalidTemplate.
 */
export function readClaims(element: XmlElement | undefined, of: "Claim" | "Header", report: Report): Claims {
  if (!element) return { ref: null, claims: [] };
  const ref = refOf(element);
  return { ref, claims: element.children("Claim").map((claim) => readClaim(claim, of, report)) };
}

function readClaim(xml: XmlElement, of: "Claim" | "Header", report: Report): Claim {
  const name = xml.attribute("name")?.trim() ?? "";
  if (name === "") {
    report.error(`MissingNameForAdditional${of}`, xml, "<Claim> has no name.", 'Write <Claim name="…">.');
  } else if (registered[of].includes(name)) {
    report.error(
      `InvalidNameForAdditional${of}`,
      xml,
      `The name ${name} is a registered one, which <Claim> cannot have.`,
      of === "Claim" ? "Use the element of its own, such as <Subject> or <Audience>." : "Remove it.",
    );
  }
  const written = xml.attribute("type")?.trim().toLowerCase() || "string";
  const type = claimTypes.find((candidate) => candidate === written);
  if (type === undefined) {
    const message = `The type ${JSON.stringify(written)} of the claim ${name} is not known.`;
    report.error(`InvalidTypeForAdditional${of}`, xml, message, `Write one of: ${claimTypes.join(", ")}.`);
  }
  const array = xml.attribute("array")?.trim().toLowerCase() || "false";
  if (array !== "true" && array !== "false") {
    const message = `The attribute array of the claim ${name} is ${JSON.stringify(array)}.`;
    report.error("InvalidValueOfArrayAttribute", xml, message, "Write true or false.");
  }
  return {
    name,
    type: type ?? "string",
    isArray: array === "true",
    ref: refOf(xml),
    text: type === "map" ? readTemplate(xml.text(), xml, report) : xml.text(),
  };
}
