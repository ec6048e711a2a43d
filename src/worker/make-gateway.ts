import { waitUntil } from "cloudflare:workers";
import { deployedSpecifications } from "../documents/deployed-specifications.ts";
import { EnvironmentAnalytics } from "../egress/analytics/analytics.ts";
import { Audit } from "../egress/audit/audit.ts";
import { Egress } from "../egress/egress.ts";
import { compileEgressPolicy } from "../egress/egress-policy.ts";
import { internet } from "../egress/internet.ts";
import { PublishedKeySets } from "../egress/key-sets.ts";
import { readTargetServers } from "../egress/target-server.ts";
import type { EnvironmentDocument } from "../environment/document.ts";
import { Environment, WHY_NOTHING } from "../environment/environment.ts";
import { type ReadRevision, Snapshot } from "../environment/snapshot.ts";
import { DevRequests, type DevSettings } from "../exchange/dev-requests.ts";
import { Gateway } from "../exchange/gateway.ts";
import { callProxy } from "../exchange/local-call.ts";
import type { FlowContext } from "../flow/context.ts";
import type { EnvironmentCapabilities } from "../policies/capabilities.ts";
import { Scripts } from "../scripts/scripts.ts";
import { Late } from "../text/late.ts";
import { readConnections } from "./connections.ts";
import type { ServedProxies, Services } from "./services.ts";
import type { WorkerEnv } from "./worker-env.ts";

/** What serves one environment. */
export interface Served extends ServedProxies {
  readonly services: Late<Services>;
}

/** Puts the gateway together from a Worker's bindings; what few proxies need is loaded by the first that does. */
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
  const stores = new Late(async () => (await import("./stores.ts")).makeStores(env, log));
  const googleTokens = new Late(async () => {
    const { makeGoogleTokens } = await import("./google-tokens.ts");
    return makeGoogleTokens(env, connections, log, audit);
  });
  const services = new Late(async () => {
    const { makeServices } = await import("./services.ts");
    // What is begun there belongs to whichever invocation of the Worker is running.
    return makeServices(env, { environment, gateway, dev }, { waitUntil }, doors);
  });
  const scripts = new Scripts();
  const keySets = new PublishedKeySets();
  // What scripts print is for who develops them: a Worker that is deployed does not log it.
  const print = (policy: string, flow: FlowContext, text: string) => {
    if (!env.REFRESH_TOKEN) return;
    const { proxy } = flow.identity;
    console.log(JSON.stringify({ level: "info", event: "script.printed", proxy, policy, text }));
  };
  const capabilities = (snapshot: Snapshot, readRevision: ReadRevision): EnvironmentCapabilities => {
    const { document } = snapshot;
    const { allow, advice } = document.egress;
    const list = `environments/${document.environment}/egress.json`;
    const policy = compileEgressPolicy({ allow, advice: advice === "dev" ? "dev" : { list } });
    const sources = once(() => services.get().flowSources(document));
    const functions = once(() => services.get().flowFunctions(snapshot));
    const keyValueMaps = once(() => stores.get().keyValueMaps(document));
    const directory = once(() => stores.get().directory(document, readRevision));
    return {
      egress: new Egress({ ...doors, policy }),
      targetServers: readTargetServers(document.targetServers),
      get sources() {
        return sources();
      },
      proxies: { call: (...call) => callProxy(snapshot, ...call) },
      get functions() {
        return functions();
      },
      get keyValueMaps() {
        return keyValueMaps();
      },
      keySets,
      get caches() {
        return stores.get().caches;
      },
      get counters() {
        return stores.get().counters;
      },
      get directory() {
        return directory();
      },
      get issuedTokens() {
        return stores.get().issuedTokens;
      },
      scripts,
      printer: { print },
      specifications: deployedSpecifications,
      analytics: new EnvironmentAnalytics(document.analytics, document.environment, records),
    };
  };
  const makeSnapshot = (document: EnvironmentDocument, readRevision: ReadRevision) =>
    new Snapshot(document, {
      readRevision,
      functions: () => services.get().deployedFunctions(document, readRevision),
      webhooks: () => services.get().deployedWebhooks(document),
      googleIdentity: (account) => googleTokens.get().identity(account),
      capabilities: (snapshot) => capabilities(snapshot, readRevision),
    });
  const dev = devRequests(env);
  const environment = new Environment(
    env.ENVIRONMENT,
    env.CONFIG,
    makeSnapshot,
    (document) => audit.follow(document.audit, document.environment),
    dev === null ? WHY_NOTHING.deployed : WHY_NOTHING.dev,
  );
  const memories = {
    clear() {
      services.ifLoaded?.secrets.clear();
      stores.ifLoaded?.storedMaps.clear();
    },
  };
  const gateway = new Gateway(environment, [memories], dev);
  return { environment, gateway, dev, services };
}

function devRequests({ DEV, REFRESH_TOKEN }: WorkerEnv): DevRequests | null {
  if (DEV === undefined) return null;
  const settings: DevSettings = JSON.parse(DEV);
  return new DevRequests(settings, REFRESH_TOKEN, (line) => console.log(JSON.stringify(line)));
}

/** Makes something when it is asked for, and keeps it. */
function once<Made extends object>(make: () => Made): () => Made {
  let made: Made | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
