import { readArchive } from "../../../bundle/read-archive.ts";
import { Report } from "../../../documents/report.ts";
import type { DeploymentPlan } from "../../../environment/deployment.ts";
import { type EnvironmentDocument, type Revised, resourcesOf } from "../../../environment/document.ts";
import { PREPARED_SCRIPTS } from "../../../environment/prepared-scripts.ts";
import type { PublishedFunction } from "../../../functions/published-function.ts";
import { decodePythonModule } from "../../../functions/python/module.ts";
import { type FileChange, fileChanges } from "./file-changes.ts";

/** What a deployment would change in one thing that is deployed. */
export interface Difference {
  /** As the list of changes calls it: `proxy orders-v1`, `settings`. */
  readonly what: string;
  readonly files: readonly FileChange[];
  /** What is to be said beside. */
  readonly note?: string;
}

type Files = ReadonlyMap<string, Uint8Array>;
/** Reads what is deployed; null for a revision that is gone. */
export type ReadRevision = (revision: string) => Promise<Uint8Array | null>;

const nothing: Files = new Map();

/**
 * What a plan would change, file by file, beside API products and apps. The values of key value maps are secrets: of those
 * it says only that they change.
 */
export async function differences(
  { document, revisions, previous }: Pick<DeploymentPlan, "document" | "revisions" | "previous">,
  readRevision: ReadRevision,
): Promise<Difference[]> {
  const now = async (revision: string) => revisions.get(revision) ?? readRevision(revision);
  const compare = async <Entry extends Revised>(
    noun: string,
    before: readonly Entry[],
    after: readonly Entry[],
    unpack: (bytes: Uint8Array, entry: Entry) => Files,
  ) => {
    const filesOf = async (entry: Entry | undefined, read: ReadRevision) => {
      const bytes = entry && (await read(entry.revision));
      return entry && bytes ? unpack(bytes, entry) : nothing;
    };
    const names = [...new Set([...after, ...before].map(({ name }) => name))];
    return Promise.all(
      names.map(async (name): Promise<Difference> => {
        const [old, kept] = [before, after].map((entries) => entries.find((entry) => entry.name === name));
        const isSame = old?.revision === kept?.revision;
        const files = isSame ? [] : fileChanges(await filesOf(old, readRevision), await filesOf(kept, now));
        return { what: `${noun} ${name}`, files };
      }),
    );
  };
  const all = [
    ...(await compare("proxy", previous?.proxies.all ?? [], document.proxies.all, unzipped)),
    ...(await compare("shared flow", previous?.sharedFlows ?? [], document.sharedFlows, unzipped)),
    ...(await compare("function", previous?.functions ?? [], document.functions, asModule)),
    ...(await compare(
      "resources of",
      previous ? resourcesOf(previous) : [],
      resourcesOf(document),
      unzipped,
    )),
    { what: "settings", files: fileChanges(settingsOf(previous, null), settingsOf(document, previous)) },
  ];
  return all.filter(({ files }) => files.length > 0);
}

/** What cannot be read any more is shown as far as it can be. */
function unzipped(zip: Uint8Array): Files {
  const files = readArchive(zip, new Report());
  // Nobody has written it.
  files.delete(PREPARED_SCRIPTS);
  return files;
}

function asModule(module: Uint8Array, { language }: PublishedFunction): Files {
  if (language !== "python") return new Map([["function.js", module]]);
  const files = Object.entries(decodePythonModule(module).files);
  return new Map(files.map(([path, text]) => [path, new TextEncoder().encode(text)]));
}

/** The settings of an environment, each as a file of JSON. */
function settingsOf(document: EnvironmentDocument | null, previous: EnvironmentDocument | null): Files {
  if (document === null) return nothing;
  const {
    format,
    generation,
    deployedAt,
    proxies,
    sharedFlows,
    functions,
    resources,
    directory,
    ...settings
  } = document;
  const shown = {
    ...settings,
    keyValueMaps: hidden(document.keyValueMaps, previous?.keyValueMaps ?? document.keyValueMaps),
    bundles: [...proxies.all, ...sharedFlows].map(({ revision, ...bundle }) => bundle),
    functions: functions.map(({ revision, ...published }) => published),
  };
  return new Map(
    Object.entries(shown).map(([name, value]) => [
      name,
      new TextEncoder().encode(`${JSON.stringify(value ?? null, null, 2)}\n`),
    ]),
  );
}

type Maps = EnvironmentDocument["keyValueMaps"];

/** Key value maps without their values. */
function hidden(maps: Maps, before: Maps): Maps {
  return mapped(maps, (entries, map) =>
    mapped(entries, (value, key) => {
      const old = before[map]?.[key];
      return old === undefined || old === value ? "(a value)" : "(another value)";
    }),
  );
}

function mapped<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
