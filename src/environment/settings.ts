import * as v from "valibot";
import { clientFiles } from "../clients/client-files.ts";
import { type ReadClients, readClients } from "../clients/read-clients.ts";
import type { FlowHooks } from "../compile/compile-environment.ts";
import type { IdentitySettings } from "../credentials/identity.ts";
import { nearestNames } from "../documents/nearest.ts";
import type { Position, Report } from "../documents/report.ts";
import { type ReadSettings, readSettingsFile, type SettingsFile } from "../documents/settings-file.ts";
import type { AnalyticsSettings } from "../egress/analytics/settings.ts";
import { type AuditSettings, auditFile } from "../egress/audit/settings.ts";
import { EgressRuleError, readEgressRule } from "../egress/rule.ts";
import { readTargetServer, type TargetServer } from "../egress/target-server.ts";
import { disguises } from "../flow/disguised-path.ts";
import { readAnalytics } from "./analytics.ts";
import { type Deployments, readDeployments } from "./deployments.ts";
import type { RequestSettings, StoreSettings } from "./document.ts";
import { identityFileSchema, identityOf } from "./identity.ts";

/** What an environment sets for all its proxies: the files in `environments/NAME/`. Positions are in that folder. */
export interface Settings extends Deployments {
  /** Entities as written, for the deployed document. */
  readonly targetServerEntities: readonly unknown[];
  readonly targetServers: ReadonlyMap<string, TargetServer>;
  /** The files that are wrong, and names of target servers that are: both have been reported. */
  readonly wrongFiles: ReadonlySet<string>;
  readonly wrongTargetServers: ReadonlySet<string>;
  readonly flowHooks: FlowHooks;
  /** Where a hook names its shared flow. */
  hookAt(hook: keyof FlowHooks): Position;
  readonly keyValueMaps: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly egressAllow: readonly string[];
  /** Alias to the API name of a source. */
  readonly sourceAliases: Readonly<Record<string, string>>;
  readonly aliasPositions: ReadonlyMap<string, Position>;
  /** Null where nobody's tokens say who a caller is. */
  readonly identity: IdentitySettings | null;
  readonly audit: AuditSettings;
  readonly analytics: AnalyticsSettings;
  readonly requests: RequestSettings;
  readonly stores: StoreSettings;
  readonly clients: ReadClients;
}

/**
 * Reads the settings files of an environment, in the formats of Apigee's own local tools, and `egress.json`.
 * A file that is not there leaves its default. Apigee: "Configuring environments" of local development.
 *
 * @param files by name, such as `targetservers.json`
 */
export function readSettings(files: ReadonlyMap<string, Uint8Array>, report: Report): Settings {
  const wrongFiles = new Set<string>();
  const read: ReadSettings = (name, schema, fallback, allowsMore) => {
    const file = readSettingsFile(files.get(name), name, schema, fallback, report, allowsMore);
    if (file.isWrong) wrongFiles.add(name);
    return file;
  };
  const identity = read("identity.json", v.nullable(identityFileSchema), null);
  const aliases = read("aliases.json", aliasesSchema, {});
  const maps = read("keyvaluemaps.json", keyValueMapsSchema, []).value;
  reportUnknownFiles(files.keys(), report);
  return {
    ...readTargetServers(read("targetservers.json", v.array(v.unknown()), []), report),
    ...readHooks(read("flowhooks.json", flowHooksSchema, {})),
    ...readDeployments(read),
    wrongFiles,
    keyValueMaps: Object.fromEntries(
      maps.map(({ name, entry, entries }) => [
        name,
        Object.fromEntries((entry ?? entries ?? []).map(({ name: key, value }) => [key, value])),
      ]),
    ),
    egressAllow: readEgress(read("egress.json", egressSchema, { allow: [] }), report),
    sourceAliases: aliases.value,
    aliasPositions: new Map(Object.keys(aliases.value).map((alias) => [alias, aliases.at([alias])])),
    identity: identityOf(identity.value, identity.at(["issuer"]), report),
    audit: read("audit.json", auditFile, { destination: "log" }).value,
    analytics: readAnalytics(read, report),
    requests: read("requests.json", requestsSchema, { allowInPaths: [] }).value,
    stores: read("stores.json", storesSchema, { keyValueMaps: { private: false } }).value,
    clients: readClients(read, report),
  };
}

/** What apigeecli calls the file with apps. */
const EXPORTED_APPS = "apps.json";
const [, , , APP_FILE] = clientFiles;

