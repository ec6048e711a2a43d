import type { XmlElement } from "../documents/element.ts";
import type { Report } from "../documents/report.ts";

/** The first segment of the gateway's own pages, which no proxy gets requests for. */
const OWN_SEGMENT = "_sortie";

/**
 * The base path of a proxy endpoint; `/` when it is missing or empty, which is warned of (BasePathMissing).
 * Without its leading slash it is that path with one, with a warning (BasePathWithoutSlash). A `*` segment stands
 * for any one segment, but not the first (BasePathInvalid). One that belongs to the gateway is an error
 * (BasePathReserved), and one that no request's path can begin with a warning (BasePathUnreachable).
 * Apigee: "API proxy configuration reference" (BasePath).
 */
export function readBasePath(endpoint: XmlElement, report: Report): string {
  const connection = endpoint.child("HTTPProxyConnection");
  const element = connection?.child("BasePath");
  const written = element?.text() ?? "";
  const basePath = written.startsWith("/") ? written : `/${written}`;
  if (!element || written === "") {
    report.warning(
      "BasePathMissing",
      element ?? connection ?? endpoint,
      'The proxy endpoint has no base path. It serves "/", and so every request that no other base path matches.',
      "Write <BasePath>/v1/orders</BasePath> into <HTTPProxyConnection>, or <BasePath>/</BasePath> if that is meant.",
    );
    return basePath;
  }
  if (basePath !== written) {
    report.warning(
      "BasePathWithoutSlash",
      element,
      `The base path "${written}" does not start with "/"; it is read as ${basePath}.`,
      `Write ${basePath}.`,
    );
  }
  const objection = objectionTo(basePath);
  if (objection !== null) {
    report.error(
      "BasePathInvalid",
      element,
      `The base path "${basePath}" ${objection}.`,
      "Write a path like /v1/orders or /team/*/members.",
    );
  } else if (basePath.split("/")[1] === OWN_SEGMENT) {
    report.error(
      "BasePathReserved",
      element,
      `The base path "${basePath}" is one of the gateway's own, and no proxy gets its requests.`,
      `Write a base path that does not begin with /${OWN_SEGMENT}.`,
    );
  } else if (!isReachable(basePath)) reportUnreachable(basePath, element, report);
  return basePath;
}

/** Whether a request's path can begin with a base path: paths arrive encoded, and without `.` and `..` segments. */
export function isReachable(basePath: string): boolean {
  return arriving(basePath) === basePath;
}

function reportUnreachable(basePath: string, element: XmlElement, report: Report): void {
  const path = arriving(basePath);
  report.warning(
    "BasePathUnreachable",
    element,
    `No request gets to the base path "${basePath}": its path arrives as ${path}.`,
    `Write ${path}.`,
  );
}

/** A path as it arrives in a request. */
function arriving(path: string): string {
  return URL.parse(`http://gateway${path}`)?.pathname ?? path;
}

function objectionTo(basePath: string): string | null {
  const segments = basePath.slice(1).split("/");
  if (segments.includes("**")) return 'has a "**" segment';
  if (segments[0] === "*") return "has a wildcard as its first segment";
  return null;
}
