import { connectionsOf } from "./connection.ts";
import type { Source, SourceDomain } from "./source.ts";

/** The names of all secrets that a source declares, each once: those of its authentication first. */
export function secretNamesOf(source: Source): string[] {
  const additional = source.additionalSecrets.map(({ name }) => name);
  const bridge = source.bridge === null ? [] : [source.bridge.key];
  return [...new Set([...connectionsOf(source).flatMap(authenticationSecrets), ...bridge, ...additional])];
}

/** The names of the secrets that calls to a domain are authenticated with. */
export function authenticationSecrets({ auth }: SourceDomain): string[] {
  switch (auth.type) {
    case "basic":
      return [auth.password];
    case "bearerToken":
      return [auth.bearerToken];
    case "apiKey":
      return [auth.apiKey];
    case "none":
    case "oauth2":
      return [];
  }
}
