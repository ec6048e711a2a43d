import type { Endpoint, FaultRule, Flow } from "../bundle/model.ts";
import type { Step } from "../flow/context.ts";
import { sequence, withContentOf } from "../flow/sequence.ts";
import type { ErrorProgram } from "./program.ts";
import { appliesOf, preparationOf, type StepCompiler } from "./step-compiler.ts";

/** One side of an endpoint's flows. */
export type Side = "request" | "response";

/**
 * PreFlow, the first conditional Flow that applies, PostFlow.
 * Apigee: "Controlling API proxies with flows".
 */
export function compileFlows(
  endpoint: Endpoint,
  side: Side,
  compiler: StepCompiler,
  mentions: Set<string>,
): Step {
  return sequence([
    ...namedFlow(endpoint.preFlow, side, compiler, mentions),
    ...firstThatApplies(endpoint.flows, side, compiler, mentions),
    ...namedFlow(endpoint.postFlow, side, compiler, mentions),
  ]);
}

/** The flow's steps, with its name in `current.flow.name`; nothing at all for a flow without steps. */
function namedFlow(model: Flow, side: Side, compiler: StepCompiler, mentions: Set<string>): Step[] {
  return model[side].length === 0 ? [] : [entering(model, compiler.steps(model[side], mentions))];
}

function entering({ name, description }: Flow, steps: Step): Step {
  return function enterFlow(flow) {
    flow.flowName = name;
    flow.flowDescription = description;
    return steps(flow);
  };
}

/** A flow that applies ends the search also when it has no steps on this side. */
function firstThatApplies(
  flows: readonly Flow[],
  side: Side,
  compiler: StepCompiler,
  mentions: Set<string>,
): Step[] {
  const contents = new Set<string>();
  const candidates = flows.map((model) => ({
    applies: appliesOf(compiler.test(model.condition, contents)),
    run: entering(model, compiler.steps(model[side], mentions)),
  }));
  if (flows.every((model) => model[side].length === 0)) return [];
  for (const message of contents) mentions.add(message);
  return [
    withContentOf(contents, function runFirstFlowThatApplies(flow) {
      for (const { applies, run } of candidates) if (applies(flow)) return run(flow);
    }),
  ];
}

/**
 * A ProxyEndpoint tries its fault rules from bottom to top, a TargetEndpoint from top to bottom.
 * Apigee: "Handling faults".
 */
export function compileFaults(
  endpoint: Endpoint,
  order: "bottom to top" | "top to bottom",
  compiler: StepCompiler,
  mentions: Set<string>,
): ErrorProgram {
  const compileRule = (rule: FaultRule) => {
    const test = compiler.test(rule.condition, mentions);
    return {
      name: rule.name,
      prepare: preparationOf(test),
      applies: appliesOf(test),
      steps: compiler.steps(rule.steps, mentions),
    };
  };
  const rules = endpoint.faultRules.map(compileRule);
  const fallback = endpoint.defaultFaultRule;
  return {
    rules: order === "bottom to top" ? rules.reverse() : rules,
    fallback: fallback && { ...compileRule(fallback), alwaysEnforce: fallback.alwaysEnforce },
  };
}
