import type { Caller } from "../credentials/caller.ts";
import type { DeployedFunctions } from "../functions/deployed.ts";
import type { ActionType } from "../ontology/action-type-schema.ts";
import type { Ontology } from "../ontology/ontology.ts";
import { isAmong, mayKnow } from "../ontology/principals.ts";
import type { DeployedWebhooks } from "../webhooks/deployed.ts";
import { typesIn } from "./check/action-check.ts";
import { type CompiledAction, compileAction } from "./compiled-action.ts";
import { ActionError } from "./error.ts";
import { actionTypeRid, type WireFacts, type WireLink, wireActionType } from "./wire.ts";

/** The action types of one deployed state of an environment. It never changes. */
export class DeployedActions {
  readonly ontology: Ontology;
  readonly #webhooks: Pick<DeployedWebhooks, "find">;
  readonly #wire: WireFacts;
  readonly #compiled = new Map<string, CompiledAction>();

  constructor(
    environment: string,
    ontology: Ontology,
    functions: Pick<DeployedFunctions, "find">,
    webhooks: Pick<DeployedWebhooks, "find">,
  ) {
    this.ontology = ontology;
    this.#webhooks = webhooks;
    this.#wire = {
      environment,
      function: (name) => functions.find(name)?.published,
      link: (objectType, link) => linkOf(ontology, objectType, link),
    };
  }

  /** What a caller may see, as the API shows it: by name. Foundry: "List Action Types". */
  shown(caller: Caller): Map<string, Record<string, unknown>> {
    const visible = [...this.ontology.actionTypes].filter(([, type]) => maySee(type, caller));
    const knows = (objectType: string) => mayKnow(this.ontology.objectTypes.get(objectType), caller);
    return new Map(visible.map(([name, type]) => [name, wireActionType(name, type, this.#wire, knows)]));
  }

  /** What a caller may see, with the definitions. */
  listed(caller: Caller): { name: string; definition: ActionType; mayApply: boolean }[] {
    return [...this.ontology.actionTypes]
      .filter(([, type]) => maySee(type, caller))
      .map(([name, definition]) => {
        return { name, definition, mayApply: isAmong(definition.permissions.apply, caller) };
      });
  }

  /** The object types that a function declares to edit. */
  declaredEdits(name: string): readonly string[] {
    return this.#wire.function(name)?.edits ?? [];
  }

  /** The name of what a rid names. */
  nameOf(rid: string): string | null {
    return (
      [...this.ontology.actionTypes.keys()].find(
        (name) => actionTypeRid(this.#wire.environment, name) === rid,
      ) ?? null
    );
  }

  /**
   * An action type that the caller may apply. Throws {@link ActionError}: ActionTypeNotFound,
   * ApplyActionPermissionDenied.
   */
  applicable(name: string, caller: Caller): CompiledAction {
    const definition = this.ontology.actionTypes.get(name);
    if (!definition || !maySee(definition, caller)) throw notFound(name);
    if (!isAmong(definition.permissions.apply, caller)) {
      const message = `You may not apply ${name}.`;
      throw new ActionError("ApplyActionPermissionDenied", message, { actionType: name, message });
    }
    const known = this.#compiled.get(name);
    if (known) return known;
    const { writeback } = definition.webhooks;
    const plan = writeback && this.#webhooks.find(writeback.webhook);
    const outputs = plan?.webhook.outputs ?? [];
    const types = typesIn(this.ontology, new Map(writeback ? [[writeback.webhook, { outputs }]] : []));
    const compiled = compileAction(name, definition, types);
    this.#compiled.set(name, compiled);
    return compiled;
  }
}

/** One that a caller may not see is not there for them, and the message is true of both. */
export function notFound(name: string): ActionError {
  const message = `There is no action type ${name} that you may see.`;
  return new ActionError("ActionTypeNotFound", message, { actionType: name, message });
}

function maySee(
  { permissions: { see, apply } }: { permissions: { see?: string[] | undefined; apply: string[] } },
  caller: Caller,
): boolean {
  return isAmong(apply, caller) || isAmong(see ?? [], caller);
}

function linkOf(ontology: Ontology, objectType: string, link: string): WireLink | undefined {
  const side = ontology.objectTypes.get(objectType)?.links.get(link);
  if (!side) return undefined;
  const a = { objectType, apiName: side.apiName };
  return { a, b: { objectType: side.target, apiName: side.opposite } };
}
