import type { Caller } from "../credentials/caller.ts";
import { maskOf } from "../credentials/mask.ts";
import { type Shown, shownWithout } from "../credentials/shown.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import { AuthorizationRequired, CredentialsError } from "../credentials/user-credentials.ts";
import { unlimited } from "../egress/call.ts";
import type { Clock } from "../egress/deadline.ts";
import { bodyFailure } from "../egress/egress.ts";
import { EgressError } from "../egress/error.ts";
import type { SourceContext } from "../egress/named-source.ts";
import type { FunctionErrorName } from "../functions/error.ts";
import type { DomainSource } from "../sources/domain-sources.ts";
import { AnswerError, answerText, answerValue, errorBody, errorText, outputsOf } from "./answer.ts";
import type { CompiledCall, CompiledWebhook } from "./compiled.ts";
import { type Answered, LONGEST_SEEN } from "./history.ts";
import { type BuiltRequest, buildRequest } from "./request.ts";
import { ValueNotUsable } from "./template.ts";

/** How often a call is made at most, when its answers have a status that is worth another try. */
const MOST_ATTEMPTS = 3;

/** Before the second attempt; twice as long before each further one. Milliseconds. */
const FIRST_PAUSE_MS = 200;

/** A failure in the middle of an execution, by its documented name. */
export class Failure extends Error {
  readonly errorName: FunctionErrorName;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The message without what a system has answered. */
  readonly unquoted: string;

  constructor(
    errorName: FunctionErrorName,
    message: string,
    parameters = {},
    { unquoted = message, cause }: { unquoted?: string; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.errorName = errorName;
    this.parameters = parameters;
    this.unquoted = unquoted;
  }
}

/** An error of the gateway's own, of which the client learns nothing. */
export function isUnexpected(error: unknown): error is Error {
  const expected = [Failure, AnswerError, ValueNotUsable, CredentialsError, EgressError];
  return error instanceof Error && !expected.some((kind) => error instanceof kind);
}

/** One execution of a webhook: its calls, one after the other. */
export class Execution {
  readonly #webhook: CompiledWebhook;
  readonly #domains: ReadonlyMap<string, DomainSource>;
  readonly #caller: Caller;
  readonly #context: TokenContext;
  readonly #clock: Pick<Clock, "after">;
  readonly #limitMs: number;
  readonly #deadline: number;
  readonly #ending = new AbortController();
  readonly #secrets = new Set<string>();
  /** The answers that came, in their order. */
  readonly answered: Answered[] = [];
  /** The call that may have left, and has no answer. */
  unanswered: CompiledCall | null = null;

  constructor(
    webhook: CompiledWebhook,
    domains: ReadonlyMap<string, DomainSource>,
    caller: Caller,
    context: TokenContext,
    clock: Pick<Clock, "after">,
    limitMs: number,
  ) {
    this.#webhook = webhook;
    this.#domains = domains;
    this.#caller = caller;
    this.#context = context;
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#deadline = context.now() + limitMs;
  }

