import type { NamedSource, NamedSources, SourceProblem } from "../egress/named-source.ts";
import type { SourceCatalog } from "./catalog.ts";
import { connectionsOf, SINGLE_CONNECTION } from "./connection.ts";
import { checkGates, TEMPORARY_GATES } from "./gates.ts";
import { type SourceCallServices, SourceCalls } from "./source-calls.ts";

export interface FlowSourcesOptions {
  readonly catalog: SourceCatalog;
  readonly environment: string;
  /** Whether the environment says whose tokens identify a caller. */
  readonly knowsCallers: boolean;
  /** What calls need. */
  readonly services: SourceCallServices;
}

/** The sources that flows of an environment call by name. */
export class FlowSources implements NamedSources {
  readonly #options: FlowSourcesOptions;
  readonly #known = new Map<string, NamedSource>();

  constructor(options: FlowSourcesOptions) {
    this.#options = options;
  }

  problems(name: string): readonly SourceProblem[] {
    return sourceProblems(name, this.#options);
  }

  get(name: string): NamedSource {
    const { catalog, environment, services } = this.#options;
    const source = catalog.get(name);
    const known = this.#known.get(source.apiName);
    if (known) return known;
    const [shut = null] = gatesOf(name, catalog);
    const calls = new SourceCalls(source, environment, shut, services);
    this.#known.set(source.apiName, calls);
    return calls;
  }
}

/** What keeps flows from a source: the gates of functions but for those about code, and what only flows need. */
export function sourceProblems(
  name: string,
  { catalog, environment, knowsCallers }: FlowSourcesOptions,
): readonly SourceProblem[] {
  const gates = gatesOf(name, catalog);
  const source = catalog.find(name);
  if (!source || gates.some(({ code }) => code !== "NoSingleConnection")) return gates;
  const connections = connectionsOf(source);
  if (connections.length === 0) {
    return [
      {
        severity: "error",
        code: "NoSingleConnection",
        message: `${SINGLE_CONNECTION} The source ${name} of type ${source.type} has none.`,
        remedy: "Call a source of type rest.",
      },
    ];
  }
  if (connections.some(({ auth }) => auth.type === "oauth2") && !knowsCallers) {
    return [
      ...gates,
      {
        severity: "error",
        code: "CallersNotIdentified",
        message: `The source ${name} authenticates as the calling user, and nothing says who that is.`,
        remedy: `Name the issuer of the callers' tokens in environments/${environment}/identity.json.`,
      },
    ];
  }
  return gates;
}

/** The gates that are shut, but for the one about code. Only those that stand for a while let a bundle load. */
function gatesOf(name: string, catalog: SourceCatalog): SourceProblem[] {
  return checkGates([name], catalog)
    .filter(({ code }) => code !== "SourceNotImportable")
    .map((gate) => ({ ...gate, severity: TEMPORARY_GATES.has(gate.code) ? "warning" : "error" }));
}
