import { applyActions } from "../actions/apply.ts";
import { DeployedActions } from "../actions/deployed.ts";
import { ActionError } from "../actions/error.ts";
import { type LoadObjects, prepare } from "../actions/prepared.ts";
import type { Validation } from "../actions/validation.ts";
import type { Caller } from "../credentials/caller.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import type { Environment } from "../environment/environment.ts";
import type { Snapshot } from "../environment/snapshot.ts";
import type { AppliedEdits } from "../ontology/tally.ts";
import type { Functions } from "./functions.ts";
import { nothingServed } from "./nothing-served.ts";
import type { CallersOntology, Ontologies } from "./ontologies.ts";
import type { Webhooks } from "./webhooks.ts";

type Values = Readonly<Record<string, unknown>>;

/** What a call of an action asks for. */
export interface ActionCall {
  readonly name: string;
  /** The parameters of each application. */
  readonly requests: readonly Values[];
  readonly caller: Caller;
}

/** What came of it: the validations, and the edits that were made; null when a validation said no. */
export interface ActionResult {
  readonly validations: readonly Validation[];
  readonly applied: ReturnedEdits | null;
}

/** Foundry: ActionResults. */
export interface ReturnedEdits extends AppliedEdits {
  readonly type: "edits";
}

/** What actions need of what serves an environment. */
export interface ActionServices {
  readonly environment: Environment;
  readonly functions: Functions;
  readonly webhooks: Webhooks;
  readonly ontologies: Ontologies;
}

const known = new WeakMap<object, Actions>();

/** The actions of what serves an environment. */
export function actionsOf(services: ActionServices): Actions {
  const found = known.get(services) ?? new Actions(services);
  known.set(services, found);
  return found;
}

/** How many objects a form offers to choose from. */
const MOST_CHOICES = 100;

/** The actions of the environment that an isolate of the gateway serves. */
export class Actions {
  readonly #environment: Environment;
  readonly #functions: Functions;
  readonly #webhooks: Webhooks;
  readonly #ontologies: Ontologies;
  readonly #deployed = new WeakMap<Snapshot, DeployedActions>();

  constructor({ environment, functions, webhooks, ontologies }: ActionServices) {
    this.#environment = environment;
    this.#functions = functions;
    this.#webhooks = webhooks;
    this.#ontologies = ontologies;
  }

  /** What is deployed. Rejects with `FunctionError` (NothingDeployed), {@link ActionError} (OntologyNotFound). */
  async deployed(context: TokenContext): Promise<DeployedActions> {
    const snapshot = await this.#environment.current(context.now(), context);
    if (!snapshot) throw nothingServed(this.#environment);
    const known = this.#deployed.get(snapshot);
    if (known) return known;
    const { ontology, functions, webhooks } = snapshot;
    if (!ontology) throw new ActionError("OntologyNotFound", "The environment has no ontology.", {});
    const deployed = new DeployedActions(snapshot.document.environment, ontology, functions, webhooks);
    this.#deployed.set(snapshot, deployed);
    return deployed;
  }

  /** Validates an application and changes nothing. Rejects with {@link ActionError}. */
  async validate(
    { name, requests: [given = {}], caller }: ActionCall,
    context: TokenContext,
  ): Promise<Validation> {
    const deployed = await this.deployed(context);
    const action = deployed.applicable(name, caller);
    const load = loadFrom(await this.#ontologies.of(caller, context));
    const { validation } = await prepare(action, given, caller, deployed.ontology, load, context.now());
    return validation;
  }

  /** Applies an action, once or several times, all or nothing. Rejects with {@link ActionError}. */
  async apply({ name, requests, caller }: ActionCall, context: TokenContext): Promise<ActionResult> {
    const deployed = await this.deployed(context);
    const action = deployed.applicable(name, caller);
    const objects = await this.#ontologies.of(caller, context);
    const { prepared, applied } = await applyActions<ReturnedEdits>(
      { action, requests, caller },
      {
        ontology: deployed.ontology,
        load: loadFrom(objects),
        now: () => context.now(),
        webhook: async (webhook, input) =>
          (await this.#webhooks.execute({ name: webhook, input, caller }, context)).value,
        run: async (called, parameters) =>
          (await this.#functions.execute({ name: called, parameters, caller }, context)).value,
        declaredEdits: (called) => deployed.declaredEdits(called),
        checkEditable: (objectTypes) => objects.checkEditable(objectTypes),
        commit: async (edits) => ({ type: "edits", ...(await objects.apply(edits, name)) }),
        later: (work) => context.waitUntil(work),
      },
    );
    return { validations: prepared.map(({ validation }) => validation), applied };
  }

  /** Some objects of a type that the caller may read, to choose from. */
  async choices(
    objectType: string,
    caller: Caller,
    context: TokenContext,
  ): Promise<{ value: string; label: string }[]> {
    const ontology = await this.#ontologies.of(caller, context);
    const type = ontology.visible.objectTypes.get(objectType);
    if (!type) return [];
    const objectSet = { type: "base", objectType };
    const { data } = await ontology.load({ objectSet, pageSize: MOST_CHOICES });
    return data.map((object) => ({
      value: String(object[type.primaryKey]),
      label: String(object[type.titleProperty] ?? object[type.primaryKey]),
    }));
  }
}

/** Of a type that the caller may not read there are no objects. */
function loadFrom(ontology: CallersOntology): LoadObjects {
  return async (objectType, keys) => {
    const type = ontology.visible.objectTypes.get(objectType);
    if (!type) return [];
    const where = { type: "in", field: type.primaryKey, value: keys };
    const objectSet = { type: "filter", objectSet: { type: "base", objectType }, where };
    return ontology.loadAll({ objectSet, pageSize: keys.length });
  };
}
