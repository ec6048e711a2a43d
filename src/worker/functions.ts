import type { Caller } from "../credentials/caller.ts";
import type { TokenContext } from "../credentials/token-request.ts";
import { Deadlines } from "../egress/deadline.ts";
import type { Environment } from "../environment/environment.ts";
import type { Snapshot } from "../environment/snapshot.ts";
import type { Lifetime } from "../flow/context.ts";
import type { DeployedFunctions } from "../functions/deployed.ts";
import { FunctionError } from "../functions/error.ts";
import type { OutboundProps } from "../functions/isolate.ts";
import type { LiveCall } from "../functions/live-call.ts";
import type {
  LogBatch,
  OntologyAnswer,
  SessionFailure,
  SessionToken,
  WebhookAnswer,
} from "../functions/protocol.ts";
import type { PublishedSignature } from "../functions/published-function.ts";
import { signatureFor } from "../functions/query-type.ts";
import type { FunctionCall, FunctionResult, FunctionRunner, SessionProps } from "../functions/runner.ts";
import { connectSocket } from "../functions/socket-call.ts";
import {
  callEnded,
  callThroughSource,
  callWithoutCredentials,
  endedMessage,
  sessionToken,
} from "../functions/source-call.ts";
import { mayKnow } from "../ontology/principals.ts";
import { askOntology, type OntologyQuestion, ontologyAfterCall } from "./function-ontology.ts";
import { executeForFunction, type WantedWebhook } from "./function-webhooks.ts";
import { nothingServed } from "./nothing-served.ts";
import type { Ontologies } from "./ontologies.ts";
import type { Webhooks } from "./webhooks.ts";

/** The functions of the environment that an isolate of the gateway serves. */
export class Functions {
  readonly #environment: Environment;
  readonly #runner: FunctionRunner;
  readonly #webhooks: Webhooks;
  readonly #ontologies: Ontologies;

  constructor(environment: Environment, runner: FunctionRunner, webhooks: Webhooks, ontologies: Ontologies) {
    this.#environment = environment;
    this.#runner = runner;
    this.#webhooks = webhooks;
    this.#ontologies = ontologies;
  }

  /** Calls a function, or a webhook that is published as one. Rejects with {@link FunctionError}. */
  async execute(call: FunctionCall, context: TokenContext): Promise<FunctionResult> {
    const deployed = this.#deployed(context);
    return this.run(deployed instanceof Promise ? await deployed : deployed, call, context);
  }

