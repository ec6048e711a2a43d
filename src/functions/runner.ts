import type { Caller } from "../credentials/caller.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import type { UserCredentials } from "../credentials/user-credentials.ts";
import { readAnswer } from "./answer.ts";
import type { DeployedFunctions, FunctionPlan, Outlets } from "./deployed.ts";
import { FunctionError } from "./error.ts";
import { failureOf } from "./failure.ts";
import { isolateCode, type OutboundProps } from "./isolate.ts";
import { LiveCall } from "./live-call.ts";
import { type LoadObjects, withObjects } from "./object-parameters.ts";
import { orderedParameters } from "./parameters.ts";
import type { CallError, CallProps } from "./protocol.ts";
import { type Secrets, secretsView } from "./secret-views.ts";

/**
 * What names a session: nothing that the isolate of a function could make up. Each property costs something whenever the
 * session is used.
 */
export interface SessionProps {
  /** The call's id. */
  readonly call: string;
  /** JSON of {@link SessionFacts}. */
  readonly facts: string;
}

/** What another isolate of the gateway than that of the call has to know of it. */
interface SessionFacts {
  readonly function: string;
  readonly caller: Caller;
  /** Of the gateway, which knows whether the call still runs. */
  readonly isolate: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly isQuery: boolean;
  readonly depth: number;
}

/** How many calls of functions may be in each other. */
const MOST_DEPTH = 5;

export interface RunnerServices {
  readonly loader: Pick<WorkerLoader, "get">;
  /** Makes what the isolate of a function reaches the gateway with. */
  readonly stubs: { session(props: SessionProps): Fetcher; outbound(props: OutboundProps): Fetcher };
  readonly secrets: {
    read(
      environment: string,
      source: string,
      names: readonly string[],
      context: TokenContext,
    ): Secrets | Promise<Secrets>;
  };
  readonly credentials: UserCredentials;
  /** What reads objects for a caller. */
  objects(caller: Caller, context: TokenContext): LoadObjects;
  readonly outlets: Outlets;
}

/** A call of a function. */
export interface FunctionCall {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
  /** Milliseconds; the function's own limit when it is shorter or this is not given. */
  readonly timeoutMs?: number | undefined;
  readonly within?: CallAround | undefined;
  /** Whether its invocation does nothing after it, so that the end of that ends the function without a signal. */
  readonly isLast?: boolean;
}

/** The call of a function that another call is a part of, and ends with. */
export interface CallAround {
  readonly ended: Promise<unknown>;
  /** Epoch milliseconds. */
  readonly deadline: number;
  /** Whether it may be executed more than once: then nothing of it may change anything outside. */
  readonly isQuery: boolean;
  /** How many calls of functions it has around it, with this one. */
  readonly depth: number;
}

/** What a function returned. */
export interface FunctionResult {
  /** JSON of its type; null when it returns nothing. */
  readonly value: unknown;
  /** True when the value are edits, which are no more than asked for. */
  readonly isEdits: boolean;
}

/** Calls functions, each in an isolate of its own, and knows which calls are running. */
export class FunctionRunner {
  readonly services: RunnerServices;
  /** Tells this isolate of the gateway from others. */
  readonly #isolate = crypto.randomUUID();
  readonly #live = new Map<string, LiveCall>();

  constructor(services: RunnerServices) {
    this.services = services;
  }

