import * as v from "valibot";
import type { FlowHooks } from "../bundle/compile-environment.ts";
import type { IdentitySettings } from "../credentials/identity.ts";
import { EgressRuleError, readEgressRule } from "../egress/rule.ts";
import { readTargetServer, type TargetServer } from "../egress/target-server.ts";
import { disguises } from "../flow/disguised-path.ts";
import type { Position, Report } from "../xml/report.ts";
import type { AuditSettings, RequestSettings } from "./document.ts";
import { type FunctionSettings, functionsSchema } from "./function-settings.ts";
import { identityFileSchema, identityOf } from "./identity.ts";
import { JsonFile } from "./json-file.ts";

/** What an environment sets for all its proxies: the files in `environments/NAME/`. */
export interface Settings {
  /** Entities as written, for the deployed document. */
  readonly targetServerEntities: readonly unknown[];
  readonly targetServers: ReadonlyMap<string, TargetServer>;
  readonly flowHooks: FlowHooks;
  readonly keyValueMaps: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly egressAllow: readonly string[];
  /** The proxies and shared flows to deploy; null means all there are. */
  readonly deployed: {
    readonly proxies: ReadonlySet<string>;
    readonly sharedFlows: ReadonlySet<string>;
  } | null;
  /** The functions to deploy, and how; null means all there are. */
  readonly functions: ReadonlyMap<string, FunctionSettings> | null;
  readonly serviceAccounts: ServiceAccounts;
  /** Alias to the API name of a source. */
  readonly sourceAliases: Readonly<Record<string, string>>;
  /** Where each alias stands; the file's path is the one in the environment's folder. */
  readonly aliasPositions: ReadonlyMap<string, Position>;
  /** Null where nobody's tokens say who a caller is. */
  readonly identity: IdentitySettings | null;
  readonly audit: AuditSettings;
  readonly requests: RequestSettings;
}

/** The Google service accounts that bundles are deployed with: e-mail addresses. */
export interface ServiceAccounts {
  /** For every proxy without one of its own; null when there is none. */
  readonly fallback: string | null;
  readonly proxies: ReadonlyMap<string, string>;
  readonly sharedFlows: ReadonlyMap<string, string>;
}

/**
 * Reads the settings files of an environment, in the formats of Apigee's own local tools, and `egress.json`.
 * A file that is not there leaves its default. Apigee: "Configuring environments" of local development.
 *
 * @param files by name, such as `targetservers.json`
 */
export function readSettings(files: ReadonlyMap<string, Uint8Array>, report: Report): Settings {
  const read = <T>(name: string, schema: v.GenericSchema<unknown, T>, fallback: T) =>
    readFile(files.get(name), name, schema, fallback, report).value;
  const { targetServerEntities, targetServers } = readTargetServers(files.get("targetservers.json"), report);
  const hooks = read("flowhooks.json", flowHooksSchema, {});
  const maps = read("keyvaluemaps.json", keyValueMapsSchema, []);
  const deployments = read("deployments.json", deploymentsSchema, null);
  const identity = readFile(
    files.get("identity.json"),
    "identity.json",
    v.nullable(identityFileSchema),
    null,
    report,
  );
  const aliases = readFile(files.get("aliases.json"), "aliases.json", aliasesSchema, {}, report);
  for (const name of files.keys()) {
    if (knownFiles.has(name)) continue;
    const at = { file: name, line: 1, column: 1 };
    report.warning("UnknownFile", at, "The file has no effect.", "Remove it, or correct its name.");
  }
  return {
    targetServerEntities,
    targetServers,
    flowHooks: {
      preProxy: hookFlow(hooks, "PreProxyFlowHook"),
      preTarget: hookFlow(hooks, "PreTargetFlowHook"),
      postTarget: hookFlow(hooks, "PostTargetFlowHook"),
      postProxy: hookFlow(hooks, "PostProxyFlowHook"),
    },
    keyValueMaps: Object.fromEntries(
      maps.map(({ name, entry, entries }) => [
        name,
        Object.fromEntries((entry ?? entries ?? []).map(({ name: key, value }) => [key, value])),
      ]),
    ),
    egressAllow: readEgress(files.get("egress.json"), report),
    functions: deployments?.functions
      ? new Map(deployments.functions.map((settings) => [settings.name, settings]))
      : null,
    serviceAccounts: {
      fallback: deployments?.defaultServiceAccount ?? null,
      proxies: accountsOf(deployments?.proxies),
      sharedFlows: accountsOf(deployments?.sharedflows),
    },
    sourceAliases: aliases.value,
    aliasPositions: new Map(Object.keys(aliases.value).map((alias) => [alias, aliases.at([alias])])),
    identity: identityOf(identity.value, identity.at(["issuer"]), report),
    audit: read("audit.json", auditSchema, { destination: "log" }),
    requests: read("requests.json", requestsSchema, { allowInPaths: [] }),
    deployed: deployments && {
      proxies: new Set(deployments.proxies?.map(nameOf)),
      sharedFlows: new Set(deployments.sharedflows?.map(nameOf)),
    },
  };
}

const knownFiles = new Set([
  "targetservers.json",
  "flowhooks.json",
  "keyvaluemaps.json",
  "deployments.json",
  "egress.json",
  "aliases.json",
  "debugmask.json",
  "identity.json",
  "audit.json",
  "requests.json",
  // Public; it seals secrets, and only the command reads it.
  "secrets-key.json",
]);

