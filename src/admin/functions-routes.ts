import type { Caller } from "../credentials/caller.ts";
import { CallerError } from "../credentials/caller-error.ts";
import type { Lifetime } from "../flow/context.ts";
import { FunctionError } from "../functions/error.ts";
import type { Functions } from "../gateway/functions.ts";

/** The largest body of a request to execute a function. Bytes. */
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

/** What the routes need of the gateway. */
export interface FunctionsRoutesServices {
  readonly functions: Functions;
  /** Rejects with {@link CallerError} when the caller may not execute functions. */
  identify(request: Request): Promise<Caller>;
}

const EXECUTE = /^\/_sortie\/functions\/([^/]+)\/execute$/;

/**
 * `POST /_sortie/functions/NAME/execute`; null for any other path. Foundry: "Execute Query". Answered without a
 * router, which would cost as much as a fifth of a call.
 */
export function executeRoute(
  request: Request,
  { pathname }: URL,
  services: () => FunctionsRoutesServices,
  lifetime: Lifetime,
): Promise<Response> | null {
  const [, name] = EXECUTE.exec(pathname) ?? [];
  return name === undefined || request.method !== "POST"
    ? null
    : execute(name, request, services(), lifetime);
}

async function execute(
  name: string,
  request: Request,
  { functions, identify }: FunctionsRoutesServices,
  lifetime: Lifetime,
): Promise<Response> {
  try {
    const caller = await identify(request);
    const parameters = await readParameters(request);
    const { text } = await functions.execute({ name, parameters, caller }, lifetime);
    return new Response(text, { headers: answerHeaders });
  } catch (error) {
    if (error instanceof FunctionError) return errorAnswer(error, request.url);
    if (error instanceof CallerError) {
      const { code, message } = error;
      return errorAnswer(new FunctionError(code, message, { reason: message }), request.url);
    }
    throw error;
  }
}

const answerHeaders = { "content-type": "application/json" };

function errorAnswer(error: FunctionError, url: string): Response {
  const { authorizeUrl } = error.parameters;
  const parameters =
    typeof authorizeUrl === "string"
      ? { ...error.parameters, authorizeUrl: new URL(authorizeUrl, url).href }
      : error.parameters;
  return Response.json({ ...error.toJSON(), parameters }, { status: error.status });
}

async function readParameters(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const invalid = (reason: string) => new FunctionError("InvalidRequestBody", reason, { reason });
  const [contentType = ""] = (request.headers.get("content-type") ?? "").split(";", 1);
  if (contentType.trim().toLowerCase() !== "application/json") {
    throw invalid("The body has to be JSON, with the content type application/json.");
  }
  const bytes = await readBody(request);
  let body: unknown;
  try {
    body = JSON.parse(utf8.decode(bytes));
  } catch {
    throw invalid("The body is not JSON.");
  }
  const parameters = isObject(body) ? (body.parameters ?? {}) : null;
  if (!isObject(parameters)) throw invalid('The body has to be {"parameters": {…}}.');
  return parameters;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** Reads no more than the limit. */
async function readBody(request: Request): Promise<Uint8Array> {
  const tooLarge = () =>
    new FunctionError("RequestBodyTooLarge", `The body is larger than ${BODY_LIMIT_BYTES} bytes.`, {
      limit: BODY_LIMIT_BYTES,
    });
  const announced = request.headers.get("content-length");
  if (Number(announced ?? 0) > BODY_LIMIT_BYTES) throw tooLarge();
  // HTTP holds the body to what was announced.
  if (announced !== null) return request.bytes();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > BODY_LIMIT_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