function reportUnknownFiles(names: Iterable<string>, report: Report): void {
  for (const name of names) {
    if (knownFiles.has(name) || name.startsWith("resources/")) continue;
    const at = { file: name, line: 1, column: 1 };
    const near = name === EXPORTED_APPS ? [APP_FILE] : nearestNames(name, knownFiles);
    const remedy =
      near.length > 0
        ? `Did you mean ${near.join(" or ")}? Otherwise remove it.`
        : `Remove it. Known here: ${[...knownFiles].join(", ")}.`;
    report.warning("UnknownFile", at, "The file has no effect.", remedy);
  }
}

const knownFiles = new Set<string>([
  "targetservers.json",
  "flowhooks.json",
  "keyvaluemaps.json",
  "deployments.json",
  "egress.json",
  "aliases.json",
  "debugmask.json",
  "identity.json",
  "audit.json",
  "analytics.json",
  "requests.json",
  "stores.json",
  ...clientFiles,
  // Public; it seals secrets, and only the command reads it.
  "secrets-key.json",
]);

const requestsSchema = v.strictObject({ allowInPaths: v.array(v.picklist(disguises)) });

const storesSchema = v.strictObject({ keyValueMaps: v.strictObject({ private: v.boolean() }) });

/** The documented names of flow hooks. */
export const hookPoints = {
  preProxy: "PreProxyFlowHook",
  preTarget: "PreTargetFlowHook",
  postTarget: "PostTargetFlowHook",
  postProxy: "PostProxyFlowHook",
} as const;
export const flowHooks = Object.keys(hookPoints) as (keyof FlowHooks)[];
const hookPoint = v.picklist(Object.values(hookPoints));

/** Flow hook entities by their point, or a list of entities that name it. */
const hooksByPoint = v.record(hookPoint, v.object({ sharedFlow: v.string() }));
const listOfHooks = v.array(v.object({ flowHookPoint: hookPoint, sharedFlow: v.string() }));
const flowHooksSchema = v.lazy((json): typeof hooksByPoint | typeof listOfHooks =>
  Array.isArray(json) ? listOfHooks : hooksByPoint,
);

function readHooks(file: SettingsFile<v.InferOutput<typeof flowHooksSchema>>) {
  const hooks = file.value;
  const indexOf = (point: string) =>
    Array.isArray(hooks) ? hooks.findIndex(({ flowHookPoint }) => flowHookPoint === point) : -1;
  const flowOf = (hook: keyof FlowHooks) => {
    const point = hookPoints[hook];
    return (Array.isArray(hooks) ? hooks[indexOf(point)] : hooks[point])?.sharedFlow;
  };
  return {
    flowHooks: {
      preProxy: flowOf("preProxy"),
      preTarget: flowOf("preTarget"),
      postTarget: flowOf("postTarget"),
      postProxy: flowOf("postProxy"),
    },
    hookAt(hook: keyof FlowHooks): Position {
      const point = hookPoints[hook];
      return file.at([Array.isArray(hooks) ? indexOf(point) : point, "sharedFlow"]);
    },
  };
}

const entriesSchema = v.optional(v.array(v.object({ name: v.string(), value: v.string() })));
const keyValueMapsSchema = v.array(
  v.object({ name: v.string(), entry: entriesSchema, entries: entriesSchema }),
);

/** API names of sources by alias. Foundry: "Source aliases". */
const aliasesSchema = v.record(
  v.pipe(
    v.string(),
    v.regex(/^[A-Za-z][A-Za-z0-9_-]*$/, "must begin with a letter and go on with letters, digits, _ and -"),
  ),
  v.string(),
);

const egressSchema = v.strictObject({ allow: v.array(v.string()) });

function readTargetServers(file: SettingsFile<unknown[]>, report: Report) {
  const targetServers = new Map<string, TargetServer>();
  const wrongTargetServers = new Set<string>();
  for (const [index, entity] of file.value.entries()) {
    const { server, problems } = readTargetServer(entity);
    for (const { severity, code, field, message, remedy } of problems) {
      report[severity](code, file.at([index, ...field.split(".").filter(Boolean)]), message, remedy);
    }
    if (!server) {
      wrongTargetServers.add(String(Object(entity).name));
      continue;
    }
    if (targetServers.has(server.name)) {
      report.error(
        "DuplicateTargetServer",
        file.at([index, "name"]),
        `There is another target server ${server.name}.`,
        "Rename one of them or take it out.",
      );
    }
    targetServers.set(server.name, server);
  }
  return { targetServerEntities: file.value, targetServers, wrongTargetServers };
}

function readEgress(
  file: SettingsFile<v.InferOutput<typeof egressSchema>>,
  report: Report,
): readonly string[] {
  return file.value.allow.filter((rule, index) => {
    try {
      readEgressRule(rule);
      return true;
    } catch (error) {
      if (!(error instanceof EgressRuleError)) throw error;
      report.error("InvalidEgressRule", file.at(["allow", index]), error.problem, error.remedy);
      return false;
    }
  });
}
