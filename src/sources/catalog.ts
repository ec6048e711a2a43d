import type { OutboundApplication } from "../credentials/oauth/application.ts";
import { SourceError } from "./error.ts";
import type { Source } from "./source.ts";

/** What an outbound application is to the sources that use it. */
type Application = Pick<OutboundApplication, "name" | "enabled">;

/**
 * The sources of an environment by the names that code and flows use: aliases, and the API names themselves.
 * Foundry: "Source aliases".
 */
export class SourceCatalog {
  readonly #sources: ReadonlyMap<string, Source>;
  readonly #applications: ReadonlyMap<string, Application>;

  /**
   * @param aliases API names by alias; one that leads nowhere finds nothing
   * @param applications without them, no source can use one
   */
  constructor(
    sources: readonly Source[],
    aliases: Readonly<Record<string, string>>,
    applications: readonly Application[] = [],
  ) {
    const byApiName = new Map(sources.map((source) => [source.apiName, source]));
    const named = new Map(byApiName);
    for (const [alias, apiName] of Object.entries(aliases)) {
      const source = byApiName.get(apiName);
      // A deployment refuses an alias that is the API name of another source; it would hide that one.
      if (source && !named.has(alias)) named.set(alias, source);
    }
    this.#sources = named;
    this.#applications = new Map(applications.map((application) => [application.name, application]));
  }

  /** @param name an alias or an API name */
  find(name: string): Source | undefined {
    return this.#sources.get(name);
  }

  /** Like {@link find}; throws {@link SourceError} SourceNotFound with the names that there are. */
  get(name: string): Source {
    const source = this.find(name);
    if (!source) throw new SourceError("SourceNotFound", sourceNotFound(name, this.names()));
    return source;
  }

  /** Everything that {@link find} finds, in alphabetical order. */
  names(): string[] {
    return [...this.#sources.keys()].sort();
  }

  application(name: string): Application | undefined {
    return this.#applications.get(name);
  }
}

/** The source that code asks for. Throws {@link SourceError} when it did not declare it, or it is not there. */
export function declaredSource(name: string, declared: readonly string[], catalog: SourceCatalog): Source {
  if (declared.includes(name)) return catalog.get(name);
  throw new SourceError(
    "SourceNotDeclared",
    `Source '${name}' is not declared by this function. Declared sources: [${declared.join(", ")}]`,
  );
}

/** Foundry's words for an alias that leads nowhere. */
export function sourceNotFound(name: string, available: readonly string[]): string {
  return `Source alias '${name}' not found. Available aliases: [${available.join(", ")}]`;
}
