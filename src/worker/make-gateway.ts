import { exports, waitUntil } from "cloudflare:workers";
import type { Caller } from "../credentials/caller.ts";
import { CallerError } from "../credentials/caller-error.ts";
import { SecretStore } from "../credentials/secrets/store.ts";
import { deployedSpecifications } from "../documents/deployed-specifications.ts";
import { EnvironmentAnalytics } from "../egress/analytics/analytics.ts";
import { Audit } from "../egress/audit/audit.ts";
import { systemClock } from "../egress/deadline.ts";
import { Egress } from "../egress/egress.ts";
import { compileEgressPolicy } from "../egress/egress-policy.ts";
import { internet } from "../egress/internet.ts";
import { PublishedKeySets } from "../egress/key-sets.ts";
import { readTargetServers } from "../egress/target-server.ts";
import type { EnvironmentDocument } from "../environment/document.ts";
import { Environment } from "../environment/environment.ts";
import { type ReadRevision, Snapshot } from "../environment/snapshot.ts";
import { requestOf } from "../exchange/client-exchange.ts";
import { devCaller } from "../exchange/dev-caller.ts";
import { DevRequests, type DevSettings } from "../exchange/dev-requests.ts";
import { Gateway } from "../exchange/gateway.ts";
import { callProxy } from "../exchange/local-call.ts";
import type { FlowContext } from "../flow/context.ts";
import { DeployedFunctions } from "../functions/deployed.ts";
import { FunctionRunner } from "../functions/runner.ts";
import { Scripts } from "../scripts/scripts.ts";
import { EnvironmentCounters } from "../stores/counters/environment-counters.ts";
import { EnvironmentMaps, entriesOfMaps } from "../stores/environment-maps.ts";
import { SealedCache } from "../stores/shared-cache.ts";
import { StoredMaps } from "../stores/stored-maps.ts";
import { TwoLevelCache } from "../stores/two-level-cache.ts";
import { WebhookRunner } from "../webhooks/runner.ts";
import { bindingOf, readConnections } from "./connections.ts";
import { Consents } from "./consents.ts";
import { CurrentCallers } from "./current-callers.ts";
import { flowFunctions } from "./flow-functions.ts";
import { deployedWebhooks, flowSources } from "./flow-sources.ts";
import { anonymous, Functions } from "./functions.ts";
import { makeGoogleTokens } from "./google-tokens.ts";
import { type LoadFailure, loadFailures } from "./load-failures.ts";
import { Ontologies } from "./ontologies.ts";
import { readObjects } from "./read-objects.ts";
import { sharedCounter } from "./traffic-counter.ts";
import { executionLedger } from "./webhook-executions.ts";
import { Webhooks } from "./webhooks.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** What serves one environment. */
export interface Served {
  readonly environment: Environment;
  readonly gateway: Gateway;
  readonly functions: Functions;
  readonly webhooks: Webhooks;
  readonly ontologies: Ontologies;
  readonly consents: Consents;
  /** What of a generation in KV cannot be loaded here, all of it; nothing takes over. */
  loadFailures(generation: number): Promise<readonly LoadFailure[]>;
  /** Who a request is from. Rejects with `CallerError`. */
  identify(request: Request): Promise<Caller>;
  /** Null when the gateway is deployed. */
  readonly dev: DevRequests | null;
}

