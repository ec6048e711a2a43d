import type { FlowContext } from "../../../flow/context.ts";
import { Message } from "../../../flow/message.ts";
import { ReadOnlyVariable, Unsettable } from "../../../flow/unsettable.ts";
import { flowMessages, messageFinder, type Variable } from "../../../flow/variable.ts";
import { isSame, type WireValue } from "./flow-variable.ts";
import type { AnsweredVariables } from "./read-answer.ts";
import type { SentVariables } from "./sent-variables.ts";

/** How many variables one answer may change. */
export const MOST_CHANGED = 1000;

/** How long a changed variable's name may be: each of its dotted beginnings is looked for. */
export const LONGEST_NAME = 1000;

/**
 * Sets and removes the flow variables that a server changed; those that it sent back as they were, and those
 * that nobody may set, stay as they are. Throws {@link Unsettable}.
 */
export function applyVariables(
  flow: FlowContext,
  sent: SentVariables,
  answered: AnsweredVariables,
  variable: (name: string) => Variable,
): void {
  const changed = [...answered].filter(([name, value]) => !isSame(value, sent.get(name)));
  if (changed.length > MOST_CHANGED) {
    const reason = `the answer changes ${changed.length} variables, and at most ${MOST_CHANGED} can be changed`;
    throw new Unsettable(changed[0]?.[0] ?? "", reason);
  }
  for (const [name, value] of changed) {
    if (name.length > LONGEST_NAME) {
      throw new Unsettable(`${name.slice(0, 50)}…`, `its name has more than ${LONGEST_NAME} characters`);
    }
    try {
      apply(flow, variable(name), value);
    } catch (error) {
      if (!(error instanceof ReadOnlyVariable)) throw error;
    }
  }
}

/** A variable's name may not be the dotted beginning of another's: what is there gives way. */
function apply(flow: FlowContext, target: Variable, value: WireValue | null): void {
  const { name, contentOf } = target;
  // Of what every flow has, only the properties can be changed.
  if (flowMessages.has(name)) throw new ReadOnlyVariable(name);
  if (contentOf !== null && messageFinder(contentOf)(flow)?.body.isStream) {
    throw new Unsettable(name, "the message's content has not been read");
  }
  removeBelow(flow, name);
  if (value === null) target.remove(flow);
  else {
    removeAbove(flow, name);
    target.set(flow, value);
  }
}

function removeBelow({ variables }: FlowContext, name: string): void {
  const below = `${name}.`;
  for (const other of variables.keys()) if (other.startsWith(below)) variables.delete(other);
}

function removeAbove({ variables }: FlowContext, name: string): void {
  for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
    const ancestor = name.slice(0, dot);
    if (!(variables.get(ancestor) instanceof Message)) variables.delete(ancestor);
  }
}
