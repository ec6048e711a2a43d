import type { Bundle } from "../bundle/model.ts";
import { namedHosts } from "../bundle/named-hosts.ts";
import { referencesOf } from "../bundle/references.ts";
import { packDirectory } from "../clients/pack-directory.ts";
import type { PublicKey } from "../credentials/secrets/keys.ts";
import { baseUrl } from "../egress/target-server.ts";
import { namesOf } from "./bundle-names.ts";
import { deployedZip } from "./deployed-zip.ts";
import { type EnvironmentDocument, parseDocument, resourcesOf } from "./document.ts";
import { initialEntries } from "./initial-entries.ts";
import type { EnvironmentModel } from "./read-environment.ts";
import { serviceAccountOf } from "./service-accounts.ts";

/** A deployment worked out: what to write, and what it changes. */
export interface DeploymentPlan {
  /** What was deployed when it was worked out; null when nothing was. */
  readonly previous: EnvironmentDocument | null;
  readonly document: EnvironmentDocument;
  /** Zips of bundles and modules of functions by revision; those that KV already has may be left out when writing. */
  readonly revisions: ReadonlyMap<string, Uint8Array>;
  readonly changes: readonly Change[];
  /** Whether it would serve just what is served already. */
  readonly isRepetition: boolean;
}

export interface Change {
  readonly kind: "added" | "changed" | "removed" | "unchanged";
  /** Such as `proxy orders-v1`, `shared flow correlation-id` or `settings`. */
  readonly what: string;
}

/**
 * Works out the next generation of an environment.
 *
 * With the advice `list`, flows may call the hosts that bundles name, the target servers, the environment's own
 * list and `allow`; with `dev` nothing but `allow`.
 * @param previous what is deployed now
 */
export async function planDeployment(
  model: EnvironmentModel,
  previous: EnvironmentDocument | null,
  options: {
    /** By default that of the previous state. */
    organization?: string | undefined;
    now: Date;
    advice: "dev" | "list";
    allow?: readonly string[];
    /** Entries of key value maps beside those of the environment's file and of policies. */
    entries?: EnvironmentDocument["initialEntries"];
    /** Seals API products and apps; without it everybody who can read the KV namespace can read them. */
    seals?: PublicKey | null;
  },
): Promise<DeploymentPlan> {
  const revised = await Promise.all(
    model.bundles.map(async (entry) => {
      const zip = deployedZip(entry.zip, scriptsIn(entry.bundle));
      return { ...entry, zip, revision: await revisionOf(zip) };
    }),
  );
  const { settings, resources } = model;
  const packed = resources.zip && deployedZip(resources.zip);
  const ownZip = packed && { zip: packed, revision: await revisionOf(packed) };
  const directory = await packDirectory(model.name, settings.clients, options.seals ?? null);
  // Parsed, so that it compares with what was read from KV.
  const document = parseDocument({
    format: 1,
    organization: options.organization ?? previous?.organization ?? "local",
    environment: model.name,
    generation: nextGeneration(previous),
    deployedAt: options.now.toISOString(),
    proxies: revised.flatMap(({ bundle, folder, revision }) =>
      bundle.kind === "apiproxy"
        ? {
            name: bundle.name,
            revision,
            endpoints: bundle.proxyEndpoints.map(({ name, basePath }) => ({ name, basePath })),
            serviceAccount: serviceAccountOf(settings, { bundle, folder }),
          }
        : [],
    ),
    sharedFlows: revised.flatMap(({ bundle, folder, revision }) =>
      bundle.kind === "sharedflow"
        ? {
            name: bundle.name,
            aliases: namesOf({ bundle, folder }).filter((name) => name !== bundle.name),
            revision,
            serviceAccount: serviceAccountOf(settings, { bundle, folder }),
          }
        : [],
    ),
    resources: ownZip?.revision ?? null,
    flowHooks: settings.flowHooks,
    targetServers: settings.targetServerEntities,
    keyValueMaps: settings.keyValueMaps,
    initialEntries: [...initialEntries(model.bundles), ...(options.entries ?? [])],
    directory: directory?.deployed ?? null,
    egress: {
      allow: [...(options.advice === "list" ? allowedHosts(model) : []), ...(options.allow ?? [])],
      advice: options.advice,
    },
    sources: model.sources,
    sourceAliases: settings.sourceAliases,
    functions: model.functions.map(({ published }) => published),
    outboundApplications: model.outboundApplications,
    webhooks: model.webhooks.map(({ webhook }) => webhook),
    ontology: model.ontology?.definition ?? null,
    identity: settings.identity,
    audit: settings.audit,
    analytics: settings.analytics,
    requests: settings.requests,
    stores: settings.stores,
  });
  return planOf(
    document,
    previous,
    new Map([
      ...[...revised, ...(ownZip ? [ownZip] : [])].map(({ revision, zip }) => [revision, zip] as const),
      ...(directory?.parts ?? []),
      ...model.functions.map(({ published, module }) => [published.revision, module] as const),
      ...model.functions.flatMap(({ published, runtime }) =>
        published.runtime !== null && runtime ? [[published.runtime, runtime] as const] : [],
      ),
    ]),
  );
}