  /** Rejects with {@link FunctionError}. */
  async run(
    functions: DeployedFunctions,
    call: FunctionCall,
    context: TokenContext,
  ): Promise<FunctionResult> {
    const plan = functions.find(call.name);
    if (!plan) {
      throw new FunctionError("QueryNotFound", `There is no function ${call.name}.`, { query: call.name });
    }
    if (plan.problem) throw notUsable(plan, plan.problem);
    const { depth = 0, isQuery = false } = call.within ?? {};
    if (depth > MOST_DEPTH) {
      const message = `Functions may call each other ${MOST_DEPTH} deep, and ${call.name} would be deeper.`;
      throw new FunctionError("TooManyNestedCalls", message, { query: call.name, message });
    }
    const keys = orderedParameters(plan.published, call.parameters);
    const parameters = plan.takesObjects
      ? await withObjects(plan.published.parameters, keys, this.services.objects(call.caller, context))
      : keys;
    const { timeoutMs } = plan.published.limits;
    const left = (call.within?.deadline ?? Number.POSITIVE_INFINITY) - context.now();
    const limitMs = Math.max(0, Math.min(call.timeoutMs ?? timeoutMs, timeoutMs, left));
    const secrets = this.#secrets(plan, context);
    const live = this.#begin({
      id: crypto.randomUUID(),
      plan,
      caller: call.caller,
      secrets: secrets instanceof Promise ? await secrets : secrets,
      limitMs,
      deadline: context.now() + limitMs,
      isQuery: isQuery || plan.published.isQuery,
      depth,
    });
    this.#forgetLost();
    this.#live.set(live.id, live);
    call.within?.ended.then(() => this.#end(live));
    const result = this.#execute(live, parameters, context, call.isLast ? null : new AbortController());
    // A client that leaves takes its invocation along, and must not take what ends the call.
    context.waitUntil(result.catch(() => {}));
    return result;
  }

  #end(live: LiveCall): void {
    this.#live.delete(live.id);
    live.end();
  }

  /** Calls whose invocation the platform has ended before they were. */
  #forgetLost(): void {
    const now = Date.now();
    for (const { id, deadline } of this.#live.values()) if (now > deadline) this.#live.delete(id);
  }

  /** Loads a function's module where it is going to run, and calls nothing. Rejects when it cannot be loaded. */
  async load(plan: FunctionPlan): Promise<void> {
    const refusal = await this.#isolateOf(plan).getEntrypoint().fetch("http://function/");
    const problem = loadProblem(await refusal.text());
    if (problem !== null) throw new Error(problem);
  }

  /** The call of this isolate that a session belongs to; null when it has ended, or is not of this isolate. */
  running({ call }: SessionProps): LiveCall | null {
    const found = this.#live.get(call);
    return found && !isOver(found) ? found : null;
  }

  /** The call of another isolate of the gateway that a session belongs to; null when its time is over. */
  async adopted(
    { call: id, facts }: SessionProps,
    current: () => Promise<DeployedFunctions | null>,
    context: TokenContext,
  ): Promise<LiveCall | null> {
    const { function: name, caller, isolate, deadline, isQuery, depth }: SessionFacts = JSON.parse(facts);
    if (isolate === this.#isolate) return null;
    if (context.now() > deadline) return null;
    const plan = (await current())?.find(name);
    if (!plan || plan.problem) return null;
    const secrets = await this.#secrets(plan, context);
    const limitMs = plan.published.limits.timeoutMs;
    const call = this.#begin({ id, plan, caller, secrets, limitMs, deadline, isQuery, depth });
    setTimeout(() => call.end(), deadline - context.now());
    return call;
  }

  #begin(call: ConstructorParameters<typeof LiveCall>[0]): LiveCall {
    return new LiveCall(call, this.services.outlets.log);
  }

  /** The calls that are running in an isolate, as far as this isolate of the gateway began them. */
  callsIn(isolate: string): LiveCall[] {
    return [...this.#live.values()].filter((call) => call.plan.isolate === isolate && !isOver(call));
  }

  /** @param ending ends the function when its time is over; null where the end of the invocation does */
  async #execute(
    live: LiveCall,
    parameters: readonly unknown[],
    context: TokenContext,
    ending: AbortController | null,
  ): Promise<FunctionResult> {
    const { plan, id: call, deadline } = live;
    const { published } = plan;
    const { stubs, outlets } = this.services;
    try {
      const session = stubs.session({ call, facts: JSON.stringify(this.#factsOf(live)) });
      const props: CallProps = { session, parameters, deadline, secrets: readableOf(live) };
      const answer = this.#isolateOf(plan)
        .getEntrypoint(undefined, { props })
        .fetch("http://function/", ending ? { signal: ending.signal } : undefined)
        .then((response) => readAnswer(response, published));
      const given = await context.within(live.limitMs, answer);
      live.write(given.log);
      if ("value" in given) return { value: given.value, isEdits: published.output?.type.type === "edits" };
      throw given;
    } catch (error) {
      const isOver = context.now() >= deadline;
      if (isOver) ending?.abort();
      throw failureOf(live, error, isOver, outlets.log);
    } finally {
      this.#end(live);
    }
  }

  #factsOf({ plan, caller, deadline, isQuery, depth }: LiveCall): SessionFacts {
    return { function: plan.published.name, caller, isolate: this.#isolate, deadline, isQuery, depth };
  }

  #isolateOf(plan: FunctionPlan): WorkerStub {
    const { loader, stubs } = this.services;
    return loader.get(plan.isolate, () => isolateCode(plan, stubs.outbound));
  }

  #secrets(
    plan: FunctionPlan,
    context: TokenContext,
  ): ReadonlyMap<string, Secrets> | Promise<ReadonlyMap<string, Secrets>> {
    const hasSome = [...plan.sources.values()].some(({ secretNames }) => secretNames.length > 0);
    return hasSome ? this.#readSecrets(plan, context) : noSecrets;
  }

  async #readSecrets(plan: FunctionPlan, context: TokenContext): Promise<ReadonlyMap<string, Secrets>> {
    const { environment } = plan;
    const found = new Map<string, Secrets>();
    const { secrets } = this.services;
    try {
      for (const { name, source, secretNames } of plan.sources.values()) {
        if (secretNames.length === 0) continue;
        const read = secrets.read(environment, source.apiName, secretNames, context);
        found.set(name, read instanceof Promise ? await read : read);
      }
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const error = new FunctionError(
        "FunctionUnavailable",
        reason,
        { query: plan.published.name },
        { cause },
      );
      const { errorInstanceId: call, errorName } = error;
      this.services.outlets.log({
        level: "error",
        event: "function.failed",
        function: plan.published.name,
        call,
        errorName,
        message: reason,
      });
      throw error;
    }
    return found;
  }
}

const noSecrets: ReadonlyMap<string, Secrets> = new Map();

/** What kept a Python module from being read, which is an answer as of a call. */
function loadProblem(text: string): string | null {
  if (text === "") return null;
  const { name, message, stack }: CallError = JSON.parse(text).error;
  const [, path, line] = [...(stack ?? "").matchAll(/^ {2}File "([^"]+)", line (\d+)/gm)].at(-1) ?? [];
  return `${name}: ${message}${path === undefined ? "" : ` (${path}:${line})`}`;
}

function isOver({ deadline }: LiveCall): boolean {
  return Date.now() > deadline;
}

function notUsable(
  { published }: FunctionPlan,
  { code, source, message, remedy }: NonNullable<FunctionPlan["problem"]>,
): FunctionError {
  const parameters = { query: published.name, gate: code, source, message, remedy };
  return new FunctionError("SourceNotUsable", `${message} ${remedy}`, parameters);
}

/** What the code of a call reads of secrets, by the sources that have any. */
function readableOf({ plan, secrets }: LiveCall): Record<string, Secrets> {
  if (secrets.size === 0) return {};
  return Object.fromEntries(
    [...plan.sources.values()].map((declared) => [
      declared.name,
      secretsView(declared, secrets.get(declared.name) ?? {}).readable,
    ]),
  );
}
