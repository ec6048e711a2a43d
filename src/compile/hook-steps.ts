import type { FlowContext, Step } from "../flow/context.ts";
import { sharedFlowNotFound } from "../policies/callouts/flow-callout.ts";
import type { FindSharedFlow, FlowHooks } from "./compile-environment.ts";

/** What `apigee.edge.flowhook.name` says. Apigee: "Attaching a shared flow using a flow hook". */
const hookNames: Readonly<Record<keyof FlowHooks, string>> = {
  preProxy: "PreProxyFlowHook",
  preTarget: "PreTargetFlowHook",
  postTarget: "PostTargetFlowHook",
  postProxy: "PostProxyFlowHook",
};

/** The steps of the environment's flow hooks. */
export class HookSteps {
  readonly #hooks: FlowHooks;
  readonly #sharedFlow: FindSharedFlow;

  constructor(hooks: FlowHooks, sharedFlow: FindSharedFlow) {
    this.#hooks = hooks;
    this.#sharedFlow = sharedFlow;
  }

  /**
   * No step when nothing is attached to the hook. A shared flow that is attached but not deployed fails every
   * request, because hooks carry what an environment enforces.
   */
  steps(hook: keyof FlowHooks, mentions: Set<string>): Step[] {
    const name = this.#hooks[hook];
    if (name === undefined) return [];
    const program = this.#sharedFlow(name);
    for (const message of program?.mentions ?? []) mentions.add(message);
    return [program ? onHook(hookNames[hook], name, program.step) : notFound(name)];
  }
}

function onHook(hook: string, sharedFlow: string, step: Step): Step {
  const leave = (flow: FlowContext) => {
    flow.flowHook = null;
    flow.sharedFlow = null;
  };
  return function runFlowHook(flow) {
    flow.flowHook = hook;
    flow.sharedFlow = sharedFlow;
    let pending: void | Promise<void>;
    try {
      pending = step(flow);
    } catch (error) {
      leave(flow);
      throw error;
    }
    return pending ? pending.finally(() => leave(flow)) : leave(flow);
  };
}

function notFound(sharedFlow: string): Step {
  return function failWithoutSharedFlow() {
    throw sharedFlowNotFound(sharedFlow);
  };
}
