import type { XmlElement } from "../../../documents/element.ts";
import { didYouMean } from "../../../documents/nearest.ts";
import type { Report } from "../../../documents/report.ts";
import { faultType } from "../../../flow/fault.ts";
import { Message } from "../../../flow/message.ts";
import { OwnVariables } from "../../parts/own-variables.ts";
import { reportMissing } from "../../parts/required.ts";
import { isJson, strictContent } from "../../parts/source-message.ts";
import { definePolicy } from "../../policy-type.ts";
import { NotJsonRpc, readJsonRpc } from "./json-rpc.ts";

const fault = (code: string, status: number, source: string) =>
  faultType(
    code,
    status,
    (policy: string, reason: string) =>
      `ParsePayload[${policy}]: the ${source} is no message of JSON-RPC 2.0: ${reason}`,
  );

/** The page names none. */
const faults = {
  request: fault("sortie.InvalidJsonRpcRequest", 400, "request"),
  response: fault("sortie.InvalidJsonRpcResponse", 502, "response"),
};

const SOURCES = ["request", "response"] as const;

/**
 * Says in variables what a message of the Model Context Protocol asks for, so that conditions can allow it. One that
 * cannot be read in just one way is refused. Apigee: "ParsePayload policy".
 */
export const parsePayload = definePolicy({
  element: "ParsePayload",
  variablePrefix: "parsepayload",
  faults,

  /** Problems: InvalidSource, PayloadTypeRequired, InvalidPayloadType, ProtocolRequired, InvalidProtocol. */
  read(xml, report) {
    for (const [name, only] of [
      ["PayloadType", "JSON-RPC-2.0"],
      ["Protocol", "MCP"],
    ] as const) {
      if (readWord(xml, name, [only], report) === null)
        reportMissing(xml, name, `${name}Required`, only, report);
    }
    return { source: readWord(xml, "Source", SOURCES, report) ?? "request" };
  },

  build({ source }, context) {
    const { policy } = context;
    const { get } = context.variable(source);
    context.readsContentOf(source);
    const groups = [new OwnVariables("apigee.payload."), new OwnVariables(`parsepayload.${policy}.`)];
    return function parse(flow) {
      for (const group of groups) group.clear(flow);
      const message = get(flow);
      if (!(message instanceof Message)) throw faults[source](policy, "there is none");
      if (message.body.isEmpty || (source === "response" && !isJson(message))) return;
      const text = strictContent(message);
      if (text === null) throw faults[source](policy, "it is not UTF-8");
      try {
        const variables = readJsonRpc(text);
        for (const group of groups) group.set(flow, variables);
      } catch (error) {
        if (error instanceof NotJsonRpc) throw faults[source](policy, error.message).causedBy(error);
        throw error;
      }
    };
  },
});

/** One of a few words; null for none. Another one is an error: what is not looked at is not kept out either. */
function readWord<W extends string>(
  xml: XmlElement,
  name: string,
  words: readonly W[],
  report: Report,
): W | null {
  const element = xml.child(name);
  const text = element?.text() ?? "";
  if (!element || text === "") return null;
  const word = words.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
  if (word === undefined) {
    report.error(
      `Invalid${name}`,
      element,
      `<${name}> is ${JSON.stringify(text)}, which cannot be parsed.`,
      didYouMean(text, words, `write ${words.join(" or ")}.`),
    );
  }
  return word ?? words[0] ?? null;
}
