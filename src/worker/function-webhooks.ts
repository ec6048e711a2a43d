import type { TokenContext } from "../credentials/token-request.ts";
import { AuthorizationRequired } from "../credentials/user-credentials.ts";
import { FunctionError } from "../functions/error.ts";
import type { LiveCall } from "../functions/live-call.ts";
import type { WebhookAnswer } from "../functions/protocol.ts";
import type { Webhooks } from "./webhooks.ts";

/** The longest input of a webhook that a function may send, as JSON. Characters. */
const LONGEST_INPUT = 10 * 1024 * 1024;

/** A webhook as code asks for it: nothing of it is taken for what it should be. */
export interface WantedWebhook {
  /** As the function declares it. */
  readonly source: string;
  readonly name: string;
  /** JSON of its inputs. */
  readonly input: string;
}

/** The names of errors that Foundry documents for functions; whatever else goes wrong, nothing was sent. */
const documented: ReadonlySet<string> = new Set([
  "WebhookExecutionFailedToStart",
  "WebhookExecutionTimedOut",
  "RemoteRestApiReturnedError",
  "RemoteApiReturnedError",
  "ParsingResponseFailed",
  "ServerError",
  "UnknownError",
]);

/**
 * Executes a webhook for a call of a function: one of a source that the function declares, and for a query only one
 * that reads. Foundry: "Webhooks in functions".
 * @param ended settles when the call has ended, and the webhook with it
 */
export async function executeForFunction(
  webhooks: Webhooks,
  call: LiveCall,
  { source, name, input }: WantedWebhook,
  ended: Promise<unknown>,
  context: TokenContext,
): Promise<WebhookAnswer> {
  try {
    if (![source, name].every((each) => typeof each === "string")) return notStarted("A webhook has a name.");
    const { sources } = call.plan;
    const apiName = sources.get(source)?.source.apiName;
    const plan = await webhooks.find(name, context);
    if (!plan?.domains || plan.source !== apiName) {
      return notStarted(`The source ${apiName ?? source} has no webhook ${name}.`);
    }
    const inputs = inputsIn(input);
    if (!inputs) return notStarted("The input of a webhook has to be an object of at most 10 MB of JSON.");
    const { caller, deadline, isQuery, depth } = call;
    const execution = {
      name,
      input: inputs,
      caller,
      within: { ended, deadline, isQuery, depth: depth + 1 },
    };
    const { value } = await webhooks.execute(execution, context);
    return { output: value };
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    if (error.cause instanceof AuthorizationRequired) call.authorization = error.cause;
    const { errorName, message } = error;
    return documented.has(errorName) ? { error: { name: errorName, message } } : notStarted(message);
  }
}

function notStarted(message: string): WebhookAnswer {
  return { error: { name: "WebhookExecutionFailedToStart", message } };
}

function inputsIn(text: unknown): Record<string, unknown> | null {
  if (typeof text !== "string" || text.length > LONGEST_INPUT) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
