import { exports } from "cloudflare:workers";
import { SecretStore } from "../credentials/secrets/store.ts";
import { CredentialsError } from "../credentials/user-credentials.ts";
import { type Connection, Egress } from "../egress/egress.ts";
import { internet } from "../egress/internet.ts";
import { compileEgressPolicy } from "../egress/policy.ts";
import { Environment } from "../environment/environment.ts";
import { Snapshot } from "../environment/snapshot.ts";
import { DeployedFunctions } from "../functions/deployed.ts";
import { FunctionRunner } from "../functions/runner.ts";
import type { WorkerEnv } from "../worker-env.ts";
import { Functions } from "./functions.ts";
import { Gateway } from "./gateway.ts";
import { makeGoogleTokens } from "./google-tokens.ts";
import { callProxy } from "./local-call.ts";

/** What serves one environment. */
export interface Served {
  readonly gateway: Gateway;
  readonly functions: Functions;
}

/** Puts the gateway together from a Worker's bindings. */
export function makeGateway(env: WorkerEnv): Served {
  const connections = readConnections(env);
  const log = (line: Record<string, unknown>) => console.error(JSON.stringify(line));
  const googleTokens = makeGoogleTokens(env, connections, log);
  const outlets = { internet, connections, log, binding: (name: string) => bindingOf(env, name) };
  const environment = new Environment(env.ENVIRONMENT, env.CONFIG, (document, readRevision) => {
    const { allow, advice } = document.egress;
    const list = `environments/${document.environment}/egress.json`;
    const policy = compileEgressPolicy({ allow, advice: advice === "dev" ? "dev" : { list } });
    return new Snapshot(document, {
      readRevision,
      callProxy,
      egress: new Egress({
        policy,
        internet,
        connections,
        log,
      }),
      googleIdentity: (account) => googleTokens.identity(account),
      functions: new DeployedFunctions(document, readRevision, outlets),
    });
  });
  return {
    gateway: new Gateway(environment),
    functions: new Functions(environment, makeRunner(env, log)),
  };
}

function makeRunner(env: WorkerEnv, log: (line: Record<string, unknown>) => void): FunctionRunner {
  return new FunctionRunner({
    loader: env.LOADER,
    stubs: {
      session: (props) => exports.FunctionSession({ props }),
      outbound: (props) => exports.FunctionEgress({ props }),
    },
    secrets: new SecretStore({ kv: env.CONFIG, privateKey: env.SECRETS_KEY, log }),
    credentials: {
      get: () =>
        Promise.reject(new CredentialsError("Resolved source credentials are not present on the Source.")),
    },
    log,
  });
}

function bindingOf(env: WorkerEnv, name: string): Connection | undefined {
  const binding: unknown = { ...env }[name];
  return isConnection(binding) ? binding : undefined;
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