/** Works out how a generation becomes the deployed state again. It gets a new number: a running Worker looks for those. */
export function planRollback(
  to: EnvironmentDocument,
  current: EnvironmentDocument,
  now: Date,
): DeploymentPlan {
  const document = { ...to, generation: nextGeneration(current), deployedAt: now.toISOString() };
  return planOf(document, current, new Map());
}

function nextGeneration(previous: EnvironmentDocument | null): number {
  return (previous?.generation ?? 0) + 1;
}

function planOf(
  document: EnvironmentDocument,
  previous: EnvironmentDocument | null,
  revisions: DeploymentPlan["revisions"],
): DeploymentPlan {
  const changes = changesBetween(previous, document);
  const isRepetition = previous !== null && changes.every(({ kind }) => kind === "unchanged");
  return { document, previous, revisions, changes, isRepetition };
}

/** An immutable revision is named by the SHA-256 of its zip. */
async function revisionOf(zip: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", zip as Uint8Array<ArrayBuffer>);
  return Buffer.from(digest).toString("hex");
}

/** The scripts that are written in the policies of a bundle. */
function scriptsIn(bundle: Bundle): string[] {
  return referencesOf(bundle).flatMap(({ scripts = [] }) => scripts);
}

/** Hosts named in bundles, the target servers, and the environment's own list. */
function allowedHosts({ bundles, settings }: EnvironmentModel): ReadonlySet<string> {
  return new Set([
    ...bundles.flatMap(({ bundle }) => [...namedHosts(bundle)]),
    ...[...settings.targetServers.values()].map((server) => baseUrl(server)),
    ...settings.egressAllow,
  ]);
}

/** What deploying a document changes. */
function changesBetween(before: EnvironmentDocument | null, after: EnvironmentDocument): Change[] {
  return [
    ...compare("proxy", before?.proxies.all ?? [], after.proxies.all),
    ...compare("shared flow", before?.sharedFlows ?? [], after.sharedFlows),
    ...compare("function", before?.functions ?? [], after.functions),
    ...compare("resources of", before ? resourcesOf(before) : [], resourcesOf(after)),
    ...compare("API products and apps of", before ? directoryIn(before) : [], directoryIn(after)),
    { kind: kindOf(before && settingsOf(before), settingsOf(after)), what: "settings" },
  ];
}

function directoryIn({ environment, directory }: EnvironmentDocument): Named[] {
  return directory ? [{ name: environment, ...directory }] : [];
}

/** Something with a name; the rest of it is its state. */
interface Named {
  readonly name: string;
}

function compare(noun: string, before: readonly Named[], after: readonly Named[]): Change[] {
  const old = new Map(before.map((entry) => [entry.name, JSON.stringify(entry)]));
  const kept = new Set(after.map(({ name }) => name));
  return [
    ...after.map((entry) => ({
      kind: kindOf(old.get(entry.name) ?? null, JSON.stringify(entry)),
      what: `${noun} ${entry.name}`,
    })),
    ...before
      .filter(({ name }) => !kept.has(name))
      .map(({ name }) => ({ kind: "removed" as const, what: `${noun} ${name}` })),
  ];
}

function kindOf(before: string | null, after: string): Change["kind"] {
  if (before === null) return "added";
  return before === after ? "unchanged" : "changed";
}

function settingsOf(document: EnvironmentDocument): string {
  const { generation, deployedAt, proxies, sharedFlows, functions, resources, directory, ...settings } =
    document;
  return JSON.stringify(settings);
}
