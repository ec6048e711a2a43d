import type { XmlElement } from "../../documents/element.ts";
import { readBooleanAttribute } from "../../documents/read.ts";
import type { Report } from "../../documents/report.ts";
import type { Value } from "../../expression/value.ts";
import { builtInVariable } from "../../flow/built-in-variables.ts";
import type { FlowContext } from "../../flow/context.ts";
import { faultType } from "../../flow/fault.ts";
import { compileValue, readValuedParameter, type ValuedParameter } from "../parts/valued-parameter.ts";
import { definePolicy } from "../policy-type.ts";

/** Also that of a flow hook whose shared flow is not deployed. */
export const sharedFlowNotFound = faultType(
  "flow.SharedFlowNotFound",
  500,
  (sharedFlow: string) => `Shared Flow ${sharedFlow} Not Found`,
);

/**
 * Runs the steps of a shared flow, with parameters that only it sees: when it ends, or fails, variables of
 * the same names have their values back. What it sets otherwise stays set. The variable
 * `apigee.edge.sharedflow.name` holds its name meanwhile.
 * Apigee: "FlowCallout policy".
 *
 * Faults: `flow.SharedFlowNotFound` (500), and whatever the steps of the shared flow raise.
 */
export const flowCallout = definePolicy({
  element: "FlowCallout",
  variablePrefix: "flowcallout",
  needs: ["sharedFlows"],
  faults: { sharedFlowNotFound },

  read(xml, report): { sharedFlow: string; parameters: readonly ValuedParameter[] } {
    const sharedFlow = xml.child("SharedFlowBundle");
    const name = sharedFlow?.text() ?? "";
    if (name === "") {
      report.error(
        "SharedFlowBundleRequired",
        sharedFlow ?? xml,
        "The policy does not say which shared flow it calls.",
        "Write its name into <SharedFlowBundle>.",
      );
    }
    return { sharedFlow: name, parameters: readParameters(xml.child("Parameters"), report) };
  },

  refersTo: ({ sharedFlow }) => ({ sharedFlows: [sharedFlow] }),

  build({ sharedFlow, parameters }, context) {
    const steps = context.sharedFlows.steps(sharedFlow);
    if (steps === null) {
      return function failWithoutSharedFlow() {
        throw sharedFlowNotFound(sharedFlow);
      };
    }
    const names = parameters.map(({ name }) => name);
    const values = parameters.map((parameter) => compileValue(parameter, context));
    return function callSharedFlow(flow) {
      const given = values.map((value) => value(flow));
      const leave = enter(flow, sharedFlow, names, given);
      let pending: void | Promise<void>;
      try {
        pending = steps(flow);
      } catch (error) {
        leave();
        throw error;
      }
      return pending ? pending.finally(leave) : leave();
    };
  },
});

function readParameters(parameters: XmlElement | undefined, report: Report): ValuedParameter[] {
  if (parameters === undefined) return [];
  if (!readBooleanAttribute(parameters, "ignoreUnresolvedVariables", true, report)) {
    report.warning(
      "UnresolvedVariablesIgnored",
      parameters,
      "FlowCallout has no fault for a variable that is not set: a parameter with such a ref is not set either.",
      "Remove ignoreUnresolvedVariables, and check the parameter in the shared flow.",
    );
  }
  return parameters.children("Parameter").flatMap((parameter) => readParameter(parameter, report) ?? []);
}

function readParameter(xml: XmlElement, report: Report): ValuedParameter | null {
  const parameter = readValuedParameter(xml, report);
  if (parameter !== null && belongsToGateway(parameter.name)) {
    report.error(
      "InvalidParameterName",
      xml,
      `A parameter cannot be called ${parameter.name}: that variable is the gateway's own.`,
      "Choose another name, here and in the shared flow.",
    );
  }
  return parameter;
}

const messages = new Set(["request", "response", "message", "error"]);

/** Whether a name is resolved without looking at what policies have set, so that no parameter can stand before it. */
function belongsToGateway(name: string): boolean {
  const [first = ""] = name.split(".", 1);
  return messages.has(first) || builtInVariable(name) !== null;
}

/** Sets the parameters and the shared flow's name. Returns what puts everything back. */
function enter(
  flow: FlowContext,
  sharedFlow: string,
  names: readonly string[],
  given: readonly Value[],
): () => void {
  const callersFlow = flow.sharedFlow;
  const callersValues = names.map((name) => flow.variables.get(name) ?? null);
  flow.sharedFlow = sharedFlow;
  setAll(flow, names, given);
  return () => {
    flow.sharedFlow = callersFlow;
    setAll(flow, names, callersValues);
  };
}

function setAll(flow: FlowContext, names: readonly string[], values: readonly Value[]): void {
  for (const [index, name] of names.entries()) {
    const value = values[index] ?? null;
    if (value === null) flow.variables.delete(name);
    else flow.variables.set(name, value);
  }
}
