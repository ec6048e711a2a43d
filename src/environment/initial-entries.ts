import type { Bundle } from "../bundle/model.ts";
import { referencesOf } from "../bundle/references.ts";
import type { Report } from "../documents/report.ts";
import { entryId, type MapScope, ownerOf } from "../stores/key-value-maps.ts";
import type { EnvironmentDocument } from "./document.ts";
import type { EnvironmentBundle } from "./read-environment.ts";

type InitialEntry = NonNullable<ReturnType<typeof referencesOf>[number]["initialEntries"]>[number];
type DeployedEntry = EnvironmentDocument["initialEntries"][number];

/** The entries of key value maps that policies bring, each once: of the same key, those of the last bundle. */
export function initialEntries(bundles: readonly EnvironmentBundle[]): DeployedEntry[] {
  const all = bundles.flatMap(({ bundle }) =>
    entriesOf(bundle).flatMap((entry) => deployed(entry, bundle) ?? []),
  );
  return [...new Map(all.map((entry) => [entryId(entry.map, entry.key), entry])).values()];
}

/** An entry in the maps of that name that are not the environment's: the organization's, and those of each proxy. */
export function entriesBesideEnvironment(
  { map: name, key, value }: { readonly map: string; readonly key: string; readonly value: string },
  bundles: readonly EnvironmentBundle[],
): DeployedEntry[] {
  const at = (scope: MapScope, owner: string) => ({ map: { scope, owner, name }, key, values: [value] });
  const ofProxies = bundles.flatMap(({ bundle: { kind, name: proxy, revision } }) =>
    kind === "apiproxy"
      ? (["apiproxy", "policy"] as const).map((scope) => at(scope, ownerOf(scope, { proxy, revision })))
      : [],
  );
  return [at("organization", ""), ...ofProxies];
}

/** Warns of entries that belong to a proxy and stand in a shared flow: InitialEntriesOfNobody. */
export function checkInitialEntries(bundles: readonly EnvironmentBundle[], report: Report): void {
  for (const { bundle, folder } of bundles) {
    for (const entry of entriesOf(bundle)) {
      if (deployed(entry, bundle) !== null) continue;
      report
        .inFolder(folder)
        .warning(
          "InitialEntriesOfNobody",
          entry.at,
          `Maps of the scope ${entry.scope} belong to a proxy, and this is a shared flow: the entry has no effect.`,
          "Bring the entry with the proxies that read it, or use the scope environment.",
        );
    }
  }
}

function entriesOf(bundle: Bundle): readonly InitialEntry[] {
  return referencesOf(bundle).flatMap(({ initialEntries = [] }) => initialEntries);
}

function deployed({ scope, name, key, values }: InitialEntry, bundle: Bundle): DeployedEntry | null {
  const { kind, name: proxy, revision } = bundle;
  const belongsToProxy = scope === "apiproxy" || scope === "policy";
  if (kind === "sharedflow" && belongsToProxy) return null;
  return { map: { scope, owner: ownerOf(scope, { proxy, revision }), name }, key, values: [...values] };
}
