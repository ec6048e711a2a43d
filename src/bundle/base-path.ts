import type { XmlElement } from "../xml/element.ts";
import type { Report } from "../xml/report.ts";

/**
 * A proxy endpoint's base path; `/` when the element is missing or empty.
 * A `*` segment stands for any one segment, but not the first (BasePathInvalid).
 * Apigee: "API proxy configuration reference" (BasePath).
 */
export function readBasePath(element: XmlElement | undefined, report: Report): string {
  const basePath = element?.text() || "/";
  const objection = objectionTo(basePath);
  if (element !== undefined && objection !== null) {
    report.error(
      "BasePathInvalid",
      element,
      `The base path "${basePath}" ${objection}.`,
      "Write a path like /v1/orders or /team/*/members.",
    );
  }
  return basePath;
}

function objectionTo(basePath: string): string | null {
  if (!basePath.startsWith("/")) return 'does not start with "/"';
  if (/[\s?#]/.test(basePath)) return 'holds white space, "?" or "#"';
  const segments = basePath.slice(1).split("/");
  if (segments.includes("**")) return 'has a "**" segment';
  if (segments[0] === "*") return "has a wildcard as its first segment";
  if (basePath.includes("//")) return "has an empty segment";
  return null;
}
