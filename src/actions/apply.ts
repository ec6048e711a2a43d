import * as v from "valibot";
import type { Caller } from "../credentials/caller.ts";
import { FunctionError } from "../functions/error.ts";
import type { ActionRule, ActionValue, ActionWebhook } from "../ontology/action-type-schema.ts";
import { checkCount } from "../ontology/apply.ts";
import { type Edit, editedTypes, editSchema } from "../ontology/edit.ts";
import type { Ontology } from "../ontology/ontology.ts";
import type { CompiledAction } from "./compiled-action.ts";
import { ActionError } from "./error.ts";
import { functionFailure, webhookFailure } from "./failures.ts";
import { type LoadObjects, type Prepared, prepare } from "./prepared.ts";
import { type EditRule, editsOfRules, typesOfRules } from "./rules.ts";
import { type Scope, valueIn } from "./scope.ts";

/** Foundry: "Scale and property limits" of actions. */
const MOST_ACTIONS = 10_000;

/** Of those that do more than change objects: that call functions or webhooks. Foundry: "Apply Action Batch". */
const MOST_CALLING = 20;
const MOST_TYPES = 50;

/** How many applications of a batch are prepared at once: each reads objects. */
const AT_ONCE = 50;

type Values = Readonly<Record<string, unknown>>;

/** What applications need of the gateway. */
export interface ApplyServices<Applied> {
  readonly ontology: Ontology;
  readonly load: LoadObjects;
  now(): number;
  /** Executes a webhook for the caller; its outputs. Rejects with {@link FunctionError}. */
  webhook(name: string, input: Values, caller: Caller): Promise<Values>;
  /** Calls a function for the caller. Rejects with {@link FunctionError}. */
  run(name: string, parameters: Values, caller: Caller): Promise<unknown>;
  /** The object types that a function declares to edit: it edits no others. */
  declaredEdits(name: string): readonly string[];
  /** Throws where the caller may not edit objects of a type. */
  checkEditable(objectTypes: ReadonlySet<string>): void;
  /** Applies all edits or none. */
  commit(edits: readonly Edit[], caller: Caller, action: string): Promise<Applied>;
  /** Does what nobody waits for. */
  later(work: Promise<unknown>): void;
}

/** What one call asks for: one application, or several of one action type. */
export interface Asked {
  readonly action: CompiledAction;
  readonly requests: readonly Values[];
  readonly caller: Caller;
}

/**
 * Validates and applies an action, once or several times: all of it or nothing. Null in place of the result when the
 * parameters are not valid; nothing is called and changed then. Rejects with {@link ActionError}, and with
 * `OntologyError` for more edits than there may be.
 *
 * In this order: validation, the right to edit, the writeback webhook, the function or the rules, their edits in one
 * transaction; then side effects, which nobody waits for. Foundry: "Apply Action", "Function-backed actions", "Webhooks" of actions.
 */
