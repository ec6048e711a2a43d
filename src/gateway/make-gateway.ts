import { exports, waitUntil } from "cloudflare:workers";
import { SecretStore } from "../credentials/secrets/store.ts";
import type { UserCredentials } from "../credentials/user-credentials.ts";
import { Egress } from "../egress/egress.ts";
import { internet } from "../egress/internet.ts";
import { compileEgressPolicy } from "../egress/policy.ts";
import { Environment } from "../environment/environment.ts";
import { Snapshot } from "../environment/snapshot.ts";
import { DeployedFunctions } from "../functions/deployed.ts";
import { FunctionRunner } from "../functions/runner.ts";
import type { WorkerEnv } from "../worker-env.ts";
import { bindingOf, readConnections } from "./connections.ts";
import { Consents } from "./consents.ts";
import { CurrentCallers } from "./current-callers.ts";
import { Functions } from "./functions.ts";
import { Gateway } from "./gateway.ts";
import { makeGoogleTokens } from "./google-tokens.ts";
import { callProxy } from "./local-call.ts";

/** What serves one environment. */
export interface Served {
  readonly gateway: Gateway;
  readonly functions: Functions;
  readonly callers: CurrentCallers;
  readonly consents: Consents;
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
  // What is begun here belongs to whichever invocation of the Worker is running.
  const lifetime = { waitUntil };
  const consents = new Consents(environment, env, lifetime, log);
  return {
    gateway: new Gateway(environment),
    functions: new Functions(environment, makeRunner(env, consents.tokens, log)),
    callers: new CurrentCallers(environment, lifetime, connections, log),
    consents,
  };
}

function makeRunner(
  env: WorkerEnv,
  credentials: UserCredentials,
  log: (line: Record<string, unknown>) => void,
): FunctionRunner {
  return new FunctionRunner({
    loader: env.LOADER,
    stubs: {
      session: (props) => exports.FunctionSession({ props }),
      outbound: (props) => exports.FunctionEgress({ props }),
    },
    secrets: new SecretStore({ kv: env.CONFIG, privateKey: env.SECRETS_KEY, log }),
    credentials,
    log,
  });
}
