import type { Caller } from "../credentials/caller.ts";
import { CallerError } from "../credentials/caller-error.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import type { DevRequests } from "../exchange/dev-requests.ts";
import { OWN_HEADERS, RETRY_AFTER_S } from "../exchange/refusal.ts";
import type { Lifetime } from "../flow/context.ts";
import { Fault } from "../flow/fault.ts";
import { FunctionError } from "../functions/error.ts";
import { ApiError } from "../text/api-error.ts";
import { contextOf, type Functions } from "../worker/functions.ts";
import type { Webhooks } from "../worker/webhooks.ts";
import { readParameters } from "./read-parameters.ts";

/** What the routes need of the gateway. */
export interface FunctionsRoutesServices {
  readonly functions: Functions;
  readonly webhooks: Webhooks;
  /** Rejects with {@link CallerError} when the caller may not execute functions. */
  identify(request: Request): Promise<Caller>;
  /** On a developer's machine: is told why a call failed. */
  readonly dev: Pick<DevRequests, "factsOf"> | null;
}

const EXECUTE = /^\/_sortie\/(functions|webhooks)\/([^/]+)\/execute$/;

/**
 * `POST /_sortie/functions/NAME/execute` and `POST /_sortie/webhooks/NAME/execute`; null for any other path. Foundry: "Execute Query". Answered without a
 * router, which would cost as much as a fifth of a call.
 */
export function executeRoute(
  request: Request,
  { pathname }: Pick<URL, "pathname">,
  services: FunctionsRoutesServices,
  lifetime: Lifetime,
): Promise<Response> | null {
  const [, kind, name] = EXECUTE.exec(pathname) ?? [];
  if (name === undefined || request.method !== "POST") return null;
  const { functions, webhooks } = services;
  const run: Run = (parameters, caller, context) =>
    kind === "functions"
      ? functions.execute({ name, parameters, caller, isLast: true }, context)
      : webhooks.execute({ name, input: parameters, caller }, context);
  return execute(run, request, services, lifetime);
}

/** Calls what the path names. */
type Run = (
  parameters: Readonly<Record<string, unknown>>,
  caller: Caller,
  context: TokenContext,
) => Promise<{ readonly value: unknown; readonly isEdits?: boolean }>;

function execute(
  run: Run,
  request: Request,
  services: FunctionsRoutesServices,
  lifetime: Lifetime,
): Promise<Response> {
  return answerTo(request, services, lifetime, async (caller, context) => {
    const { value, isEdits } = await run(await readParameters(request, context), caller, context);
    // Only an action applies edits.
    return isEdits ? { value, applied: false } : { value };
  });
}

/** Answers a known caller in JSON, which a text is already, and whatever goes wrong in Foundry's shape of errors. */
export async function answerTo(
  request: Request,
  { identify, dev }: Pick<FunctionsRoutesServices, "identify" | "dev">,
  lifetime: Lifetime,
  answer: (caller: Caller, context: TokenContext) => Promise<object | string>,
): Promise<Response> {
  const refuse = (error: ApiError<string>): Response => {
    const { errorName, message, status } = error;
    dev?.factsOf(request)?.fault(new Fault(errorName, message, { status }));
    return errorAnswer(error, request.url);
  };
  try {
    const body = await answer(await identify(request), contextOf(lifetime));
    return new Response(typeof body === "string" ? body : JSON.stringify(body), { headers: answerHeaders });
  } catch (error) {
    if (error instanceof ApiError) return refuse(error);
    if (error instanceof CallerError) {
      const { code, message } = error;
      return refuse(new FunctionError(code, message, { reason: message }));
    }
    throw error;
  }
}

const answerHeaders = { ...OWN_HEADERS, "content-type": "application/json" };

function errorAnswer(error: ApiError<string>, url: string): Response {
  const body = error.toJSON();
  const { authorizeUrl } = error.parameters;
  if (typeof authorizeUrl === "string") {
    body.parameters = { ...error.parameters, authorizeUrl: new URL(authorizeUrl, url).href };
  }
  const retry = error.errorName === "NothingDeployed" ? { "retry-after": String(RETRY_AFTER_S) } : {};
  const headers = { ...OWN_HEADERS, ...retry };
  return Response.json(body, { status: error.status, headers });
}
