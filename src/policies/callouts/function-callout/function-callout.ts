import type { XmlElement } from "../../../documents/element.ts";
import { didYouMean } from "../../../documents/nearest.ts";
import type { Position, Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { Fault } from "../../../flow/fault.ts";
import { ResponseMessage } from "../../../flow/message.ts";
import { isReadOnly } from "../../../flow/variable.ts";
import { readTimeout } from "../../parts/read-timeout.ts";
import { compileValue, readValuedParameter, type ValuedParameter } from "../../parts/valued-parameter.ts";
import { definePolicy } from "../../policy-type.ts";
import { FunctionCallError, type FunctionSignature } from "./call.ts";
import { faults } from "./faults.ts";

/** A FunctionCallout as configured. */
interface FunctionCallout {
  readonly function: string;
  readonly parameters: readonly PlacedParameter[];
  /** The name of the variable for the result; null when the flow does not use it. */
  readonly response: string | null;
  /** Milliseconds; null when the policy does not say. */
  readonly timeoutMs: number | null;
  /** Where the function is named. */
  readonly at: Position;
}

/** A parameter and where it is. */
type PlacedParameter = ValuedParameter & { readonly at: Position };

/**
 * Calls a function of the environment for the client of the flow, and waits for its result: a response message
 * with the JSON of what the function returned. Not Apigee's: its elements and attributes are those of
 * FlowCallout and ServiceCallout.
 *
 * Faults: `steps.functioncallout.ExecutionFailed` (500), `…InvalidParameter` (500), `…UserFacingError` (409) with
 * the text of an error that the function means for users, and `…AuthorizationRequired` (403) when the user has to
 * give consent first, at the address in the variable `functioncallout.NAME.authorizeUrl`.
 */
export const functionCallout = definePolicy({
  element: "FunctionCallout",
  variablePrefix: "functioncallout",
  needs: ["functions"],
  faults,
  unsettable: (cause, policy) => faults.executionFailed(policy, cause.message),

  read(xml, report): FunctionCallout {
    const element = xml.child("Function");
    const name = element?.text() ?? "";
    if (name === "") {
      report.error(
        "FunctionRequired",
        element ?? xml,
        "The policy does not say which function it calls.",
        "Write its name into <Function>.",
      );
    }
    const parameters = xml.child("Parameters")?.children("Parameter") ?? [];
    return {
      function: name,
      parameters: readParameters(parameters, report),
      response: readResponse(xml.child("Response"), report),
      timeoutMs: readTimeout(xml.child("Timeout"), report),
      at: element ?? xml,
    };
  },

  check(config, { functions, environment }, report) {
    const signature = functions.signature(config.function);
    if (signature) {
      checkParameters(config, signature.parameters, report);
      return;
    }
    const remedy = functions.remedyForMissing?.(config.function);
    if (remedy === null) return;
    report.error(
      "FunctionNotFound",
      config.at,
      `There is no function ${config.function} in the environment ${environment}.`,
      remedy ?? `Add functions/${config.function}/ to the environment.`,
    );
  },

  build({ function: name, parameters, response, timeoutMs }, context) {
    const { policy, functions } = context;
    const values = parameters.map((parameter) => [parameter.name, compileValue(parameter, context)] as const);
    const variable = response === null ? null : context.variable(response);
    return async function callFunction(flow) {
      const given = new Map(values.map(([parameter, value]) => [parameter, value(flow)]));
      try {
        const json = await functions.call(flow, { name, parameters: given, timeoutMs });
        variable?.set(flow, resultMessage(json));
      } catch (error) {
        // So that nobody takes an earlier result for this one.
        if (response !== null) flow.variables.delete(response);
        throw error instanceof FunctionCallError ? faultOf(error, policy, flow).causedBy(error) : error;
      }
    };
  },
});

/** Reports ReadOnlyVariable. */
function readResponse(element: XmlElement | undefined, report: Report): string | null {
  const name = element?.text() || null;
  if (element && name !== null && isReadOnly(name)) {
    report.error(
      "ReadOnlyVariable",
      element,
      `The variable ${name} is the gateway's own and cannot hold the result.`,
      "Choose another name.",
    );
  }
  return name;
}

function faultOf({ kind, message }: FunctionCallError, policy: string, flow: FlowContext): Fault {
  switch (kind) {
    case "consent": {
      const { scheme, host } = flow.exchange.client;
      const url = new URL(message, `${scheme}://${host}`).href;
      flow.variables.set(`functioncallout.${policy}.authorizeUrl`, url);
      return faults.authorizationRequired(policy, url);
    }
    case "user-facing":
      return faults.userFacingError(message);
    case "parameter":
      return faults.invalidParameter(policy, message);
    case "timeout":
      return faults.executionFailed(policy, `timeout occurred in ${policy}`);
    case "failed":
      return faults.executionFailed(policy, message);
  }
}

function resultMessage(json: string): ResponseMessage {
  const message = new ResponseMessage();
  message.setContent(json, "application/json");
  return message;
}

function readParameters(elements: readonly XmlElement[], report: Report): PlacedParameter[] {
  const names = new Set<string>();
  return elements.flatMap((element) => {
    const parameter = readValuedParameter(element, report);
    if (parameter === null) return [];
    if (names.has(parameter.name)) {
      report.error(
        "DuplicateParameter",
        element,
        `The parameter ${parameter.name} is given twice.`,
        "Take one of them out.",
      );
    }
    names.add(parameter.name);
    return { ...parameter, at: element };
  });
}

function checkParameters(
  { function: name, parameters, at }: FunctionCallout,
  expected: FunctionSignature["parameters"],
  report: Report,
): void {
  for (const { name: given, at: place } of parameters) {
    if (expected.some((parameter) => parameter.name === given)) continue;
    const names = expected.map((parameter) => parameter.name);
    report.error(
      "UnknownParameter",
      place,
      `The function ${name} has no parameter ${given}.`,
      names.length === 0
        ? "Take it out: the function has no parameters."
        : didYouMean(given, names, `take it out: its parameters are ${names.join(", ")}.`),
    );
  }
  for (const parameter of expected) {
    if (parameter.optional || parameters.some((given) => given.name === parameter.name)) continue;
    report.error(
      "MissingParameter",
      at,
      `The function ${name} needs the parameter ${parameter.name}.`,
      `Add <Parameter name="${parameter.name}"> to <Parameters>.`,
    );
  }
}
