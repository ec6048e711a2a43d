import type { Caller } from "../credentials/caller.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import type { Environment } from "../environment/environment.ts";
import type { AggregateResponse } from "../ontology/aggregate.ts";
import { type Edit, editedTypes, type PrimaryKey } from "../ontology/edit.ts";
import { OntologyError } from "../ontology/error.ts";
import type { LoadedObject, LoadRequest, LoadResponse } from "../ontology/load.ts";
import { objectTypeOf } from "../ontology/object-set.ts";
import type { OntologyQuestion, OntologyResult } from "../ontology/object-store.ts";
import type { Ontology } from "../ontology/ontology.ts";
import { isAmong } from "../ontology/principals.ts";
import type { AppliedEdits } from "../ontology/tally.ts";
import { nothingServed } from "./nothing-served.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** The ontology of the environment that an isolate of the gateway serves. */
export class Ontologies {
  readonly #environment: Environment;
  readonly #objects: WorkerEnv["ONTOLOGY"];

  constructor(environment: Environment, objects: WorkerEnv["ONTOLOGY"]) {
    this.#environment = environment;
    this.#objects = objects;
  }

  /**
   * The ontology as a caller may see it. Rejects with `FunctionError` (NothingDeployed) and
   * {@link OntologyError} (OntologyNotFound).
   */
  async of(caller: Caller, context: TokenContext): Promise<CallersOntology> {
    const snapshot = await this.#environment.current(context.now(), context);
    if (!snapshot) throw nothingServed(this.#environment);
    const { ontology } = snapshot;
    if (!ontology) throw new OntologyError("OntologyNotFound", "The environment has no ontology.", {});
    return new CallersOntology(ontology, caller, this.#objects.getByName(ontology.rid));
  }
}

/** How many pages are read for one answer. */
const MOST_PAGES = 4;

type Objects = ReturnType<WorkerEnv["ONTOLOGY"]["getByName"]>;

/** An ontology with the rights of one caller: what they may not read does not exist for them. */
export class CallersOntology {
  /** What the caller may read of it. */
  readonly visible: Ontology;
  readonly #whole: Ontology;
  readonly #caller: Caller;
  readonly #objects: Objects;

  constructor(whole: Ontology, caller: Caller, objects: Objects) {
    this.#whole = whole;
    this.#caller = caller;
    this.#objects = objects;
    const types = [...whole.objectTypes.values()].filter(({ permissions }) =>
      isAmong(permissions.read, caller),
    );
    this.visible = whole.restrictedTo(new Set(types.map(({ apiName }) => apiName)));
  }

  /** Rejects with {@link OntologyError}. */
  async load(request: LoadRequest): Promise<LoadResponse> {
    return JSON.parse(await this.ask({ type: "load", request }));
  }

  /**
   * The objects of a set, in as many pages as it takes. Rejects with {@link OntologyError}: ObjectsExceededLimit for
   * more than a gateway should hold.
   */
  async loadAll(request: LoadRequest): Promise<readonly LoadedObject[]> {
    const found: LoadedObject[] = [];
    let pageToken: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const { data, nextPageToken } = await this.load({ ...request, pageToken });
      found.push(...data);
      if (nextPageToken === undefined) return found;
      pageToken = nextPageToken;
    }
    throw new OntologyError("ObjectsExceededLimit", "The objects are too large to be read at once.");
  }

  /** An object; null when there is none. Rejects with {@link OntologyError}. */
  async find(objectType: string, primaryKey: PrimaryKey): Promise<LoadedObject | null> {
    const field = objectTypeOf(this.visible, objectType).primaryKey;
    const where = { type: "eq", field, value: primaryKey };
    const objectSet = { type: "filter", objectSet: { type: "base", objectType }, where };
    const { data } = await this.load({ objectSet, pageSize: 1 });
    return data[0] ?? null;
  }

  /** Rejects with {@link OntologyError}. */
  async aggregate(request: unknown): Promise<AggregateResponse> {
    return JSON.parse(await this.ask({ type: "aggregate", request }));
  }

  /**
   * Applies all edits or none. Rejects with {@link OntologyError}: EditObjectPermissionDenied for types that the
   * caller may not edit, ObjectTypeNotFound for those that they may not read either, and those of `applyEdits`.
   * @param action API name of the action that edits; null for none
   */
  async apply(edits: readonly Edit[], action: string | null): Promise<AppliedEdits> {
    this.checkEditable(new Set(edits.flatMap(editedTypes)));
    const user = this.#caller.kind === "anonymous" ? null : { id: this.#caller.id, name: this.#caller.name };
    return JSON.parse(await this.ask({ type: "apply", edits, attribution: { user, action } }));
  }

  /** Throws {@link OntologyError} as {@link apply} does, for types that the caller may not edit. */
  checkEditable(objectTypes: ReadonlySet<string>): void {
    for (const objectType of objectTypes) this.#mustBeEditable(objectType);
  }

  /** The answer in JSON. Edits are not checked here. Rejects with {@link OntologyError}. */
  async ask(question: OntologyQuestion): Promise<string> {
    const { environment, definition } = this.#whole;
    const objectTypes = [...this.visible.objectTypes.keys()];
    const asked = { environment, definition: JSON.stringify(definition), objectTypes };
    return jsonOf(await this.#objects.ask(asked, question));
  }

  #mustBeEditable(objectType: string): void {
    const { permissions } = this.#whole.objectTypes.get(objectType) ?? {};
    if (permissions && isAmong(permissions.edit, this.#caller)) return;
    // Whoever applies an action has not named the types that it edits, and learns of no others.
    if (!this.visible.objectTypes.has(objectType)) {
      const message = "The edits are of an object type that is not there, or not for you to read.";
      throw new OntologyError("ObjectTypeNotFound", message, {});
    }
    const message = `You may not edit objects of ${objectType}.`;
    throw new OntologyError("EditObjectPermissionDenied", message, { objectType });
  }
}

/** Throws {@link OntologyError}. */
function jsonOf(result: OntologyResult): string {
  if (result.ok) return result.json;
  const { errorName, message, parameters } = result.failure;
  throw new OntologyError(errorName, message, parameters);
}
