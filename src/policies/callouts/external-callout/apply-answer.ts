import type { FlowContext, Target } from "../../../flow/context.ts";
import { replaceHeader } from "../../../flow/headers.ts";
import type { Message, RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import { checkedName, checkedValue } from "../../../flow/message-properties.ts";
import { Unsettable } from "../../../flow/unsettable.ts";
import type { Variable } from "../../../flow/variable.ts";
import { applyVariables } from "./apply-variables.ts";
import type * as wire from "./wire/external_callout_pb.ts";

type Lists = Readonly<Record<string, wire.Strings>>;
type NamedValues = readonly [name: string, values: readonly string[]];

/**
 * Applies what a server changed: the flow's own message, the target, flow variables. Immutable fields are not
 * looked at, and what came back as it was sent stays as it was. Rejects with Unsettable for what cannot be.
 */
export async function applyAnswer(
  flow: FlowContext,
  sent: wire.MessageContext,
  answered: wire.MessageContext,
  variable: (name: string) => Variable,
): Promise<void> {
  if (sent.request && answered.request) await applyRequest(flow.request, sent.request, answered.request);
  if (sent.response && answered.response && flow.response) {
    applyResponse(flow.response, sent.response, answered.response);
  }
  if (sent.error?.response && answered.error?.response && flow.error) {
    applyResponse(flow.error, sent.error.response, answered.error.response);
  }
  if (sent.target && answered.target && flow.target) applyTarget(flow.target, sent.target, answered.target);
  applyVariables(flow, sent.additionalFlowVariables, answered.additionalFlowVariables, variable);
}

async function applyRequest(
  message: RequestMessage,
  sent: wire.Request,
  answered: wire.Request,
): Promise<void> {
  applyHeaders(message, sent.headers, answered.headers);
  for (const [name, values] of changed(sent.queryParams, answered.queryParams)) {
    message.queryParameters.set(name, ...values);
  }
  applyContent(message, sent.content, answered.content);
  await applyForm(message, changed(sent.formParams, answered.formParams));
}

async function applyForm(message: RequestMessage, form: readonly NamedValues[]): Promise<void> {
  if (form.length === 0) return;
  await message.buffer();
  if (!message.isForm && !message.body.isEmpty) {
    throw new Unsettable(`request.formparam.${form[0]?.[0]}`, "the request's content is no form");
  }
  const parameters = message.formParameters;
  for (const [name, values] of form) parameters.set(name, ...values);
  message.formParameters = parameters;
}

function applyResponse(message: ResponseMessage, sent: wire.Response, answered: wire.Response): void {
  applyHeaders(message, sent.headers, answered.headers);
  applyContent(message, sent.content, answered.content);
}

/** Each item that comes back is a line of its own, also when the header came as one line. */
function applyHeaders(message: Message, sent: Lists, answered: Lists): void {
  for (const [name, { strings }] of Object.entries(answered)) {
    const before = sent[name.toLowerCase()]?.strings;
    if (strings.length < 2 && before && isSame(strings, before)) continue;
    for (const value of strings) checkedValue(name, value);
    replaceHeader(message.ownHeaders, checkedName(name), strings);
  }
}

/** Content that comes back as it was sent stays byte for byte what it was. */
function applyContent(message: Message, sent: string, answered: string): void {
  if (answered !== sent) message.setContent(answered === "" ? null : answered);
}

/** What is new, or has other values; no values where there were none are no change. */
function changed(sent: Lists, answered: Lists): NamedValues[] {
  return Object.entries(answered)
    .filter(([name, { strings }]) => !isSame(strings, sent[name]?.strings ?? []))
    .map(([name, { strings }]) => [name, strings]);
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

function applyTarget(target: Target, sent: wire.Target, answered: wire.Target): void {
  if (answered.expectedCn !== "") {
    throw new Unsettable(
      "target.expectedcn",
      "Workers compare a certificate with the URL's host, and nothing else",
    );
  }
  if (answered.copyPathSuffix !== sent.copyPathSuffix) target.copyPathSuffix = answered.copyPathSuffix;
  if (answered.copyQueryParams !== sent.copyQueryParams) target.copyQueryParams = answered.copyQueryParams;
  if (answered.url !== "" && answered.url !== sent.url) target.url = answered.url;
}
