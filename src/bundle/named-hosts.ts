import type { Bundle } from "./model.ts";
import { referencesOf } from "./references.ts";

/**
 * The hosts that a bundle names literally, as egress rules (`https://api.example.com:8443`): in the URLs that its
 * targets, route rules and policies refer to. A URL whose host is a template names none.
 */
export function namedHosts(bundle: Bundle): ReadonlySet<string> {
  return new Set(referencesOf(bundle).flatMap(({ urls = [] }) => urls.flatMap(literalOrigin)));
}

/** The scheme, host and port at the start of a URL template; nothing when a variable is part of them. */
function literalOrigin(template: string): string[] {
  const authority = /^https?:\/\/([^/?#{}]+)(?=[/?#]|$)/i.exec(template);
  const url = authority && URL.parse(authority[0]);
  return url ? [url.origin] : [];
}
