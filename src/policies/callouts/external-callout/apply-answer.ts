import type { FlowContext, Target } from "../../../flow/context.ts";
import { headerValues, replaceHeader } from "../../../flow/headers.ts";
import type { Message, RequestMessage, ResponseMessage } from "../../../flow/message.ts";
import { checkedName, checkedValue } from "../../../flow/message-properties.ts";
import { Unsettable } from "../../../flow/unsettable.ts";
import type { Variable } from "../../../flow/variable.ts";
import { applyVariables } from "./apply-variables.ts";
import type { SentContext } from "./message-context.ts";
import type { Answer, AnsweredMessage, AnsweredTarget, Lists } from "./read-answer.ts";
import type { SentMessage } from "./write-messages.ts";

type NamedValues = readonly [name: string, values: readonly string[]];

/**
 * Applies what a server changed: the flow's own message, the target, flow variables. Immutable fields are not
 * looked at, and what came back as it was sent stays as it was. Rejects with Unsettable for what cannot be.
 */
export async function applyAnswer(
  flow: FlowContext,
  { message: sent, variables }: SentContext,
  answer: Answer,
  variable: (name: string) => Variable,
): Promise<void> {
  if (sent.kind === "request") {
    if (answer.request) {
      const form = applyRequest(flow.request, sent, answer.request);
      if (form.size > 0) await applyForm(flow.request, form);
    }
  } else {
    const message = flow[sent.kind];
    const answered = sent.kind === "error" ? answer.errorResponse : answer.response;
    if (message && answered) applyResponse(message, sent, answered);
  }
  if (answer.target && flow.target) applyTarget(flow, flow.target, answer.target, variable);
  applyVariables(flow, variables, answer.variables, variable);
}

/** All but the form parameters: returns those that are left to apply. */
function applyRequest(message: RequestMessage, sent: SentMessage, answered: AnsweredMessage): Lists {
  applyHeaders(message, sent, answered);
  applyQuery(message, answered.queryParams);
  const form = changedForm(message, sent, answered.formParams);
  applyContent(message, sent, answered);
  return form;
}

function applyQuery(message: RequestMessage, answered: Lists): void {
  if (answered.size === 0) return;
  const { queryParameters } = message;
  const changes = changed(answered, queryParameters.lists);
  if (changes.size > 0) queryParameters.setLists(changes);
}

function changedForm(message: RequestMessage, { sent }: SentMessage, answered: Lists): Lists {
  if (answered.size === 0) return answered;
  return changed(answered, sent.content ? message.formParameters.lists : new Map());
}

async function applyForm(message: RequestMessage, form: Lists): Promise<void> {
  await message.buffer();
  if (!message.isForm && !message.body.isEmpty) {
    const [name] = form.keys();
    throw new Unsettable(`request.formparam.${name}`, "the request's content is no form");
  }
  const parameters = message.formParameters;
  parameters.setLists(form);
  message.formParameters = parameters;
}

function applyResponse(message: ResponseMessage, sent: SentMessage, answered: AnsweredMessage): void {
  applyHeaders(message, sent, answered);
  applyContent(message, sent, answered);
}

/** Each item that comes back is a line of its own, also when the header came as one line. */
function applyHeaders(message: Message, { sent }: SentMessage, { headers: answered }: AnsweredMessage): void {
  const { headers } = message;
  const isAsSent = ([name, values]: NamedValues) =>
    sent.headers && values.length === 1 && isSame(values, headerValues(headers, name));
  // Whatever the order: a name that comes back twice, small and capital, may be changed in one of the two.
  const changes = [...answered].filter((entry) => !isAsSent(entry));
  for (const [name, values] of changes) {
    for (const value of values) checkedValue(name, value);
    replaceHeader(message.ownHeaders, checkedName(name), values);
  }
}

/** Content that comes back as it was sent stays byte for byte what it was. */
function applyContent(message: Message, { content: sent }: SentMessage, { content }: AnsweredMessage): void {
  if (content !== sent) message.setContent(content === "" ? null : content);
}

/** What is new, or has other values; no values where there were none are no change. */
function changed(answered: Lists, before: Lists): Lists {
  return new Map([...answered].filter(([name, values]) => !isSame(values, before.get(name) ?? [])));
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

function applyTarget(
  flow: FlowContext,
  target: Target,
  answered: AnsweredTarget,
  variable: (name: string) => Variable,
): void {
  if (answered.expectedCn !== "") {
    throw new Unsettable(
      "target.expectedcn",
      "Workers compare a certificate with the URL's host, and nothing else",
    );
  }
  target.copyPathSuffix = answered.copyPathSuffix;
  target.copyQueryParams = answered.copyQueryParams;
  const url = variable("target.url");
  if (answered.url !== "" && answered.url !== url.get(flow)) url.set(flow, answered.url);
}