/** Puts the gateway together from a Worker's bindings. */
export function makeGateway(env: WorkerEnv): Served {
  const connections = readConnections(env);
  const log = (line: Record<string, unknown>) => console.error(JSON.stringify(line));
  const records = {
    bindings: { ...env },
    print: (line: Record<string, unknown>) => console.log(JSON.stringify(line)),
    log,
  };
  const audit = new Audit({
    ...records,
    waitUntil,
    now: Date.now,
    uuid: () => crypto.randomUUID(),
  });
  const doors = { internet, connections, log, audit };
  const googleTokens = makeGoogleTokens(env, connections, log, audit);
  const secrets = new SecretStore({ kv: env.CONFIG, privateKey: env.SECRETS_KEY, log });
  const storedMaps = new StoredMaps({
    kv: env.CONFIG,
    privateKey: env.SECRETS_KEY,
    log,
    after: (ms, then) => systemClock.after(ms, then),
  });
  const caches = new TwoLevelCache(sharedCache(env, log), log);
  // Beside the snapshots: a deployment does not begin to count anew.
  const counters = new EnvironmentCounters(env.ENVIRONMENT, {
    shared: sharedCounter(env),
    log,
    after: (ms, then) => systemClock.after(ms, then),
  });
  const outlets = { ...doors, binding: (name: string) => bindingOf(env, name) };
  const scripts = new Scripts();
  const keySets = new PublishedKeySets();
  // What scripts print is for who develops them: a Worker that is deployed does not log it.
  const print = (policy: string, flow: FlowContext, text: string) => {
    if (!env.REFRESH_TOKEN) return;
    const { proxy } = flow.identity;
    console.log(JSON.stringify({ level: "info", event: "script.printed", proxy, policy, text }));
  };
  const makeSnapshot = (document: EnvironmentDocument, readRevision: ReadRevision) => {
    const { allow, advice } = document.egress;
    const list = `environments/${document.environment}/egress.json`;
    const policy = compileEgressPolicy({ allow, advice: advice === "dev" ? "dev" : { list } });
    const users = { identify, credentials: consents.tokens };
    const sourceCalls = { ...doors, secrets, bindings: { ...env }, users };
    return new Snapshot(document, {
      readRevision,
      functions: new DeployedFunctions(document, readRevision, outlets),
      webhooks: deployedWebhooks(document, sourceCalls),
      googleIdentity: (account) => googleTokens.identity(account),
      capabilities: (snapshot) => ({
        egress: new Egress({ ...doors, policy }),
        targetServers: readTargetServers(document.targetServers),
        sources: flowSources(document, sourceCalls),
        proxies: { call: (...call) => callProxy(snapshot, ...call) },
        functions: flowFunctions(snapshot, functions, callerOf),
        keyValueMaps: new EnvironmentMaps(
          document,
          [...document.initialEntries, ...entriesOfMaps(document.keyValueMaps)],
          storedMaps,
          document.stores.keyValueMaps.private,
        ),
        keySets,
        caches,
        counters,
        scripts,
        printer: { print },
        specifications: deployedSpecifications,
        analytics: new EnvironmentAnalytics(document.analytics, document.environment, records),
      }),
    });
  };
  const environment = new Environment(env.ENVIRONMENT, env.CONFIG, makeSnapshot, (document) =>
    audit.follow(document.audit, document.environment),
  );
  // What is begun here belongs to whichever invocation of the Worker is running.
  const lifetime = { waitUntil };
  const consents = new Consents(environment, env, lifetime, log);
  const callers = new CurrentCallers(environment, lifetime, doors);
  const identify = async (request: Request) =>
    (await devCaller(request, env.REFRESH_TOKEN, () => consents.identity())) ?? callers.identify(request);
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
  const dev = devRequests(env);
  return {
    environment,
    gateway: new Gateway(environment, [secrets, storedMaps], dev),
    dev,
    functions,
    webhooks,
    ontologies,
    consents,
    identify,
    loadFailures: (generation) => loadFailures(environment, runner, generation),
  };
}

function devRequests({ DEV, REFRESH_TOKEN }: WorkerEnv): DevRequests | null {
  if (DEV === undefined) return null;
  const settings: DevSettings = JSON.parse(DEV);
  return new DevRequests(settings, REFRESH_TOKEN, (line) => console.log(JSON.stringify(line)));
}

function nobody(error: unknown): Caller {
  if (error instanceof CallerError) return anonymous;
  throw error;
}

/** Without a key to seal them with, entries of caches stay in the isolate. */
function sharedCache(
  { SEALING_KEY, ENVIRONMENT }: WorkerEnv,
  log: (line: Record<string, unknown>) => void,
): SealedCache | null {
  if (SEALING_KEY === undefined) return null;
  try {
    return new SealedCache(() => caches.open("sortie"), SEALING_KEY, ENVIRONMENT);
  } catch (error) {
    log({
      level: "error",
      event: "cache.secret",
      reason: error instanceof Error ? error.message : String(error),
    });
    return null;
  }
}
