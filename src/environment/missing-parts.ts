import { didYouMean } from "../documents/nearest.ts";
import { namesOf } from "./bundle-names.ts";
import type { PartKind, PartName } from "./part-name.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/** What to do about a part that there is not; null when it is there and wrong, which has been reported. */
export type RemedyForMissing = (kind: PartKind, name: string, otherwise: string) => string | null;

/** Says of each part of an environment that is not there why that is so. */
export function remediesFor(model: EnvironmentModel): RemedyForMissing {
  const { missing, settings } = model;
  const wrong = new Set([
    ...missing.wrong,
    ...[...settings.wrongTargetServers].map((name): PartName => `targetservers/${name}`),
  ]);
  return (kind, name, otherwise) => {
    if (kind === "targetservers" && settings.wrongFiles.has("targetservers.json")) return null;
    const places = kind === "sharedflows" ? ([kind, "apiproxies"] as const) : [kind];
    if (places.some((place) => wrong.has(`${place}/${name}`))) return null;
    if (places.some((place) => missing.leftOut.has(`${place}/${name}`))) {
      const list = kind === "apiproxies" ? "proxies" : kind;
      return `Add it to "${list}" in deployments.json, which leaves it out.`;
    }
    return didYouMean(name, namesIn(model, kind), otherwise);
  };
}

/** The names of the parts that there are. */
export function namesIn({ bundles, functions, settings }: EnvironmentModel, kind: PartKind): string[] {
  switch (kind) {
    case "apiproxies":
      return bundles.flatMap((entry) => (entry.bundle.kind === "apiproxy" ? namesOf(entry) : []));
    case "sharedflows":
      return bundles.flatMap((entry) => (entry.bundle.kind === "sharedflow" ? namesOf(entry) : []));
    case "functions":
      return functions.map(({ published }) => published.name);
    case "targetservers":
      return [...settings.targetServers.keys()];
  }
}
