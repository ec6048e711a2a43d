import type { XmlElement } from "../../../documents/element.ts";
import { readBoolean } from "../../../documents/read.ts";
import type { Position, Report } from "../../../documents/report.ts";
import { type ResourceReference, readResource } from "../../resources.ts";
import type { Options } from "./look.ts";
import type { Aspects } from "./operation.ts";

/** What a policy says. */
export interface OasConfig {
  /** The specification, or a template for its URL; null when that was wrong. */
  readonly resource: ResourceReference | { readonly template: string; readonly at: Position } | null;
  /** The variable of the message. */
  readonly source: string;
  readonly options: Options;
  readonly aspects: Aspects;
}

/** Reads the policy. Reports BadResourceURL, and InvalidBoolean where a default would protect less. */
export function readOasValidation(xml: XmlElement, report: Report): OasConfig {
  const source = xml.child("Source")?.text() || "request";
  const options = readOptions(xml.child("Options"), report);
  return {
    resource: readSpecification(xml, report),
    source,
    options,
    aspects: { requests: source !== "response", responses: source !== "request", bodies: options.bodies },
  };
}

function readOptions(xml: XmlElement | undefined, report: Report): Options {
  const allow = xml?.child("AllowUnspecifiedParameters");
  const allows = (name: string) => readBoolean(allow?.child(name), true, report, "error");
  return {
    bodies: readBoolean(xml?.child("ValidateMessageBody"), false, report, "error"),
    allow: { header: allows("Header"), query: allows("Query"), cookie: allows("Cookie") },
  };
}

function readSpecification(xml: XmlElement, report: Report): OasConfig["resource"] {
  const element = xml.child("OASResource");
  const url = element?.text() ?? "";
  if (!element || url === "") {
    const message = "<OASResource> is missing or empty.";
    report.error("BadResourceURL", element ?? xml, message, "Add <OASResource> with oas://FILE.yaml.");
    return null;
  }
  if (url.includes("{")) return { template: url, at: element };
  const rules = {
    types: ["oas"],
    noun: "specification",
    example: "oas://FILE.yaml",
    missing: "ResourceDoesNotExist",
  };
  const names = { malformed: "BadResourceURL", wrongType: "BadResourceURL" };
  const resource = readResource(element, { ...rules, ...names }, report);
  if (resource && !/\.(?:json|ya?ml)$/i.test(url)) {
    const message = `"${url}" is neither JSON nor YAML by its name.`;
    report.error("BadResourceURL", element, message, "Name the file with .json, .yaml or .yml.");
  }
  return resource;
}
