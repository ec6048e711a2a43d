import type { Bundle } from "../bundle/model.ts";
import { referencesOf } from "../bundle/references.ts";
import type { Report } from "../documents/report.ts";
import { entryId, ownerOf } from "../stores/key-value-maps.ts";
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
