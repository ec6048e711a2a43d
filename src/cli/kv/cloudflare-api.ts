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

const envelope = v.object({
  success: v.boolean(),
  errors: v.optional(v.array(v.object({ code: v.optional(v.number()), message: v.string() })), []),
  result: v.unknown(),
  result_info: v.nullish(v.object({ cursor: v.nullish(v.string()) })),
});

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
    const response = await this.#send(method, path, body);
    const answer = v.safeParse(envelope, await response.json().catch(() => null));
    if (!response.ok || !answer.success || !answer.output.success) {
      throw refusal(response.status, answer.success ? answer.output.errors : []);
    }
    const result = v.safeParse(schema, answer.output.result);
    if (result.success) return { result: result.output, cursor: answer.output.result_info?.cursor ?? "" };
    throw new CommandFailure(
      `Cloudflare's answer to ${method} ${path.replace(/\?.*/, "")} is not understood.`,
    );
  }

  /** The bytes at a path; null when there is nothing. */
  async download(path: string): Promise<Uint8Array | null> {
    const response = await this.#send("GET", path);
    if (response.status === 404) return null;
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    const answer = v.safeParse(envelope, await response.json().catch(() => null));
    throw refusal(response.status, answer.success ? answer.output.errors : []);
  }

  async #send(method: string, path: string, body?: unknown): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#attempt(method, path, body);
      const isPassing = response.status === 429 || response.status >= 500;
      if (!isPassing || attempt === MAX_ATTEMPTS) return response;
      await response.body?.cancel();
      await this.#pause(pauseAfter(response, attempt));
    }
  }

  async #attempt(method: string, path: string, body: unknown): Promise<Response> {
    try {
      return await fetch(this.#base + path, {
        method,
        headers: { ...this.#credentials, ...(body !== undefined && { "content-type": "application/json" }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
    } catch (error) {
      const { cause, message } = error as Error & { cause?: Error };
      throw new CommandFailure(
        `Cloudflare cannot be reached at ${this.#base}: ${cause?.message ?? message}`,
        {
          cause: error,
        },
      );
    }
  }
}

/** Seconds that the server asks for, or twice as long each time. */
function pauseAfter(response: Response, attempt: number): number {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, MAX_PAUSE_MS) : 500 * 2 ** attempt;
}

function refusal(status: number, errors: readonly { code?: number | undefined; message: string }[]) {
  const reasons = errors.map(({ code, message }) => (code === undefined ? message : `${message} (${code})`));
  const reason = reasons.length > 0 ? `: ${reasons.join("; ")}` : "";
  return new CommandFailure(`Cloudflare answered ${status}${reason}.${adviceFor(status)}`);
}

function adviceFor(status: number): string {
  if (status === 401 || status === 403) {
    return " Log in with: npx wrangler login, or give CLOUDFLARE_API_TOKEN a token that may edit Workers KV.";
  }
  if (status === 404)
    return " See that account and id of the KV namespace in the Wrangler configuration are right.";
  return status === 429 || status >= 500 ? " Try again later." : "";
}