  /** What can be called, webhooks among it. Rejects with {@link FunctionError} (NothingDeployed). */
  async published(context: TokenContext): Promise<readonly PublishedSignature[]> {
    return [...(await this.#deployed(context)).all, ...(await this.#webhooks.published(context))];
  }

  /** The same without the object types that a caller must not know of. */
  async shownTo(caller: Caller, context: TokenContext): Promise<readonly PublishedSignature[]> {
    const all = await this.published(context);
    const { ontology = null } = (await this.#environment.current(context.now(), context)) ?? {};
    const knows = (objectType: string) => mayKnow(ontology?.objectTypes.get(objectType), caller);
    return all.flatMap((signature) => signatureFor(signature, knows) ?? []);
  }

  /** Calls as {@link execute} does, for a flow, with the functions of a deployed state. */
  async run(
    functions: DeployedFunctions,
    call: FunctionCall,
    context: TokenContext,
  ): Promise<FunctionResult> {
    const called = functions.find(call.name) ? null : await this.#webhooks.call(call, context);
    return called ?? this.#runner.run(functions, call, context);
  }

  /** A request of a function, through one of its sources where it names one. */
  async throughSource(props: SessionProps, request: Request, lifetime: Lifetime): Promise<Response> {
    const found = this.#call(props, lifetime);
    const call = found instanceof Promise ? await found : found;
    if (!call) return callEnded();
    // One that another isolate has begun ends here by itself, when its time is over.
    const ended = found instanceof Promise ? call.ended : endOf(call.ended, lifetime);
    return callThroughSource(call, request, this.#runner.services.credentials, ended);
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

  /** A webhook of one of its sources, for the calling user. */
  async webhook(props: SessionProps, wanted: WantedWebhook, lifetime: Lifetime): Promise<WebhookAnswer> {
    const found = this.#call(props, lifetime);
    const call = found instanceof Promise ? await found : found;
    if (!call) return { error: { name: "WebhookExecutionFailedToStart", message: endedMessage } };
    const ended = found instanceof Promise ? call.ended : endOf(call.ended, lifetime);
    return executeForFunction(this.#webhooks, call, wanted, ended, contextOf(lifetime));
  }

  /** What the ontology's API answers to the calling user. */
  async ontology(
    props: SessionProps,
    question: OntologyQuestion,
    lifetime: Lifetime,
  ): Promise<OntologyAnswer> {
    const found = this.#call(props, lifetime);
    const call = found instanceof Promise ? await found : found;
    if (!call) return ontologyAfterCall();
    const ended = found instanceof Promise ? call.ended : endOf(call.ended, lifetime);
    const services = { functions: this, ontologies: this.#ontologies };
    return askOntology(services, call, question, ended, contextOf(lifetime));
  }

  /** Lines of a function's console. */
  async log(props: SessionProps, batch: LogBatch, lifetime: Lifetime): Promise<void> {
    (await this.#call(props, lifetime))?.write(batch);
  }

  /**
   * A request that an isolate sends past its sessions, as WebSockets do, and hostile code can. While no call runs in
   * the isolate, nothing leaves it.
   */
  async withoutCredentials(
    { isolate }: OutboundProps,
    request: Request,
    lifetime: Lifetime,
  ): Promise<Response> {
    const calls = this.#runner.callsIn(isolate);
    if (calls.length === 0) return callEnded();
    return callWithoutCredentials(calls, request, endOf(allEnded(calls), lifetime));
  }

  /** A socket that an isolate opens. */
  async socket({ isolate }: OutboundProps, socket: Socket, lifetime: Lifetime): Promise<void> {
    const calls = this.#runner.callsIn(isolate);
    if (calls.length === 0) throw new Error(endedMessage);
    await connectSocket(calls, socket, this.#runner.services.outlets, endOf(allEnded(calls), lifetime));
  }

  /** The call that a session belongs to; null when it has ended. */
  #call(props: SessionProps, lifetime: Lifetime): LiveCall | null | Promise<LiveCall | null> {
    const running = this.#runner.running(props);
    if (running) return running;
    const context = contextOf(lifetime);
    const current = async () => (await this.#environment.current(context.now(), context))?.functions ?? null;
    return this.#runner.adopted(props, current, context);
  }

  /** Throws or rejects with {@link FunctionError} (NothingDeployed). */
  #deployed(context: TokenContext): DeployedFunctions | Promise<DeployedFunctions> {
    const snapshot = this.#environment.current(context.now(), context);
    const functionsOf = (found: Snapshot | null): DeployedFunctions => {
      if (found) return found.functions;
      throw nothingServed(this.#environment);
    };
    return snapshot instanceof Promise ? snapshot.then(functionsOf) : functionsOf(snapshot);
  }
}

function allEnded(calls: readonly LiveCall[]): Promise<unknown> {
  return Promise.all(calls.map((call) => call.ended));
}

/**
 * The end of a call as a promise of this invocation. What a function sends is an invocation of its own, which the end of
 * the call ends: so it has to be there then. The platform warns of promises that others settle for an invocation that is
 * over, and each such promise of another one costs as much as a small request: here it is one for each call.
 */
function endOf(ended: Promise<unknown>, lifetime: Lifetime): Promise<unknown> {
  const own = ended.then(() => {});
  lifetime.waitUntil(own);
  return own;
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
