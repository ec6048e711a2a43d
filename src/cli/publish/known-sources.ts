import { didYouMean, nearestNames } from "../../documents/nearest.ts";
import type { EnvironmentModel } from "../../environment/read-environment.ts";

/** The sources of an environment, as the code of functions names them. */
export interface KnownSources {
  /** Alias to API name. */
  readonly aliases: Readonly<Record<string, string>>;
  /** API names and aliases. */
  readonly names: ReadonlySet<string>;
}

export function knownSources({
  settings,
  sources,
}: Pick<EnvironmentModel, "settings" | "sources">): KnownSources {
  const aliases = settings.sourceAliases;
  return {
    aliases,
    names: new Set([...sources.map(({ apiName }) => apiName), ...Object.keys(aliases)]),
  };
}

/** The names by which a function may ask for what it declares: as it is declared, and by API name. */
export function declaredNames(declared: readonly string[], { aliases }: KnownSources): ReadonlySet<string> {
  return new Set([...declared, ...declared.flatMap((alias) => aliases[alias] ?? [])]);
}

/**
 * What to do about code that asks for a source which its function does not declare. Where the environment has the
 * source, a declared name that leads nowhere is no suggestion: it is the one that is misspelled.
 * @param add how to declare these sources, beginning in lower case
 */
export function remedyForUndeclared(
  name: string,
  declared: readonly string[],
  known: KnownSources,
  add: (sources: readonly string[]) => string,
): string {
  const lost = known.names.has(name) ? declared.filter((each) => !known.names.has(each)) : [];
  const misspelled = new Set(nearestNames(name, lost));
  const meant = declared.filter((each) => !misspelled.has(each));
  return didYouMean(name, declaredNames(meant, known), add([...meant, name]));
}
