import { type LogLevel, type SessionFailure, SOURCE_HEADER } from "../../protocol.ts";
import { callInProgress, currentCall } from "../../runtime/call.ts";
import { orFailure, SessionError } from "../../runtime/network-failures.ts";
import { PrintedLines } from "./printed-lines.ts";

/** How long the body of an answer may be. Bytes: the interpreter has one copy of it, and the code another one. */
const MOST_BODY_BYTES = 16 * 1024 * 1024;

export const printed = new PrintedLines();

/** An answer, or why there is none. `headers`: JSON of pairs. */
type Sent =
  | { readonly status: number; readonly reason: string; readonly headers: string; readonly body: Uint8Array }
  | { readonly kind: "timeout" | "connection" | "refused"; readonly name: string; readonly message: string };

/**
 * What the Python module `_sortie` asks. Each call of the function has its own session: whose it is, is known by what
 * the code runs in, and nothing that Python says or keeps can change it. Python's None is undefined.
 */
export const bridge = {
  async send(
    source: string | undefined,
    method: string,
    url: string,
    headers: string,
    body: Uint8Array<ArrayBuffer> | undefined,
    seconds: number | undefined,
  ): Promise<Sent> {
    const { session } = currentCall();
    const signal = seconds === undefined ? null : AbortSignal.timeout(Math.max(0, seconds * 1000));
    try {
      const sent = new Headers(JSON.parse(headers));
      sent.delete(SOURCE_HEADER);
      if (source !== undefined) sent.set(SOURCE_HEADER, source);
      const init = {
        method,
        headers: sent,
        body: body ?? null,
        redirect: "manual",
        ...(signal && { signal }),
      } as const;
      const response = orFailure(await session.fetch(url, init));
      return {
        status: response.status,
        reason: response.statusText,
        headers: JSON.stringify([...response.headers]),
        body: await bytesOf(response),
      };
    } catch (error) {
      if (signal?.aborted)
        return { kind: "timeout", name: "Error", message: `No answer within ${seconds} s.` };
      return failureOf(error);
    }
  },

  /** JSON of the sources that the function declares. */
  sources: (): string => JSON.stringify(currentCall().sources),

  /** JSON of a token, of null, or of a failure. */
  credentials: async (source: string): Promise<string> =>
    JSON.stringify(await currentCall().session.credentials(source)),

  /** JSON of what came of a webhook. */
  webhook: async (source: string, name: string, input: string): Promise<string> =>
    JSON.stringify(await currentCall().session.webhook(source, name, input)),

  /** JSON of an answer. */
  ontology: async (method: string, path: string, body?: string): Promise<string> =>
    JSON.stringify(await currentCall().session.ontology(method, path, body ?? null)),

  /** Takes what the code prints, whole lines or not. */
  write(level: LogLevel, text: string): void {
    const call = callInProgress();
    if (call) printed.write(call.log, level, text);
  },

  /** Takes a line that the code writes; what it writes while no call runs is dropped. */
  log(level: LogLevel, text: string): void {
    callInProgress()?.log.write(level, () => text);
  },
};

async function bytesOf(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > MOST_BODY_BYTES) {
      throw new RangeError(
        `The answer is longer than ${MOST_BODY_BYTES} bytes, the most that a function reads.`,
      );
    }
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function failureOf(error: unknown): Sent & SessionFailure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof SessionError) return { kind: "refused", name, message };
  return { kind: error instanceof RangeError ? "refused" : "connection", name, message };
}