const auditSchema = v.variant(
  "destination",
  [
    v.strictObject({ destination: v.picklist(["log", "none"]) }),
    v.strictObject({
      destination: v.literal("binding"),
      binding: v.pipe(v.string(), v.regex(/^[A-Za-z_]\w*$/, "Expected the name of a binding of the Worker")),
    }),
  ],
  'Expected {"destination": "log"}, {"destination": "none"} or {"destination": "binding", "binding": "NAME"}',
);

const requestsSchema = v.strictObject({
  allowInPaths: v.array(v.picklist(disguises, `Expected one of ${disguises.join(", ")}`)),
});

const hookPoints = [
  "PreProxyFlowHook",
  "PreTargetFlowHook",
  "PostTargetFlowHook",
  "PostProxyFlowHook",
] as const;

/** Flow hook entities by their point, or a list of entities that name it. */
const hooksByPoint = v.record(v.picklist(hookPoints), v.object({ sharedFlow: v.string() }));
const listOfHooks = v.array(v.object({ flowHookPoint: v.picklist(hookPoints), sharedFlow: v.string() }));
const flowHooksSchema = v.lazy((json): typeof hooksByPoint | typeof listOfHooks =>
  Array.isArray(json) ? listOfHooks : hooksByPoint,
);

function hookFlow(hooks: v.InferOutput<typeof flowHooksSchema>, point: (typeof hookPoints)[number]) {
  return Array.isArray(hooks)
    ? hooks.find(({ flowHookPoint }) => flowHookPoint === point)?.sharedFlow
    : hooks[point]?.sharedFlow;
}

const entriesSchema = v.optional(v.array(v.object({ name: v.string(), value: v.string() })));
const keyValueMapsSchema = v.array(
  v.object({ name: v.string(), entry: entriesSchema, entries: entriesSchema }),
);

const accountSchema = v.optional(v.string());
const deploymentSchema = v.object({ name: v.string(), serviceAccount: accountSchema });
const namesSchema = v.optional(v.array(v.union([v.string(), deploymentSchema])));
const deploymentsSchema = v.nullable(
  v.pipe(
    v.custom<object>((json) => !Array.isArray(json), "Expected an object"),
    v.strictObject({
      proxies: namesSchema,
      sharedflows: namesSchema,
      functions: functionsSchema,
      defaultServiceAccount: accountSchema,
    }),
  ),
);
const nameOf = (entry: string | { name: string }) => (typeof entry === "string" ? entry : entry.name);

function accountsOf(entries: v.InferOutput<typeof namesSchema> = []): Map<string, string> {
  return new Map(
    entries.flatMap((entry) =>
      typeof entry === "object" && entry.serviceAccount !== undefined
        ? [[entry.name, entry.serviceAccount] as const]
        : [],
    ),
  );
}

/** API names of sources by alias. Foundry: "Source aliases". */
const aliasesSchema = v.record(
  v.pipe(
    v.string(),
    v.regex(
      /^[A-Za-z][A-Za-z0-9_-]*$/,
      "An alias begins with a letter and goes on with letters, digits, _ and -",
    ),
  ),
  v.string(),
);

const egressSchema = v.object({ allow: v.array(v.string()) });

/** What a settings file holds, and where its values stand. */
interface SettingsFile<T> {
  readonly value: T;
  at(path: readonly (string | number)[]): Position;
}

/** A settings file checked against its schema; the fallback when there is none or it is wrong. */
function readFile<T>(
  bytes: Uint8Array | undefined,
  name: string,
  schema: v.GenericSchema<unknown, T>,
  fallback: T,
  report: Report,
): SettingsFile<T> {
  if (!bytes) return { value: fallback, at: () => ({ file: name, line: 1, column: 1 }) };
  const file = new JsonFile(name, bytes, report);
  const at = (path: readonly (string | number)[]) => file.at(path);
  if (file.value === undefined) return { value: fallback, at };
  const result = v.safeParse(schema, file.value);
  if (result.success) return { value: result.output, at };
  for (const issue of result.issues) {
    const path = issue.path?.map(({ key }) => key as string | number) ?? [];
    const place = path.length > 0 ? `${path.join(".")}: ` : "";
    report.error("InvalidSetting", at(path), `${place}${issue.message}.`, "Correct the value.");
  }
  return { value: fallback, at };
}

function readTargetServers(bytes: Uint8Array | undefined, report: Report) {
  const file = readFile(bytes, "targetservers.json", v.array(v.unknown()), [], report);
  const targetServers = new Map<string, TargetServer>();
  for (const [index, entity] of file.value.entries()) {
    const { server, problems } = readTargetServer(entity);
    for (const { severity, code, field, message, remedy } of problems) {
      report[severity](code, file.at([index, ...field.split(".").filter(Boolean)]), message, remedy);
    }
    if (!server) continue;
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
  return { targetServerEntities: file.value, targetServers };
}

function readEgress(bytes: Uint8Array | undefined, report: Report): readonly string[] {
  const file = readFile(bytes, "egress.json", egressSchema, { allow: [] }, report);
  return file.value.allow.filter((rule, index) => {
    try {
      readEgressRule(rule);
      return true;
    } catch (error) {
      if (!(error instanceof EgressRuleError)) throw error;
      report.error(
        "InvalidEgressRule",
        file.at(["allow", index]),
        error.message,
        "Write a host, a host and port, or *.domain.",
      );
      return false;
    }
  });
}
