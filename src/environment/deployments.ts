import * as v from "valibot";
import type { Position } from "../documents/report.ts";
import type { ReadSettings, SettingsFile } from "../documents/settings-file.ts";
import { type FunctionSettings, functionsSchema } from "./function-settings.ts";

/** What `deployments.json` says. */
export interface Deployments {
  /** The proxies and shared flows to deploy, with where they are named; null means all there are. */
  readonly deployed: {
    readonly proxies: ReadonlyMap<string, Position>;
    readonly sharedFlows: ReadonlyMap<string, Position>;
  } | null;
  /** The functions to deploy, and how; null means all there are. */
  readonly functions: ReadonlyMap<string, FunctionSettings & { readonly at: Position }> | null;
  readonly serviceAccounts: ServiceAccounts;
  /** Where a list stands. */
  deploymentsAt(field: DeploymentField): Position;
}

/** The lists of `deployments.json`. */
export type DeploymentField = "proxies" | "sharedflows" | "functions";

/** The Google service accounts that bundles are deployed with: e-mail addresses. */
export interface ServiceAccounts {
  /** For every proxy without one of its own; null when there is none. */
  readonly fallback: string | null;
  readonly proxies: ReadonlyMap<string, string>;
  readonly sharedFlows: ReadonlyMap<string, string>;
  /** Where each account is named first. */
  readonly places: ReadonlyMap<string, Position>;
}

const accountSchema = v.optional(v.string());
const entrySchema = v.object({ name: v.string(), serviceAccount: accountSchema });
const namesSchema = v.optional(
  v.array(
    v.lazy((json): v.GenericSchema<unknown, Entry> => (typeof json === "string" ? v.string() : entrySchema)),
  ),
);
type Entry = string | { name: string; serviceAccount?: string | undefined };

const schema = v.nullable(
  v.strictObject({
    proxies: namesSchema,
    sharedflows: namesSchema,
    functions: functionsSchema,
    defaultServiceAccount: accountSchema,
  }),
);

/** Reads `deployments.json`. Without one, everything is deployed. */
export function readDeployments(read: ReadSettings): Deployments {
  const file = read("deployments.json", schema, null);
  const { proxies = [], sharedflows = [], functions, defaultServiceAccount = null } = file.value ?? {};
  const places = new Map<string, Position>();
  if (defaultServiceAccount !== null) places.set(defaultServiceAccount, file.at(["defaultServiceAccount"]));
  return {
    deploymentsAt: (field) => file.at([field]),
    deployed: file.value && {
      proxies: placesOf(proxies, "proxies", file),
      sharedFlows: placesOf(sharedflows, "sharedflows", file),
    },
    functions: functions
      ? new Map(functions.map((each, index) => [each.name, { ...each, at: file.at(["functions", index]) }]))
      : null,
    serviceAccounts: {
      fallback: defaultServiceAccount,
      proxies: accountsOf(proxies, "proxies", file, places),
      sharedFlows: accountsOf(sharedflows, "sharedflows", file, places),
      places,
    },
  };
}

function placesOf(
  entries: readonly Entry[],
  field: string,
  file: SettingsFile<unknown>,
): Map<string, Position> {
  return new Map(
    entries.map((entry, index) =>
      typeof entry === "string"
        ? [entry, file.at([field, index])]
        : [entry.name, file.at([field, index, "name"])],
    ),
  );
}

/** @param places takes where accounts stand */
function accountsOf(
  entries: readonly Entry[],
  field: string,
  file: SettingsFile<unknown>,
  places: Map<string, Position>,
): Map<string, string> {
  const accounts = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    if (typeof entry === "string" || entry.serviceAccount === undefined) continue;
    accounts.set(entry.name, entry.serviceAccount);
    if (places.has(entry.serviceAccount)) continue;
    places.set(entry.serviceAccount, file.at([field, index, "serviceAccount"]));
  }
  return accounts;
}
