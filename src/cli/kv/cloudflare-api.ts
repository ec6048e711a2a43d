import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { CommandFailure } from "../command-failure.ts";

/** How Cloudflare knows who is calling: headers. */
export type Credentials = Readonly<Record<string, string>>;

/** Attempts of a call that Cloudflare was too busy for, or failed at. */
const MAX_ATTEMPTS = 5;

/** The longest pause between two attempts that is taken from the answer, in milliseconds. */
const MAX_PAUSE_MS = 30_000;

/** How long one attempt may take, in milliseconds. */
const CALL_TIMEOUT_MS = 120_000;

/** Codes of Cloudflare's errors: for a namespace that does not exist, and for a token or key of no known form. */
const NO_NAMESPACE = 10_013;
const MALFORMED_CREDENTIALS = 6003;

const reason = { code: v.optional(v.number()), message: v.string() };

const envelope = v.object({
  success: v.boolean(),
  errors: v.optional(
    v.array(v.object({ ...reason, error_chain: v.optional(v.array(v.object(reason)), []) })),
    [],
  ),
  result: v.unknown(),
  result_info: v.nullish(v.object({ cursor: v.nullish(v.string()) })),
});

interface Reason {
  readonly code?: number | undefined;
  readonly message: string;
}

/** An answer that has come in whole. */
interface Answer extends Pick<Response, "ok" | "status" | "headers"> {
  readonly body: Uint8Array;
}

/** Cloudflare's REST API. Its methods reject with {@link CommandFailure}. */
export class CloudflareApi {
  readonly #base: string;
  readonly #credentials: Credentials;
  readonly #pause: (ms: number) => Promise<unknown>;

  /** @param base the API's address, which ends in its version */
  constructor(base: string, credentials: Credentials, pause: (ms: number) => Promise<unknown> = delay) {
    this.#base = base;
    this.#credentials = credentials;
    this.#pause = pause;
  }

  /** The result of a call; `cursor` leads to the next page, and is empty after the last. */
  async call<Result>(
    method: string,
    path: string,
    schema: v.GenericSchema<unknown, Result>,
    body?: unknown,
  ): Promise<{ result: Result; cursor: string }> {
    const answer = await this.#send(method, path, body);
    const read = readEnvelope(answer);
    if (!answer.ok || !read?.success) throw refusal(answer);
    const result = v.safeParse(schema, read.result);
    if (result.success) return { result: result.output, cursor: read.result_info?.cursor ?? "" };
    throw new CommandFailure(
      `Cloudflare's answer to ${method} ${path.replace(/\?.*/, "")} is not understood.`,
    );
  }

  /** The bytes at a path; null when there is nothing. */
  async download(path: string): Promise<Uint8Array | null> {
    const answer = await this.#send("GET", path);
    if (answer.ok) return answer.body;
    const isMissing = answer.status === 404 && !reasonsOf(answer).some(({ code }) => code === NO_NAMESPACE);
    if (isMissing) return null;
    throw refusal(answer);
  }

  async #send(method: string, path: string, body?: unknown): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#attempt(method, path, body);
      const isPassing = answer.status === 429 || answer.status >= 500;
      if (!isPassing || attempt === MAX_ATTEMPTS) return answer;
      await this.#pause(pauseAfter(answer, attempt));
    }
  }

  async #attempt(method: string, path: string, body: unknown): Promise<Answer> {
    try {
      const response = await fetch(this.#base + path, {
        method,
        headers: { ...this.#credentials, ...(body !== undefined && { "content-type": "application/json" }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      const { ok, status, headers } = response;
      return { ok, status, headers, body: new Uint8Array(await response.arrayBuffer()) };
    } catch (error) {
      const { cause, message } = error as Error & { cause?: Error };
      const reason = cause?.message ?? message;
      throw new CommandFailure(`Cloudflare cannot be reached at ${this.#base}: ${reason}`, { cause: error });
    }
  }
}

/** Seconds that the server asks for, or twice as long each time. */
function pauseAfter({ headers }: Answer, attempt: number): number {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, MAX_PAUSE_MS) : 500 * 2 ** attempt;
}

function readEnvelope({ body }: Answer): v.InferOutput<typeof envelope> | null {
  try {
    const read = v.safeParse(envelope, JSON.parse(new TextDecoder().decode(body)));
    return read.success ? read.output : null;
  } catch {
    return null;
  }
}

/** Why Cloudflare refused, and what led to it. */
function reasonsOf(answer: Answer): readonly Reason[] {
  return readEnvelope(answer)?.errors.flatMap(({ error_chain, ...error }) => [error, ...error_chain]) ?? [];
}

function refusal(answer: Answer): CommandFailure {
  const reasons = reasonsOf(answer);
  const words = reasons.map(({ code, message }) => (code === undefined ? message : `${message} (${code})`));
  const reason = words.length > 0 ? `: ${words.join("; ")}` : "";
  return new CommandFailure(
    `Cloudflare answered ${answer.status}${reason}.${adviceFor(answer.status, reasons)}`,
  );
}

function adviceFor(status: number, reasons: readonly Reason[]): string {
  if (status === 401 || status === 403 || reasons.some(({ code }) => code === MALFORMED_CREDENTIALS)) {
    return " Log in with: npx wrangler login, or give CLOUDFLARE_API_TOKEN a token that may edit Workers KV.";
  }
  if (status === 404)
    return " See that account and id of the KV namespace in the Wrangler configuration are right.";
  return status === 429 || status >= 500 ? " Try again later." : "";
}
