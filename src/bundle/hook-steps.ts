import type { Step } from "../flow/context.ts";
import type { FindSharedFlow, FlowHooks } from "./compile-services.ts";

/** The steps of the environment's flow hooks. */
export class HookSteps {
  readonly #hooks: FlowHooks;
  readonly #sharedFlow: FindSharedFlow;

  constructor(hooks: FlowHooks, sharedFlow: FindSharedFlow) {
    this.#hooks = hooks;
    this.#sharedFlow = sharedFlow;
  }

  /** No step when nothing is attached to the hook. */
  steps(hook: keyof FlowHooks, mentions: Set<string>): Step[] {
    const name = this.#hooks[hook];
    const program = name === undefined ? null : this.#sharedFlow(name);
    if (!program) return [];
    for (const message of program.mentions) mentions.add(message);
    return [
      async function runFlowHook(flow) {
        flow.flowHook = hook;
        try {
          await program.step(flow);
        } finally {
          flow.flowHook = null;
        }
      },
    ];
  }
}
