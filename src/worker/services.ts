import { exports } from "cloudflare:workers";
import type { Caller } from "../credentials/caller.ts";
import { CallerError } from "../credentials/caller-error.ts";
import { SecretStore } from "../credentials/secrets/store.ts";
import { systemClock } from "../egress/deadline.ts";
import type { EgressOptions } from "../egress/egress.ts";
import type { EnvironmentDocument } from "../environment/document.ts";
import type { Environment } from "../environment/environment.ts";
import type { ReadRevision, Snapshot } from "../environment/snapshot.ts";
import { requestOf } from "../exchange/client-exchange.ts";
import { devCaller } from "../exchange/dev-caller.ts";
import type { DevRequests } from "../exchange/dev-requests.ts";
import type { Gateway } from "../exchange/gateway.ts";
import type { FlowContext, Lifetime } from "../flow/context.ts";
import { DeployedFunctions } from "../functions/deployed.ts";
import { FunctionRunner } from "../functions/runner.ts";
import type { FlowFunctions } from "../policies/callouts/function-callout/call.ts";
import type { FlowSources } from "../sources/flow-sources.ts";
import type { DeployedWebhooks } from "../webhooks/deployed.ts";
import { WebhookRunner } from "../webhooks/runner.ts";
import { bindingOf } from "./connections.ts";
import { Consents } from "./consents.ts";
import { CurrentCallers } from "./current-callers.ts";
import { flowFunctions } from "./flow-functions.ts";
import { deployedWebhooks, flowSources } from "./flow-sources.ts";
import { anonymous, Functions } from "./functions.ts";
import { type LoadFailure, loadFailures } from "./load-failures.ts";
import { Ontologies } from "./ontologies.ts";
import { readObjects } from "./read-objects.ts";
import { executionLedger } from "./webhook-executions.ts";
import { Webhooks } from "./webhooks.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** What serves the proxies of an environment. */
export interface ServedProxies {
  readonly environment: Environment;
  readonly gateway: Gateway;
  /** Null when the gateway is deployed. */
  readonly dev: DevRequests | null;
}

/** What serves an environment besides proxies, and what few proxies need: functions, sources, webhooks, objects, users. */
export interface Services extends ServedProxies {
  readonly functions: Functions;
  readonly webhooks: Webhooks;
  readonly ontologies: Ontologies;
  readonly consents: Consents;
  /** Opened secrets, to be forgotten when KV is to be asked again. */
  readonly secrets: SecretStore;
  /** What of a generation in KV cannot be loaded here, all of it; nothing takes over. */
  loadFailures(generation: number): Promise<readonly LoadFailure[]>;
  /** Who a request is from. Rejects with `CallerError`. */
  identify(request: Request): Promise<Caller>;
  /** What a deployed state has. */
  deployedFunctions(document: EnvironmentDocument, readRevision: ReadRevision): DeployedFunctions;
  deployedWebhooks(document: EnvironmentDocument): DeployedWebhooks;
  /** The same, for its flows. */
  flowFunctions(snapshot: Snapshot): FlowFunctions;
  flowSources(document: EnvironmentDocument): FlowSources;
}

/** Puts them together, beside a gateway. */
export function makeServices(
  env: WorkerEnv,
  { environment, gateway, dev }: ServedProxies,
  lifetime: Lifetime,
  doors: Omit<EgressOptions, "policy">,
): Services {
  const { log } = doors;
  const secrets = new SecretStore({ kv: env.CONFIG, privateKey: env.SECRETS_KEY, log });
  const outlets = { ...doors, binding: (name: string) => bindingOf(env, name) };
  const consents = new Consents(environment, env, lifetime, log);
  const callers = new CurrentCallers(environment, lifetime, doors);
  const identify = (request: Request) =>
    devCaller(request, env.REFRESH_TOKEN, () => consents.identity()) ?? callers.identify(request);
  const users = { identify, credentials: consents.tokens };
  const sourceCalls = { ...doors, secrets, bindings: { ...env }, users };
  const runner = new FunctionRunner({
    loader: env.LOADER,
    stubs: {
      session: (props) => exports.FunctionSession({ props }),
      outbound: (props) => exports.FunctionEgress({ props }),
    },
    secrets,
    credentials: consents.tokens,
    objects: (caller, context) => readObjects(ontologies, caller, context),
    outlets,
  });
  const webhookRunner = new WebhookRunner({ log, clock: systemClock, ledger: executionLedger(env) });
  const webhooks = new Webhooks(environment, webhookRunner, env.DEV !== undefined);
  const ontologies = new Ontologies(environment, env.ONTOLOGY);
  const functions = new Functions(environment, runner, webhooks, ontologies);
  // What a client's Authorization header holds is for the flow to judge; one that is nobody's token is nobody.
  const callerOf = async ({ exchange }: FlowContext): Promise<Caller> => {
    const request = requestOf(exchange.client);
    return request ? identify(request).catch(nobody) : anonymous;
  };
  return {
    environment,
    gateway,
    dev,
    functions,
    webhooks,
    ontologies,
    consents,
    secrets,
    identify,
    loadFailures: (generation) => loadFailures(environment, runner, generation),
    deployedFunctions: (document, readRevision) => new DeployedFunctions(document, readRevision, outlets),
    deployedWebhooks: (document) => deployedWebhooks(document, sourceCalls),
    flowFunctions: (snapshot) => flowFunctions(snapshot, functions, callerOf),
    flowSources: (document) => flowSources(document, sourceCalls),
  };
}

function nobody(error: unknown): Caller {
  if (error instanceof CallerError) return anonymous;
  throw error;
}
