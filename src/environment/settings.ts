import * as v from "valibot";
import type { FlowHooks } from "../bundle/compile-services.ts";
import { EgressRuleError, readEgressRule } from "../egress/rule.ts";
import { readTargetServer, type TargetServer } from "../egress/target-server.ts";
import type { Report } from "../xml/report.ts";
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
}

/**
 * Reads the settings files of an environment, in the formats of Apigee's own local tools, and `egress.json`.
 * A file that is not there leaves its default. Apigee: "Configuring environments" of local development.
 *
 * @param files by name, such as `targetservers.json`
 */
export function readSettings(files: ReadonlyMap<string, Uint8Array>, report: Report): Settings {
  const read = <T>(name: string, schema: v.GenericSchema<unknown, T>, fallback: T) =>
    readFile(files.get(name), name, schema, fallback, report);
  const { targetServerEntities, targetServers } = readTargetServers(files.get("targetservers.json"), report);
  const hooks = read("flowhooks.json", flowHooksSchema, {});
  const maps = read("keyvaluemaps.json", keyValueMapsSchema, []);
  const deployments = read("deployments.json", deploymentsSchema, null);
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
  "debugmask.json",
]);

const hookPoints = [
  "PreProxyFlowHook",
  "PreTargetFlowHook",
  "PostTargetFlowHook",
  "PostProxyFlowHook",
] as const;

/** Flow hook entities by their point, or a list of entities that name it. */
const flowHooksSchema = v.union([
  v.record(v.picklist(hookPoints), v.object({ sharedFlow: v.string() })),
  v.array(v.object({ flowHookPoint: v.picklist(hookPoints), sharedFlow: v.string() })),
]);

function hookFlow(hooks: v.InferOutput<typeof flowHooksSchema>, point: (typeof hookPoints)[number]) {
  return Array.isArray(hooks)
    ? hooks.find(({ flowHookPoint }) => flowHookPoint === point)?.sharedFlow
    : hooks[point]?.sharedFlow;
}

const entriesSchema = v.optional(v.array(v.object({ name: v.string(), value: v.string() })));
const keyValueMapsSchema = v.array(
  v.object({ name: v.string(), entry: entriesSchema, entries: entriesSchema }),
);

const namesSchema = v.optional(v.array(v.union([v.string(), v.object({ name: v.string() })])));
const deploymentsSchema = v.nullable(v.object({ proxies: namesSchema, sharedflows: namesSchema }));
const nameOf = (entry: string | { name: string }) => (typeof entry === "string" ? entry : entry.name);

const egressSchema = v.object({ allow: v.array(v.string()) });

/** A settings file checked against its schema; the fallback when there is none or it is wrong. */
function readFile<T>(
  bytes: Uint8Array | undefined,
  name: string,
  schema: v.GenericSchema<unknown, T>,
  fallback: T,
  report: Report,
): T {
  const file = bytes && new JsonFile(name, bytes, report);
  if (file?.value === undefined) return fallback;
  const result = v.safeParse(schema, file.value);
  if (result.success) return result.output;
  for (const issue of result.issues) {
    const path = issue.path?.map(({ key }) => key as string | number) ?? [];
    const place = path.length > 0 ? `${path.join(".")}: ` : "";
    report.error("InvalidSetting", file.at(path), `${place}${issue.message}.`, "Correct the value.");
  }
  return fallback;
}

function readTargetServers(bytes: Uint8Array | undefined, report: Report) {
  const name = "targetservers.json";
  const entities = readFile(bytes, name, v.array(v.unknown()), [], report);
  const file = bytes && new JsonFile(name, bytes, report.inFolder(""));
  const targetServers = new Map<string, TargetServer>();
  for (const [index, entity] of entities.entries()) {
    const { server, problems } = readTargetServer(entity);
    for (const { severity, code, field, message, remedy } of problems) {
      const at = file?.at([index, ...field.split(".").filter(Boolean)]) ?? { file: name, line: 1, column: 1 };
      report[severity](code, at, message, remedy);
    }
    if (server) targetServers.set(server.name, server);
  }
  return { targetServerEntities: entities, targetServers };
}

function readEgress(bytes: Uint8Array | undefined, report: Report): readonly string[] {
  const name = "egress.json";
  const { allow } = readFile(bytes, name, egressSchema, { allow: [] }, report);
  const file = bytes && new JsonFile(name, bytes, report);
  return allow.filter((rule, index) => {
    try {
      readEgressRule(rule);
      return true;
    } catch (error) {
      if (!(error instanceof EgressRuleError)) throw error;
      const at = file?.at(["allow", index]) ?? { file: name, line: 1, column: 1 };
      report.error("InvalidEgressRule", at, error.message, "Write a host, a host and port, or *.domain.");
      return false;
    }
  });
}
