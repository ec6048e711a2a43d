import type { XmlElement } from "../../documents/element.ts";
import { textOf, type Value } from "../../expression/value.ts";
import { mediaType } from "../../flow/content-type.ts";
import type { FlowContext, Step } from "../../flow/context.ts";
import { type Fault, faultType } from "../../flow/fault.ts";
import { Message, RequestMessage, ResponseMessage } from "../../flow/message.ts";
import type { PolicyContext } from "../policy-type.ts";

/** From where to where a policy converts content. */
export interface ConversionPath {
  /** A message, or a variable with text. */
  readonly source: string;
  /** Null for the source itself. */
  readonly output: string | null;
}

/** Reads `<Source>`, by default the ambient message, and `<OutputVariable>`. */
export function readConversionPath(xml: XmlElement): ConversionPath {
  return {
    source: xml.child("Source")?.text() || "message",
    output: xml.child("OutputVariable")?.text() || null,
  };
}

/**
 * The faults of a policy that converts content. Apigee: "XMLToJSON policy", "JSONToXML policy" (runtime errors).
 * @param element the policy's, which begins the texts
 * @param prefix of the codes
 */
export function conversionFaults(element: string, prefix: string) {
  const fault = <A extends unknown[]>(code: string, text: (policy: string, ...details: A) => string) =>
    faultType(`${prefix}.${code}`, 500, text);
  return {
    sourceUnavailable: fault(
      "SourceUnavailable",
      (policy, source: string) => `${element}[${policy}]: Source ${source} is not available`,
    ),
    executionFailed: fault(
      "ExecutionFailed",
      (policy, reason: string) => `${element}[${policy}]: Execution failed. reason: ${reason}`,
    ),
    outputUnavailable: fault(
      "OutputVariableIsNotAvailable",
      (policy) => `${element}[${policy}]: Output variable is not available.`,
    ),
    incompatibleTypes: fault(
      "InCompatibleTypes",
      (policy) => `${element}[${policy}]: String can not be assigned to message type.`,
    ),
    invalidSourceType: fault("InvalidSourceType", (_policy, type: string) => {
      const name = `class ${type}`;
      return `${element}[${name}]: Invalid source type ${name}. Valid source types are [message, string].`;
    }),
  };
}

/** How one policy converts. */
export interface Conversion {
  readonly faults: ReturnType<typeof conversionFaults>;
  /** Whether a message's content is converted; what is of another type stays as it is. */
  accepts(mediaType: string): boolean;
  /** Of the output, when it is a message. */
  readonly contentType: string;
  /** Throws the fault for content that cannot be converted. */
  convert(content: string): string;
}

/**
 * Compiles a policy that converts a message's content, or a variable's text. A message gives a message, by default
 * itself, and a text a text.
 */
export function buildConversion(
  { source, output }: ConversionPath,
  { faults, accepts, contentType, convert }: Conversion,
  context: PolicyContext,
): Step {
  const { policy } = context;
  const from = context.variable(source);
  const to = output === null ? from : context.variable(output);
  context.readsContentOf(source);

  function convertMessage(flow: FlowContext, message: Message): void {
    if (!accepts(mediaType(message.contentType))) return;
    const content = convert(message.content);
    const given = to.get(flow);
    const target = given instanceof Message ? given : blankLike(message);
    target.setContent(content, contentType);
    if (target !== given) to.set(flow, target);
  }

  function convertText(flow: FlowContext, text: string): void {
    if (output === null) throw faults.outputUnavailable(policy);
    if (to.get(flow) instanceof Message) throw faults.incompatibleTypes(policy);
    to.set(flow, convert(text));
  }

  return function runConversion(flow) {
    const value = from.get(flow);
    if (value === null) throw faults.sourceUnavailable(policy, source);
    if (value instanceof Message) convertMessage(flow, value);
    else
      convertText(
        flow,
        textIn(value, (type) => faults.invalidSourceType(policy, type)),
      );
  };
}

/** A message of the same kind, with nothing in it. */
function blankLike(message: Message): Message {
  return message instanceof RequestMessage
    ? new RequestMessage({ verb: message.verb })
    : new ResponseMessage();
}

function textIn(value: Value, invalid: (type: string) => Fault): string {
  if (typeof value === "number") throw invalid("java.lang.Integer");
  if (typeof value === "boolean") throw invalid("java.lang.Boolean");
  return textOf(value);
}
