import { needAllFunctions } from "../../../expression/functions/functions.ts";
import { ExpressionError, textOf, type Value } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { propertyOf } from "../../../flow/property-sets.ts";
import { Unsettable } from "../../../flow/unsettable.ts";
import type { PolicyContext, Text } from "../../policy-type.ts";
import type { AssignVariable } from "./edit.ts";
import type { CompileText, EditMessage, EditOptions } from "./edit-message.ts";

/**
 * AssignVariable. A variable that is referred to keeps its type; a template and a literal are text. Without
 * any value the variable becomes unset, or is unresolved when the policy does not ignore that.
 */
export function buildAssignVariable(
  assignment: AssignVariable,
  context: PolicyContext,
  { ignoreUnresolved, faults }: EditOptions,
  template: CompileText,
): EditMessage {
  const target = context.variable(assignment.name);
  const read = buildValue(assignment, context, template);
  const missing = assignment.templateRef ?? assignment.ref ?? assignment.propertySetRef;
  return function assignVariable(flow) {
    const value = read(flow);
    if (value !== null) target.set(flow, value);
    else if (missing === null || ignoreUnresolved) target.remove(flow);
    else throw faults.unresolved(missing);
  };
}

type Read = (flow: FlowContext) => Value;

function buildValue(
  { name, template: text, templateRef, ref, value, propertySetRef }: AssignVariable,
  context: PolicyContext,
  template: CompileText,
): Read {
  const literal: Read =
    value !== null
      ? () => value
      : propertySetRef === null
        ? () => null
        : propertyReader(template(propertySetRef));
  const referred: Read = ref === null ? literal : firstOf(context.variable(ref).get, literal);
  if (templateRef !== null) {
    context.readsContentOf("*");
    const fallback = text === null ? referred : template(text);
    return firstOf(templateReader(name, context.variable(templateRef).get, template), fallback);
  }
  return text === null ? referred : template(text);
}

function firstOf(first: Read, second: Read): Read {
  return (flow) => first(flow) ?? second(flow);
}

/** A template that a variable holds; the last one is kept, because it rarely changes. */
function templateReader(assigned: string, source: Read, template: CompileText): Read {
  needAllFunctions();
  let last: { readonly text: string; readonly render: Text } | null = null;
  return (flow) => {
    const value = source(flow);
    if (value === null) return null;
    const text = textOf(value);
    if (last?.text !== text) last = { text, render: compileHeld(assigned, text, template) };
    return last.render(flow);
  };
}

function compileHeld(assigned: string, text: string, template: CompileText): Text {
  try {
    return template(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new Unsettable(assigned, `its message template is not valid: ${error.message}`);
  }
}

/** `SET.KEY`, where the key may hold dots. */
function propertyReader(reference: (flow: FlowContext) => string): Read {
  return (flow) => {
    const [set = "", ...key] = reference(flow).split(".");
    return propertyOf(flow, set, key.join("."));
  };
}
