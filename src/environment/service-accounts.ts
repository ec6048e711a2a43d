import { isServiceAccount } from "../credentials/service-account.ts";
import type { Report } from "../documents/report.ts";
import { folderName, type PlacedBundle } from "./bundle-names.ts";
import type { EnvironmentModel } from "./read-environment.ts";
import type { Settings } from "./settings.ts";

/**
 * The service account that a bundle is deployed with; null without one. A shared flow without one of its own
 * acts as the proxy that runs it, so the environment's default is for proxies.
 */
export function serviceAccountOf(
  { serviceAccounts }: Settings,
  { bundle, folder }: PlacedBundle,
): string | null {
  const { proxies, sharedFlows, fallback } = serviceAccounts;
  const accounts = bundle.kind === "sharedflow" ? sharedFlows : proxies;
  // deployments.json names folders.
  const own = accounts.get(folderName(folder)) ?? accounts.get(bundle.name);
  return own ?? (bundle.kind === "sharedflow" ? null : fallback);
}

/** The environment with a service account for every proxy that has none, as an option of a command gives it. */
export function withDefaultServiceAccount(model: EnvironmentModel, account: string): EnvironmentModel {
  const { settings } = model;
  const serviceAccounts = {
    ...settings.serviceAccounts,
    fallback: settings.serviceAccounts.fallback ?? account,
  };
  return { ...model, settings: { ...settings, serviceAccounts } };
}

/** Whether an account exists is for Google to say; here its form is checked. Reports PERMISSION_DENIED. */
export function checkServiceAccounts({ name, settings }: EnvironmentModel, report: Report): void {
  const { fallback, proxies, sharedFlows, places } = settings.serviceAccounts;
  const ownReport = report.inFolder(`environments/${name}/`);
  const accounts = new Set([
    ...(fallback === null ? [] : [fallback]),
    ...proxies.values(),
    ...sharedFlows.values(),
  ]);
  for (const account of accounts) {
    if (isServiceAccount(account)) continue;
    const at = places.get(account) ?? { file: "deployments.json", line: 1, column: 1 };
    ownReport.error(
      "PERMISSION_DENIED",
      at,
      `${JSON.stringify(account)} is not a Google service account.`,
      "Write its e-mail address, such as callouts@my-project.iam.gserviceaccount.com.",
    );
  }
}
