import { env, exports } from "cloudflare:workers";
import { inject, vi } from "vitest";
import type { IdentitySettings } from "../../src/credentials/identity.ts";
import type { OutboundApplication } from "../../src/credentials/oauth/application.ts";
import { readPublicKey } from "../../src/credentials/secrets/keys.ts";
import { type SecretPlace, secretKey } from "../../src/credentials/secrets/place.ts";
import { sealSecret } from "../../src/credentials/secrets/seal.ts";
import { Report } from "../../src/documents/report.ts";
import { planDeployment } from "../../src/environment/deployment.ts";
import { currentKey, revisionKey } from "../../src/environment/document.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import type { PublishedFunction } from "../../src/functions/published-function.ts";
import type { OntologyDefinition } from "../../src/ontology/file-schema.ts";
import type { Source, SourceDomain } from "../../src/sources/source.ts";
import type { Webhook } from "../../src/webhooks/file-schema.ts";
import { servedBy } from "../../src/worker/gateways.ts";
import type { WorkerEnv } from "../../src/worker/worker-env.ts";
import { filesOf, type TestFiles } from "../environment/deployed.ts";
import { testModules } from "./modules.ts";

const modules = inject("functions");

/** A source with one connection to a test server, which it may call. */
export function sourceTo(
  apiName: string,
  url: string,
  more: Partial<Source> & { auth?: SourceDomain["auth"] } = {},
): Source {
  const { protocol, hostname, port } = new URL(url);
  const { auth = { type: "none" }, ...rest } = more;
  const scheme = protocol === "https:" ? "HTTPS" : "HTTP";
  return {
    apiName,
    type: "rest",
    domains: [{ scheme, host: hostname, port: port === "" ? null : Number(port), auth }],
    additionalSecrets: [],
    outboundApplication: null,
    clientCertificateBinding: null,
    bridge: null,
    egressPolicies: [{ address: hostname, ports: portsOf(url), state: "active" }],
    exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true },
    codeImportEnabled: true,
    ...rest,
  };
}

function portsOf(url: string) {
  const { port, protocol } = new URL(url);
  const number = Number(port) || (protocol === "https:" ? 443 : 80);
  return { first: number, last: number };
}

/** What a test deploys beside the functions of modules.ts, which are all there. */
export interface TestDeployment {
  readonly sources: readonly Source[];
  /** Sealed for the Worker: by API name of the source and by name. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Files of proxies, by path. */
  readonly proxies?: TestFiles;
  readonly outboundApplications?: readonly OutboundApplication[];
  readonly identity?: Partial<IdentitySettings>;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly webhooks?: readonly Webhook[];
  readonly ontology?: OntologyDefinition;
  /** Whether functions in Python are going to be called. */
  readonly python?: boolean;
  /** Changes what is deployed of a function. */
  readonly published?: Readonly<Record<string, Partial<PublishedFunction>>>;
}

/** What functions are held to when nothing else is said. */
export const limits: PublishedFunction["limits"] = {
  timeoutMs: 60_000,
  cpuMs: null,
  subRequests: null,
  resultBytes: 10 * 1024 * 1024,
  logLines: 1000,
};

/** Anybody may call. */
const anybody: IdentitySettings = {
  issuer: "https://issuer.example.com",
  audience: null,
  jwksUri: "https://issuer.example.com/jwks",
  allowAnonymous: true,
  groupsClaim: null,
  loginUrl: null,
  publicUrl: null,
};

let generation = 0;

/** Deploys to the Worker under test, which serves it when this resolves. */
export async function deploy({
  sources,
  outboundApplications = [],
  identity = {},
  secrets = {},
  aliases = {},
  published = {},
  proxies = {},
  webhooks = [],
  ontology,
  python = false,
}: TestDeployment): Promise<void> {
  const functions = testModules.map(
    ({ call, ...module }): PublishedFunction => ({
      runtime: module.language === "python" ? PYTHON : null,
      edits: [],
      ...module,
      revision: module.name,
      isQuery: false,
      mode: "serverless",
      limits,
      ...published[module.name],
    }),
  );
  for (const { name, revision } of functions) {
    await env.CONFIG.put(revisionKey(revision), modules[name] ?? "");
  }
  if (python) await putPythonRuntime();
  for (const [source, values] of Object.entries(secrets)) {
    for (const [name, value] of Object.entries(values))
      await setSecret({ environment: "local", source, name }, value);
  }
  const model = readEnvironment(filesOf(proxies), "local", new Report());
  const options = { organization: "test", now: new Date(++generation), advice: "list" } as const;
  const plan = await planDeployment(model, null, options);
  for (const [revision, zip] of plan.revisions) await env.CONFIG.put(revisionKey(revision), zip);
  const document = {
    ...plan.document,
    generation,
    sources,
    sourceAliases: aliases,
    outboundApplications,
    webhooks,
    ...(ontology && { ontology }),
    functions,
    identity: { ...anybody, ...identity },
  };
  await env.CONFIG.put(currentKey("local"), JSON.stringify(document));
  await servedBy(env).gateway.refresh();
}

const PYTHON = "python-runtime";

/** Once in a test run: it is large. */
async function putPythonRuntime(): Promise<void> {
  const { keys } = await env.CONFIG.list({ prefix: revisionKey(PYTHON) });
  if (keys.length > 0) return;
  const runtime = await fetch(`${inject("servers").a}/python-runtime`);
  await env.CONFIG.put(revisionKey(PYTHON), await runtime.arrayBuffer());
}

/** Seals a secret for the Worker under test. */
export async function setSecret(place: SecretPlace, value: string): Promise<void> {
  const { d, ...publicJwk } = JSON.parse((env as WorkerEnv).SECRETS_KEY ?? "");
  const key = await readPublicKey(JSON.stringify(publicJwk), "SECRETS_KEY");
  await env.CONFIG.put(secretKey(place), await sealSecret(place, value, key));
}

/** The headers of whoever started the gateway on their machine, as a user or as nobody. */
export function fromDeveloper(user = ""): Record<string, string> {
  const { REFRESH_TOKEN } = env as WorkerEnv;
  return { authorization: `Bearer ${REFRESH_TOKEN}`, "x-sortie-user": user };
}

/** Executes a function, or a webhook, over HTTP. */
export async function execute(
  name: string,
  parameters: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = fromDeveloper(),
  kind: "functions" | "webhooks" = "functions",
): Promise<{ status: number; body: unknown }> {
  const response = await exports.default.fetch(`http://gateway.test/_sortie/${kind}/${name}/execute`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ parameters }),
  });
  return { status: response.status, body: await response.json() };
}

/** Lets the function `probe` do something, and gives what it returned. */
export async function call(action: string, text = "", name = "probe"): Promise<string> {
  const { status, body } = await execute(name, { action, text });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return (body as { value: string }).value;
}

/** Everything that the gateway writes to its log, until mocks are restored. */
export function logLines(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  for (const method of ["log", "error"] as const) {
    vi.spyOn(console, method).mockImplementation((line) => lines.push(JSON.parse(line)));
  }
  return lines;
}
