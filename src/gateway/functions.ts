import type { Caller } from "../credentials/caller.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import { Deadlines } from "../egress/deadline.ts";
import type { Environment } from "../environment/environment.ts";
import type { Lifetime } from "../flow/context.ts";
import type { DeployedFunctions, FunctionPlan } from "../functions/deployed.ts";
import { FunctionError } from "../functions/error.ts";
import type { OutboundProps } from "../functions/isolate.ts";
import type { LiveCall } from "../functions/live-call.ts";
import type { LogLevel, SessionFailure, SessionToken } from "../functions/protocol.ts";
import type { FunctionCall, FunctionResult, FunctionRunner, SessionProps } from "../functions/runner.ts";
import { connectSocket } from "../functions/socket-call.ts";
import {
  callEnded,
  callThroughSource,
  callWithoutCredentials,
  endedMessage,
  sessionToken,
} from "../functions/source-call.ts";

/** The functions of the environment that an isolate of the gateway serves. */
export class Functions {
  readonly #environment: Environment;
  readonly #runner: FunctionRunner;

  constructor(environment: Environment, runner: FunctionRunner) {
    this.#environment = environment;
    this.#runner = runner;
  }

  /** Calls a function for a client. Rejects with {@link FunctionError}. */
  async execute(call: FunctionCall, context: TokenContext): Promise<FunctionResult> {
    const functions = await this.#current(context);
    if (!functions) throw new FunctionError("NothingDeployed", "Nothing is deployed yet.", {});
    return this.#runner.run(functions, call, context);
  }

  /** Calls a function of a deployed state for a flow. Rejects with {@link FunctionError}. */
  run(functions: DeployedFunctions, call: FunctionCall, context: TokenContext): Promise<FunctionResult> {
    return this.#runner.run(functions, call, context);
  }

  /** A request of a function through one of its sources. */
  async throughSource(props: SessionProps, request: Request, lifetime: Lifetime): Promise<Response> {
    const found = this.#call(props, lifetime);
    const call = found instanceof Promise ? await found : found;
    return call ? callThroughSource(call, request, this.#runner.services.credentials) : callEnded();
  }

  /** The calling user's token for a source. */
  async credentials(
    props: SessionProps,
    source: string,
    lifetime: Lifetime,
  ): Promise<SessionToken | SessionFailure | null> {
    const call = await this.#call(props, lifetime);
    if (!call) return { name: "Error", message: endedMessage };
    return sessionToken(call, source, this.#runner.services.credentials);
  }

  /** A line of a function's console. */
  async log(props: SessionProps, level: LogLevel, text: string, lifetime: Lifetime): Promise<void> {
    (await this.#call(props, lifetime))?.write(level, text);
  }

  /** A request that an isolate sends past its sources' clients. */
  async withoutCredentials(props: OutboundProps, request: Request, lifetime: Lifetime): Promise<Response> {
    const plan = await this.#plan(props, lifetime);
    if (!plan)
      return new Response(`The function ${props.function} is not deployed any more.`, { status: 407 });
    return callWithoutCredentials(
      plan,
      request,
      this.#runner.userOf(props.function),
      await this.#runner.bound(plan, contextOf(lifetime)),
    );
  }

  /** A socket that an isolate opens. */
  async socket(props: OutboundProps, socket: Socket, lifetime: Lifetime): Promise<void> {
    const plan = await this.#plan(props, lifetime);
    if (!plan) throw new Error(`The function ${props.function} is not deployed any more.`);
    await connectSocket(plan, socket, this.#runner.userOf(props.function), this.#runner.services.outlets);
  }

  /** The function that an isolate runs, as it is deployed now; undefined when it is not any more. */
  async #plan(props: OutboundProps, lifetime: Lifetime): Promise<FunctionPlan | undefined> {
    const plan = (await this.#current(contextOf(lifetime)))?.find(props.function);
    return plan?.problem === null ? plan : undefined;
  }

  /** The call that a session belongs to; null when it has ended. */
  #call(props: SessionProps, lifetime: Lifetime): LiveCall | null | Promise<LiveCall | null> {
    const running = this.#runner.running(props);
    if (running) return running;
    const context = contextOf(lifetime);
    return this.#runner.adopted(props, () => this.#current(context), context);
  }

  async #current(context: TokenContext): Promise<DeployedFunctions | null> {
    return (await this.#environment.current(context.now(), context))?.functions ?? null;
  }
}

/** Time and lifetime of one invocation of the Worker: promises and timers of one cannot serve another. */
export function contextOf(lifetime: Lifetime, deadlines = new Deadlines()): TokenContext {
  return {
    now: () => Date.now(),
    within: (ms, work) => deadlines.within(ms, work),
    waitUntil: (work) => lifetime.waitUntil(work),
  };
}

export const anonymous: Caller = { kind: "anonymous" };
