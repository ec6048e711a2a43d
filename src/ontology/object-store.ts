import { aggregateObjects } from "./aggregate.ts";
import { type Attribution, applyEdits } from "./apply.ts";
import type { Edit } from "./edit.ts";
import { OntologyError, type OntologyFailure } from "./error.ts";
import { countObjects, type LoadRequest, loadObjects } from "./load.ts";
import { Ontology } from "./ontology.ts";
import { makeTables } from "./tables.ts";

/** What a caller asks, or wants to change. */
export type OntologyQuestion =
  | { readonly type: "load"; readonly request: LoadRequest }
  | { readonly type: "aggregate"; readonly request: unknown }
  | { readonly type: "count"; readonly objectSet: unknown }
  | { readonly type: "apply"; readonly edits: readonly Edit[]; readonly attribution: Attribution };

/** Of which ontology, and what of it there is for questions of the caller. */
export interface AskedOntology {
  readonly environment: string;
  /** JSON of what is deployed: the object itself reads no deployed state. */
  readonly definition: string;
  /** API names of the object types. */
  readonly objectTypes: readonly string[];
}

/** JSON, or why there is none: workerd logs what is thrown across a call as uncaught. */
export type OntologyResult =
  | { readonly ok: true; readonly json: string }
  | { readonly ok: false; readonly failure: OntologyFailure };

/** How many definitions a store remembers: gateways may serve the last one for a while. */
const REMEMBERED = 4;

/** The objects and links of an ontology in SQLite, and answers to what is asked of them. */
export class ObjectStore {
  readonly #storage: DurableObjectStorage;
  readonly #known = new Map<string, Ontology>();

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  answer(asked: AskedOntology, question: OntologyQuestion): OntologyResult {
    try {
      return { ok: true, json: JSON.stringify(this.#answer(asked, question)) };
    } catch (error) {
      if (!(error instanceof OntologyError)) throw error;
      const { errorName, message, parameters } = error;
      return { ok: false, failure: { errorName, message, parameters } };
    }
  }

  #answer(asked: AskedOntology, question: OntologyQuestion): unknown {
    const { sql } = this.#storage;
    const whole = this.#ontology(asked);
    // What is deleted loses links to objects that the caller may not read, too.
    if (question.type === "apply") {
      const { edits, attribution } = question;
      return this.#storage.transactionSync(() => applyEdits(sql, whole, edits, attribution, Date.now()));
    }
    const ontology = whole.restrictedTo(new Set(asked.objectTypes));
    switch (question.type) {
      case "load":
        return loadObjects(sql, ontology, question.request);
      case "aggregate":
        return aggregateObjects(sql, ontology, question.request);
      case "count":
        return { count: countObjects(sql, ontology, question.objectSet) };
    }
  }

  /** The whole ontology of a definition; its tables are made at first use. */
  #ontology({ environment, definition }: AskedOntology): Ontology {
    const known = this.#known.get(definition);
    if (known) return known;
    const ontology = new Ontology(environment, JSON.parse(definition));
    this.#storage.transactionSync(() => makeTables(this.#storage.sql, ontology));
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= REMEMBERED) this.#known.delete(oldest);
    this.#known.set(definition, ontology);
    return ontology;
  }
}
