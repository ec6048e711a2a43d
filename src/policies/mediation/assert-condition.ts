import { remedyFor } from "../../connections/expression-remedy.ts";
import { compileCondition } from "../../expression/condition.ts";
import { ExpressionError } from "../../expression/value.ts";
import type { FlowContext } from "../../flow/context.ts";
import { faultType } from "../../flow/fault.ts";
import { definePolicy } from "../policy-type.ts";

const faults = {
  failed: faultType(
    "steps.assertcondition.ConditionEvaluationFailed",
    500,
    (policy: string) => `AssertCondition[${policy}]: the condition could not be evaluated`,
  ),
};

/** Says in a variable whether a condition is true. Apigee: "AssertCondition policy". */
export const assertCondition = definePolicy({
  element: "AssertCondition",
  variablePrefix: "AssertCondition",
  faults,

  /** Problems: InvalidCondition, and the warning UnclosedParenthesis. */
  read(xml, report) {
    const element = xml.child("Condition");
    const text = element?.text() ?? "";
    try {
      compileCondition(
        text,
        () => () => null,
        () => {
          const message =
            "A parenthesis of the condition is not closed; it is read as if it ended with the condition.";
          report.warning("UnclosedParenthesis", element ?? xml, message, "Close it.");
        },
      );
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const message = `The condition ${JSON.stringify(text)} is not valid: ${error.message}`;
      const remedy = remedyFor(error, 'Write a comparison, such as request.verb = "GET".');
      report.error("InvalidCondition", element ?? xml, message, remedy);
    }
    return { condition: text };
  },

  build({ condition }, { policy, variable }) {
    const isTrue = compileCondition<FlowContext>(condition, (name) => variable(name).get);
    const result = `assertcondition.${policy}.truthValue`;
    return function assert(flow) {
      // What an earlier run has found is not to stand for one that fails.
      flow.variables.set(result, false);
      try {
        flow.variables.set(result, isTrue(flow));
      } catch (error) {
        if (error instanceof ExpressionError) throw faults.failed(policy).causedBy(error);
        throw error;
      }
    };
  },
});
