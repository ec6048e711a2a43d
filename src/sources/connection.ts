import { SourceError } from "./error.ts";
import type { Source, SourceDomain } from "./source.ts";

/** Foundry's words for a source that has not exactly one connection. */
export const SINGLE_CONNECTION = "Only single connection sources are supported.";

/**
 * What code calls: scheme, host and, where it is not the scheme's own, port; no slash behind them. Throws
 * {@link SourceError} for a source that has no connection or several. Foundry: "Access source attributes and
 * credentials".
 */
export function connectionOf(source: Source): { url: string } {
  return { url: originOf(onlyDomainOf(source)) };
}

/** The domain of a source that has no other. Throws {@link SourceError}. */
export function onlyDomainOf(source: Source): SourceDomain {
  const [domain, ...others] = connectionsOf(source);
  if (!domain || others.length > 0) throw new SourceError("NoSingleConnection", SINGLE_CONNECTION);
  return domain;
}

/** The connections of a source. One over plain HTTP is a connection as well. */
export function connectionsOf({ type, domains }: Source): readonly SourceDomain[] {
  return type === "rest" ? domains : [];
}

/** `https://host` or `https://host:port`, as URL parsing writes it. */
export function originOf({ scheme, host, port }: SourceDomain): string {
  return new URL(`${scheme.toLowerCase()}://${host}${port === null ? "" : `:${port}`}`).origin;
}

/** The domain of the source that a URL is for, by scheme, host and port; undefined for a URL of anybody else. */
export function domainOf(source: Source, url: string): SourceDomain | undefined {
  const origin = URL.parse(url)?.origin;
  return connectionsOf(source).find((domain) => originOf(domain) === origin);
}
