import { type FlowContext, StateKey } from "./context.ts";

const actions = new StateKey<(() => void)[]>();

/** Does something when all flows of the exchange have run in this proxy, the PostClientFlow among them. */
export function whenOver(flow: FlowContext, action: () => void): void {
  const known = flow.kept(actions);
  if (known) known.push(action);
  else flow.keep(actions, [action]);
}

/** Says that they have. */
export function flowsAreOver(flow: FlowContext): void {
  for (const action of flow.kept(actions) ?? []) action();
}
