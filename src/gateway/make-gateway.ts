import { waitUntil } from "cloudflare:workers";
import { SecretStore } from "../credentials/secrets/store.ts";
import { Audit } from "../egress/audit.ts";
import { type Connection, Egress } from "../egress/egress.ts";
import { internet } from "../egress/internet.ts";
import { compileEgressPolicy } from "../egress/policy.ts";
import { Environment } from "../environment/environment.ts";
import { Snapshot } from "../environment/snapshot.ts";
import type { WorkerEnv } from "../worker-env.ts";
import { Gateway } from "./gateway.ts";
import { makeGoogleTokens } from "./google-tokens.ts";
import { callProxy } from "./local-call.ts";

/** Puts the gateway together from a Worker's bindings. */
export function makeGateway(env: WorkerEnv): Gateway {
  const connections = readConnections(env);
  const log = (line: Record<string, unknown>) => console.error(JSON.stringify(line));
  const audit = new Audit({
    bindings: { ...env },
    print: (line) => console.log(JSON.stringify(line)),
    log,
    waitUntil,
    now: Date.now,
    uuid: () => crypto.randomUUID(),
  });
  const doors = { internet, connections, log, audit };
  const googleTokens = makeGoogleTokens(env, connections, log, audit);
  const secrets = new SecretStore({ kv: env.CONFIG, privateKey: env.SECRETS_KEY, log });
  const environment = new Environment(env.ENVIRONMENT, env.CONFIG, (document, readRevision) => {
    audit.follow(document.audit, document.environment);
    const { allow, advice } = document.egress;
    const list = `environments/${document.environment}/egress.json`;
    const policy = compileEgressPolicy({ allow, advice: advice === "dev" ? "dev" : { list } });
    return new Snapshot(document, {
      readRevision,
      callProxy,
      egress: new Egress({ ...doors, policy }),
      googleIdentity: (account) => googleTokens.identity(account),
      sourceCalls: { ...doors, secrets, bindings: { ...env }, users: null },
    });
  });
  return new Gateway(environment, secrets);
}

/** The bindings that serve certain hosts, by `host:port`. */
function readConnections(env: WorkerEnv): ReadonlyMap<string, Connection> {
  const bindings: Record<string, unknown> = { ...env };
  const names: Record<string, string> = JSON.parse(env.CONNECTIONS ?? "{}");
  return new Map(
    Object.entries(names).map(([host, name]) => {
      const binding = bindings[name];
      if (!isConnection(binding)) throw new Error(`CONNECTIONS names ${name}, which is no service binding`);
      return [host, binding];
    }),
  );
}

function isConnection(binding: unknown): binding is Connection {
  return typeof binding === "object" && binding !== null && "fetch" in binding;
}
