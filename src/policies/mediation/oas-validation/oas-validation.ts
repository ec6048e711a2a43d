import { ExpressionError } from "../../../expression/value.ts";
import { withinWork } from "../../../expression/work.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { type Message, RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import { compileSourceMessage } from "../../parts/source-message.ts";
import { definePolicy } from "../../policy-type.ts";
import { faults } from "./faults.ts";
import { lookAtRequest, lookAtResponse, type Options } from "./look.ts";
import { readOasValidation } from "./read.ts";
import type { Wrong } from "./schema/validation.ts";
import type { Specification } from "./specification.ts";
import { checkSpecifications, chooseSpecification, requiresBodies } from "./specifications.ts";

/**
 * Refuses requests and responses that are not what an OpenAPI specification says: path, verb, parameters, headers and
 * bodies. The specification is compiled when the proxy is loaded. Apigee: "OASValidation policy".
 */
export const oasValidation = definePolicy({
  element: "OASValidation",
  variablePrefix: "oasvalidation",
  needs: ["resources", "specifications"],
  faults,

  read: readOasValidation,

  refersTo: ({ resource }) => ({ resources: resource && "key" in resource ? [resource] : [] }),

  check: checkSpecifications,

  build(config, context) {
    const { source, options } = config;
    const choose = chooseSpecification(config, context);
    const readsBody = options.bodies || requiresBodies(config, context);
    const find = compileSourceMessage(
      source,
      faults,
      readsBody ? context : { ...context, readsContentOf: () => {} },
    );
    return function validateByOas(flow) {
      const message = find(flow);
      const { url, specification } = choose(flow);
      const wrong = specification
        ? wrongWith(flow, message, specification, options)
        : told("There is no such specification in the bundle");
      if (wrong.length > 0) throw faults.failed(context.policy, url, wrong);
    };
  },
});

/** A message that asks for too much work, or is nested too deep, is refused as one that is wrong. */
function wrongWith(
  flow: FlowContext,
  message: Message,
  specification: Specification,
  options: Options,
): readonly Wrong[] {
  const path = flow.pathSuffix;
  try {
    return withinWork(() => {
      if (message instanceof RequestMessage) return lookAtRequest(message, path, specification, options);
      if (message instanceof ResponseMessage) {
        return lookAtResponse(message, { path, verb: flow.request.verb }, specification);
      }
      throw new Error("a message is a request or a response");
    });
  } catch (error) {
    if (error instanceof ExpressionError) return told(error.message);
    if (error instanceof RangeError) return told("The message is nested too deep");
    throw error;
  }
}

function told(text: string): Wrong[] {
  return [{ text, details: [] }];
}
