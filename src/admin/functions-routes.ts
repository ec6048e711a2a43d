import { Hono } from "hono";
import type { Caller } from "../credentials/caller.ts";
import { CallerError } from "../credentials/caller-error.ts";
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

/** `POST /_sortie/functions/NAME/execute`. Foundry: "Execute Query". */
export function functionsRoutes<E extends object>(
  servicesOf: (env: E) => FunctionsRoutesServices,
): Hono<{ Bindings: E }> {
  const routes = new Hono<{ Bindings: E }>();
  routes.post("/:name/execute", async (c) => {
    const { functions, identify } = servicesOf(c.env);
    try {
      const request = c.req.raw;
      const caller = await identify(request);
      const parameters = await readParameters(request);
      const { text } = await functions.execute(
        { name: c.req.param("name"), parameters, caller },
        c.executionCtx,
      );
      return c.body(text, 200, { "content-type": "application/json" });
    } catch (error) {
      if (error instanceof FunctionError) return errorAnswer(error, c.req.url);
      if (error instanceof CallerError) {
        const { code, message } = error;
        return errorAnswer(new FunctionError(code, message, { reason: message }), c.req.url);
      }
      throw error;
    }
  });
  return routes;
}

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
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    throw invalid("The body is not JSON.");
  }
  const parameters = isObject(body) ? (body.parameters ?? {}) : null;
  if (!isObject(parameters)) throw invalid('The body has to be {"parameters": {…}}.');
  return parameters;
}

/** Reads no more than the limit, whatever the length in the headers says. */
async function readBody(request: Request): Promise<Uint8Array> {
  const tooLarge = () =>
    new FunctionError("RequestBodyTooLarge", `The body is larger than ${BODY_LIMIT_BYTES} bytes.`, {
      limit: BODY_LIMIT_BYTES,
    });
  if (Number(request.headers.get("content-length") ?? 0) > BODY_LIMIT_BYTES) throw tooLarge();
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
