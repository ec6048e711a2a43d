import type { TimeLimit } from "../egress/call.ts";
import { EgressError } from "../egress/error.ts";
import { FunctionError } from "../functions/error.ts";
import { invalidBody, jsonIn, parametersIn } from "../functions/parameters-in.ts";
import { decodeUtf8 } from "../text/utf8.ts";

/** The largest body of a request to execute a function. Bytes. */
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

/** How long a client may take to send it. Milliseconds. */
const READ_TIMEOUT_MS = 55_000;

/**
 * The parameters in the body of a request to execute a function. Rejects with {@link FunctionError}:
 * InvalidRequestBody, RequestBodyTooLarge, RequestBodyTimedOut.
 */
export async function readParameters(
  request: Request,
  limit: TimeLimit,
): Promise<Readonly<Record<string, unknown>>> {
  return parametersIn(await readText(request, limit));
}

/** The body of a request, which must be JSON. Rejects as {@link readParameters} does. */
export async function readJson(request: Request, limit: TimeLimit): Promise<unknown> {
  return jsonIn(await readText(request, limit));
}

async function readText(request: Request, limit: TimeLimit): Promise<string> {
  const { headers } = request;
  const [contentType = ""] = (headers.get("content-type") ?? "").split(";", 1);
  if (contentType.trim().toLowerCase() !== "application/json") {
    throw invalidBody("The body has to be JSON, with the content type application/json.");
  }
  const announced = headers.get("content-length");
  if (Number(announced ?? 0) > BODY_LIMIT_BYTES) throw tooLarge();
  // HTTP holds the body to what was announced.
  const reading = announced === null ? readLimited(request) : request.bytes();
  try {
    // Other bytes make an empty text, which is no JSON.
    return decodeUtf8(await limit.within(READ_TIMEOUT_MS, reading)) ?? "";
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    const reason = `The body did not arrive within ${READ_TIMEOUT_MS} ms.`;
    throw new FunctionError("RequestBodyTimedOut", reason, { limit: READ_TIMEOUT_MS }, { cause: error });
  }
}

function tooLarge(): FunctionError {
  return new FunctionError("RequestBodyTooLarge", `The body is larger than ${BODY_LIMIT_BYTES} bytes.`, {
    limit: BODY_LIMIT_BYTES,
  });
}

/** Reads no more than the limit. */
async function readLimited(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > BODY_LIMIT_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
