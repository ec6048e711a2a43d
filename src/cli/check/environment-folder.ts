import { basename, dirname, join } from "node:path";
import type { Bundle } from "../../bundle/model.ts";
import { readArchive } from "../../bundle/read-archive.ts";
import { readBundle } from "../../bundle/read-bundle.ts";
import { Report } from "../../documents/report.ts";
import { namesOf } from "../../environment/bundle-names.ts";
import type { EnvironmentFiles } from "../../environment/read-environment.ts";
import { sharedFlowsCalledBy } from "../../environment/snapshot.ts";
import { CommandFailure } from "../command-failure.ts";
import { findSharedFlow, type Mount, mountPath } from "./mount.ts";

/** An environment as it was found on disk. */
export interface EnvironmentFolder {
  readonly files: EnvironmentFiles;
  readonly mounts: readonly Mount[];
  /** The environments that it has settings for; empty when it is made of bundles alone. */
  readonly names: readonly string[];
}

/**
 * Reads what the PATHs of a command line name: one environment folder, or bundles, which together make an
 * environment without settings. Shared flows that the bundles call are looked for beside them. Throws
 * {@link CommandFailure}.
 */
export function readPaths(paths: readonly string[]): EnvironmentFolder {
  const mounts = paths.flatMap(mountPath);
  const whole = mounts.find(({ at }) => at === "");
  if (whole && mounts.length > 1) {
    throw new CommandFailure(`${whole.source} is a whole environment and has to be the only PATH.`);
  }
  if (!whole) mounts.push(...sharedFlowsBeside(mounts));
  checkTwins(mounts);
  const files = new Map(
    mounts.flatMap(({ at, files }) => [...files].map(([path, content]) => [at + path, content] as const)),
  );
  return { files, mounts, names: environmentNames(files) };
}

/** The shared flows that the bundles call, and those that they call, as far as they are found on disk. */
function sharedFlowsBeside(given: readonly Mount[]): Mount[] {
  const found: Mount[] = [];
  const known = new Set<string>();
  let callers: Mount[] = [...given];
  while (callers.length > 0) {
    const called = callers.flatMap((mount) => {
      const bundle = bundleIn(mount);
      if (bundle?.kind === "sharedflow") {
        for (const name of namesOf({ bundle, folder: mount.at })) known.add(name);
      }
      return bundle ? sharedFlowsCalledBy(bundle).map((name) => ({ name, source: mount.source })) : [];
    });
    callers = [];
    for (const { name, source } of called) {
      if (known.has(name) || name !== basename(name)) continue;
      const mount = placesBeside(source).flatMap((place) => findSharedFlow(place, name) ?? [])[0];
      if (!mount) continue;
      known.add(name);
      if (!given.some(({ source }) => source === mount.source)) callers.push(mount);
    }
    found.push(...callers);
  }
  return found;
}

/** The folders that may hold the shared flows of the bundle in `source`. */
function placesBeside(source: string): string[] {
  const siblings = dirname(source);
  return [siblings, join(siblings, "sharedflows"), join(dirname(siblings), "sharedflows")];
}

function bundleIn({ files }: Mount): Bundle | null {
  const zip = files.get("");
  return readBundle(zip ? readArchive(zip, new Report()) : files, new Report());
}

function checkTwins(mounts: readonly Mount[]): void {
  for (const [index, { at, source }] of mounts.entries()) {
    const twin = mounts.slice(0, index).find((other) => other.at === at);
    if (!twin) continue;
    throw new CommandFailure(
      twin.source === source
        ? `${source} is named twice.`
        : `${twin.source} and ${source} have the same name. Rename one of the folders.`,
    );
  }
}

function environmentNames(files: EnvironmentFiles): string[] {
  const names = [...files.keys()].flatMap((path) => /^environments\/([^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}
