import type { Caller } from "../credentials/caller.ts";
import type { ActionValue } from "../ontology/action-type-schema.ts";
import { own } from "../ontology/own.ts";

/** What the values of one application are taken from. What is missing is null. */
export interface Scope {
  readonly parameters: ReadonlyMap<string, unknown>;
  /** The objects that parameters name, by parameter: properties by name. */
  readonly objects: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly caller: Caller;
  /** ISO 8601. */
  readonly now: string;
  /** The outputs of the writeback webhook. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The identifiers that several values share. */
  readonly identifiers: Map<string, string>;
}

/** The value of an argument; null when there is none. Foundry: LogicRuleArgument. */
export function valueIn(scope: Scope, value: ActionValue): unknown {
  switch (value.type) {
    case "parameterId":
      return scope.parameters.get(value.parameterId) ?? null;
    case "staticValue":
      return value.value ?? null;
    case "currentUser":
      return scope.caller.kind === "anonymous" ? null : scope.caller[value.attribute];
    case "currentUserGroups":
      return groupsOf(scope.caller);
    case "currentTime":
      return scope.now;
    case "uniqueIdentifier":
      return identifier(scope, value.linkId);
    case "objectParameterPropertyValue":
      return own(scope.objects.get(value.parameterId), value.propertyTypeApiName) ?? null;
    case "synchronousWebhookOutput":
      return own(scope.outputs, value.webhookOutputParamName) ?? null;
  }
}

function groupsOf(caller: Caller): readonly string[] {
  return caller.kind === "user" ? (caller.groups ?? []) : [];
}

function identifier({ identifiers }: Scope, linkId: string | undefined): string {
  const known = linkId === undefined ? undefined : identifiers.get(linkId);
  if (known !== undefined) return known;
  const made = crypto.randomUUID();
  if (linkId !== undefined) identifiers.set(linkId, made);
  return made;
}
