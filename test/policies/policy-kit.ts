import { expect } from "vitest";
import type { Value } from "../../src/expression/value.ts";
import type { FlowContext } from "../../src/flow/context.ts";
import { Fault } from "../../src/flow/fault.ts";
import { RequestMessage, ResponseMessage } from "../../src/flow/message.ts";
import { messageFinder, variable } from "../../src/flow/variable.ts";
import type { Capabilities } from "../../src/policies/capabilities.ts";
import type { PolicyType } from "../../src/policies/policy-type.ts";
import { flowOf, type GivenCapabilities, loadPolicy } from "./build-policy.ts";

export {
  type FlowState,
  flowOf,
  type GivenCapabilities,
  type LoadedPolicy,
  loadPolicy,
  NOW,
} from "./build-policy.ts";

/** Loads a policy that must be without errors and warnings and runs it; only the bodies it declared are buffered. */
export async function runPolicy<Config, Need extends keyof Capabilities>(
  type: PolicyType<Config, Need>,
  xml: string,
  flow: FlowContext = flowOf(),
  given: GivenCapabilities = {},
): Promise<FlowContext> {
  const { report, step, reads } = loadPolicy(type, xml, given);
  expect(report.problems.filter(({ severity }) => severity !== "note")).toEqual([]);
  if (step === null) throw new Error("a policy without problems was not built");
  for (const name of reads) {
    const messages =
      name === "*"
        ? [flow.request, flow.response, flow.error, ...flow.variables.values()]
        : [messageFinder(name)(flow)];
    for (const message of messages) {
      if (message instanceof RequestMessage || message instanceof ResponseMessage) await message.buffer();
    }
  }
  await step(flow);
  return flow;
}

/** Runs a policy that must fail, and returns its fault. */
export async function faultOf<Config, Need extends keyof Capabilities>(
  type: PolicyType<Config, Need>,
  xml: string,
  flow: FlowContext = flowOf(),
  given: GivenCapabilities = {},
): Promise<Fault> {
  const thrown: unknown = await runPolicy(type, xml, flow, given).then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof Fault) return thrown;
  throw thrown ?? new Error("the policy did not fail");
}

/** A flow variable's value. */
export function variableOf(flow: FlowContext, name: string): Value {
  return variable(name).get(flow);
}

/** What is wrong with a policy's XML, as `severity code line:column`. */
export function problemsOf<Config, Need extends keyof Capabilities>(
  type: PolicyType<Config, Need>,
  xml: string,
  given: GivenCapabilities = {},
): string[] {
  return loadPolicy(type, xml, given).report.problems.map(
    ({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`,
  );
}