export async function applyActions<Applied>(
  { action, requests, caller }: Asked,
  services: ApplyServices<Applied>,
): Promise<{ readonly prepared: readonly Prepared[]; readonly applied: Applied | null }> {
  checkBatch(action, requests.length);
  const prepared: Prepared[] = [];
  const prepareOne = (given: Values) =>
    prepare(action, given, caller, services.ontology, services.load, services.now());
  for (let from = 0; from < requests.length; from += AT_ONCE) {
    prepared.push(...(await Promise.all(requests.slice(from, from + AT_ONCE).map(prepareOne))));
  }
  if (prepared.some(({ validation }) => validation.result === "INVALID")) return { prepared, applied: null };
  // Whoever may not edit must not have anything sent either.
  services.checkEditable(new Set(prepared.flatMap(({ scope }) => typesToEdit(scope))));
  const { writeback, sideEffects } = action.definition.webhooks;
  const scopes: Scope[] = [];
  const edits: Edit[] = [];
  const touched = new Set<string>();
  for (const { scope } of prepared) {
    const outputs = writeback ? await wroteBack(writeback, scope) : {};
    const whole = { ...scope, outputs };
    const made = await editsOf(whole);
    refuseRepeated(made, touched, functionRule(action.definition.rules) !== null);
    checkCount(edits.length + made.length);
    edits.push(...made);
    scopes.push(whole);
  }
  checkSize(edits);
  const applied = await services.commit(edits, caller, action.name);
  // A failure of theirs is logged where webhooks are executed.
  for (const scope of scopes) {
    for (const { webhook, inputs } of sideEffects) {
      services.later(services.webhook(webhook, inputsOf(inputs, scope), caller).catch(() => {}));
    }
  }
  return { prepared, applied };

  async function wroteBack({ webhook, inputs }: ActionWebhook, scope: Scope): Promise<Values> {
    try {
      return await services.webhook(webhook, inputsOf(inputs, scope), caller);
    } catch (error) {
      throw error instanceof FunctionError ? webhookFailure(webhook, error) : error;
    }
  }

  function typesToEdit(scope: Scope): readonly string[] {
    const { rules } = action.definition;
    const rule = functionRule(rules);
    return rule
      ? services.declaredEdits(rule.function)
      : typesOfRules(rules as EditRule[], action.definition, scope);
  }

  async function editsOf(scope: Scope): Promise<Edit[]> {
    const rule = functionRule(action.definition.rules);
    if (!rule) {
      const rules = action.definition.rules as EditRule[];
      return editsOfRules(rules, action.definition, scope, services.ontology, exists);
    }
    try {
      return editsIn(await services.run(rule.function, inputsOf(rule.inputs, scope), caller));
    } catch (error) {
      throw error instanceof FunctionError ? functionFailure(error) : error;
    }
  }

  async function exists(objectType: string, key: string | number | boolean): Promise<boolean> {
    return (await services.load(objectType, [key])).length > 0;
  }
}

/** The function that an action type is about; null when it has rules. */
export function functionRule(rules: readonly ActionRule[]): Extract<ActionRule, { type: "function" }> | null {
  const [rule] = rules;
  return rule?.type === "function" ? rule : null;
}

/** Inputs that are missing are left out. */
function inputsOf(inputs: Readonly<Record<string, ActionValue>>, scope: Scope): Values {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, argument]) => {
      const value = valueIn(scope, argument);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** Code has written them. Throws {@link ActionError}: FunctionExecutionFailed. */
function editsIn(value: unknown): Edit[] {
  const read = v.safeParse(v.array(editSchema), value ?? []);
  if (read.success) return read.output;
  const [issue] = read.issues;
  const message = `The function returned what is no edit, at ${v.getDotPath(issue) ?? "its result"}.`;
  throw new ActionError("FunctionExecutionFailed", message, { message });
}

function checkBatch({ name, definition }: CompiledAction, count: number): void {
  const { writeback, sideEffects } = definition.webhooks;
  const calls = functionRule(definition.rules) !== null || writeback !== undefined || sideEffects.length > 0;
  const most = calls ? MOST_CALLING : MOST_ACTIONS;
  if (count > most)
    throw tooLarge(`${name} can be applied at most ${most} times in a batch.`, { limit: most });
}

function checkSize(edits: readonly Edit[]): void {
  if (new Set(edits.flatMap(editedTypes)).size > MOST_TYPES) {
    throw tooLarge(`An action can edit at most ${MOST_TYPES} object types.`, { limit: MOST_TYPES });
  }
}

function tooLarge(message: string, parameters: Values): ActionError {
  return new ActionError("ActionTooLarge", message, { message, ...parameters });
}

/**
 * Edits of one object by several rules, or by several applications of a batch, would depend on their order. A function
 * has an order of its own.
 * @param touched by the applications before
 */
function refuseRepeated(edits: readonly Edit[], touched: Set<string>, byFunction: boolean): void {
  const all = edits.flatMap((edit) => ("obj" in edit && "$primaryKey" in edit.obj ? [keyOf(edit.obj)] : []));
  for (const key of byFunction ? new Set(all) : all) {
    if (touched.has(key)) {
      const message = "The action edits the same object more than once.";
      throw new ActionError("ActionContainsDuplicateEdits", message, { message });
    }
    touched.add(key);
  }
}

function keyOf(obj: { $apiName: string; $objectType?: string; $primaryKey: unknown }): string {
  return JSON.stringify([obj.$objectType ?? obj.$apiName, obj.$primaryKey]);
}
