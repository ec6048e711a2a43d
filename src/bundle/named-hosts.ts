import type { XmlElement } from "../xml/element.ts";
import type { Bundle } from "./model.ts";

/**
 * The hosts that a bundle names literally, as egress rules (`https://api.example.com:8443`): in the URLs of
 * its targets, route rules and service callouts, and in URLs that it assigns to variables. A URL whose host
 * is a template names none.
 */
export function namedHosts(bundle: Bundle): ReadonlySet<string> {
  const urls = [...bundle.policies.values()].flatMap(({ type, element }) => {
    if (type === "ServiceCallout") return urlOf(element.child("HTTPTargetConnection"));
    return type === "AssignMessage" ? assignedTexts(element) : [];
  });
  if (bundle.kind === "apiproxy") {
    for (const { connection } of bundle.targetEndpoints.values()) urls.push(...urlOf(connection?.element));
    for (const { routeRules } of bundle.proxyEndpoints) {
      urls.push(...routeRules.flatMap(({ to }) => (to.kind === "url" ? [to.url] : [])));
    }
  }
  return new Set(urls.flatMap(literalOrigin));
}

function urlOf(connection: XmlElement | undefined): string[] {
  const url = connection?.child("URL")?.text();
  return url ? [url] : [];
}

function assignedTexts(assignMessage: XmlElement): string[] {
  return assignMessage
    .children("AssignVariable")
    .flatMap((assign) => ["Value", "Template"].map((name) => assign.child(name)?.text() ?? ""));
}

/** The scheme, host and port at the start of a URL template; nothing when a variable is part of them. */
function literalOrigin(template: string): string[] {
  const authority = /^https?:\/\/([^/?#{}]+)(?=[/?#]|$)/i.exec(template);
  const url = authority && URL.parse(authority[0]);
  return url ? [url.origin] : [];
}