  async run(inputs: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const scope = new Map<string, unknown>([["input", inputs]]);
    for (const call of this.#webhook.calls) {
      scope.set("secret", await this.#secretsOf(call));
      const request = await buildRequest(call, scope);
      const response = await this.#answer(call, request);
      if (call.isAnswerUsed) scope.set(call.name, await this.#value(response));
      else await response.body?.cancel();
    }
    const outputs = outputsOf(this.#webhook.outputs, scope);
    // A system that repeats what it was sent must not give away what the gateway has added.
    return this.#secrets.size === 0 ? outputs : withoutSecrets(outputs, this.#secrets);
  }

  /** Ends the call that is under way. */
  end(): void {
    this.#ending.abort();
  }

  /** Whether a call may have left. */
  get #hasBegun(): boolean {
    return this.unanswered !== null || this.answered.length > 0;
  }

  masked(text: string): string {
    return maskOf(this.#secrets)(text);
  }

  /** Text without the secrets and tokens that it has used. */
  get shown(): Shown {
    return shownWithout([...this.#secrets]);
  }

  /** What went wrong, by the names that Foundry documents. */
  failure(error: unknown): Failure {
    if (error instanceof Failure) return error;
    const { name } = this.#webhook;
    const failed = (errorName: FunctionErrorName, message: string) => new Failure(errorName, message);
    const notSent = this.#hasBegun ? "ServerError" : "WebhookExecutionFailedToStart";
    if (error instanceof AnswerError) return failed("ParsingResponseFailed", error.message);
    if (error instanceof ValueNotUsable) {
      return failed(this.#hasBegun ? "ParsingResponseFailed" : notSent, error.message);
    }
    if (error instanceof AuthorizationRequired) {
      return new Failure("AuthorizationRequired", error.message, { authorizeUrl: error.authorizePath });
    }
    if (error instanceof CredentialsError) return failed(notSent, error.message);
    if (!(error instanceof EgressError)) return failed("ServerError", "The webhook cannot be executed.");
    const { kind, message } = error;
    switch (kind) {
      case "timeout":
        return failed(
          "WebhookExecutionTimedOut",
          `The webhook ${name} took longer than ${this.#limitMs} ms.`,
        );
      case "refused":
      case "invalid":
        return failed(notSent, message);
      case "closed":
        return failed("RemoteApiReturnedError", message);
      default:
        return failed("UnknownError", `${message} Whether the call has arrived is not known.`);
    }
  }

  async #answer(call: CompiledCall, request: BuiltRequest): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#send(call, request);
      if (response.ok) return response;
      if (attempt === MOST_ATTEMPTS || !this.#webhook.retryableStatuses.has(response.status)) {
        const body = await read(errorBody(response));
        this.#note(body);
        const { status } = response;
        const unquoted = errorText(status, null);
        throw new Failure("RemoteRestApiReturnedError", errorText(status, body), {}, { unquoted });
      }
      await response.body?.cancel();
      await new Promise<void>((resolve) => {
        this.#clock.after(FIRST_PAUSE_MS * 2 ** (attempt - 1), resolve);
      });
    }
  }

  #domainOf({ name }: CompiledCall): DomainSource {
    const domain = this.#domains.get(name);
    if (!domain) throw new Error(`the call ${name} goes nowhere`);
    return domain;
  }

  /** The secrets that a call carries, by name. Rejects with CredentialsError. */
  async #secretsOf(call: CompiledCall): Promise<Readonly<Record<string, string>>> {
    if (call.secrets.size === 0) return {};
    const domain = this.#domainOf(call);
    const known = await domain.secrets(this.#context).catch((cause) => {
      throw new CredentialsError("The secrets of the source cannot be read at the moment.", { cause });
    });
    const secrets = [...call.secrets.keys()].map((name) => {
      const value = domain.secretNames.includes(name) && Object.hasOwn(known, name) ? known[name] : undefined;
      if (!value) throw new CredentialsError(`Secret with name ${name} not found on the Source.`);
      this.#secrets.add(value);
      return [name, value] as const;
    });
    return Object.fromEntries(secrets);
  }

  async #value(response: Response): Promise<unknown> {
    const text = await read(answerText(response));
    this.#note(text);
    return answerValue(text, response.headers.get("content-type"));
  }

  /** Notes what the latest answer says. */
  #note(text: string): void {
    const latest = this.answered.at(-1);
    if (latest && this.#webhook.history.responses) latest.text = text.slice(0, LONGEST_SEEN);
  }

  async #send(sent: CompiledCall, { target, headers, body }: BuiltRequest): Promise<Response> {
    // Time that ran out in a pause.
    if (this.#ending.signal.aborted) throw new EgressError("timeout", "No time is left.");
    const { name } = this.#webhook;
    const source = this.#domainOf(sent);
    const { apiName, origin } = source;
    const call = {
      url: origin + target,
      method: sent.method,
      headers,
      body,
      timeoutMs: Math.max(0, this.#deadline - this.#context.now()),
      signal: this.#ending.signal,
      by: { kind: "webhook", name, proxy: null, source: apiName, user: userOf(this.#caller) },
    } as const;
    const context: SourceContext = {
      now: () => this.#context.now(),
      within: (ms, work) => this.#context.within(ms, work),
      waitUntil: (work) => this.#context.waitUntil(work),
      received: this.#caller,
      conceal: (secret) => this.#secrets.add(secret),
    };
    this.unanswered = sent;
    const response = await source.send(call, context, unlimited).catch((error) => {
      // Others may have left before they failed.
      if (isUnsent(error)) this.unanswered = null;
      throw error;
    });
    this.unanswered = null;
    this.answered.push({ call: sent, status: response.status, text: null });
    return response;
  }
}

/** Whatever ends a body that is being read is a failure of the call. */
function read<T>(work: Promise<T>): Promise<T> {
  return work.catch((error) => {
    throw error instanceof AnswerError ? error : bodyFailure(error);
  });
}

function isUnsent(error: unknown): boolean {
  return error instanceof CredentialsError || (error instanceof EgressError && isRefusal(error));
}

function isRefusal({ kind }: EgressError): boolean {
  return kind === "refused" || kind === "invalid";
}

function userOf(caller: Caller): string | null {
  return caller.kind === "anonymous" ? null : caller.id;
}

/**
 * Values of JSON without secrets, also in the place of a number that one is; the names in them are those that a webhook
 * declares.
 */
function withoutSecrets<T>(value: T, secrets: ReadonlySet<string>): T {
  const mask = maskOf(secrets);
  const without = (each: unknown): unknown => {
    if (typeof each === "string") return mask(each);
    if (typeof each === "number") return secrets.has(String(each)) ? mask(String(each)) : each;
    if (Array.isArray(each)) return each.map(without);
    if (typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, inside]) => [name, without(inside)]));
  };
  return without(value) as T;
}
