import { runningSteps } from "../bundle/references.ts";
import { listed } from "../clients/check-client-files.ts";
import type { ApiProduct } from "../clients/entities.ts";
import { isApproved } from "../clients/identify.ts";
import type { Report } from "../documents/report.ts";
import { remediesFor } from "./missing-parts.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/**
 * Warns of policies that ask which app calls, where the environment has none: nobody would be let in (NoApps); of those that
 * send users back to apps which have not said where to (AnyRedirection); and of API products that let in nobody here, since
 * they are for other environments (OtherEnvironments) or proxies (UnknownProxy).
 */
export function checkClients(model: EnvironmentModel, report: Report): void {
  checkApps(model, report);
  checkRedirections(model, report);
  const ownReport = report.inFolder(`environments/${model.name}/`);
  const here = checkEnvironments(model, ownReport);
  for (const product of here) checkProxies(product, model, ownReport);
}

/** Those that are for this environment. The others are reported together: what is exported has all of an organization. */
function checkEnvironments({ name, settings }: EnvironmentModel, report: Report): readonly ApiProduct[] {
  const { products, productAt } = settings.clients;
  const isHere = ({ environments }: ApiProduct) => environments.length === 0 || environments.includes(name);
  const others = products.filter((product) => !isHere(product));
  const at = others[0] && productAt(others[0]);
  if (at) {
    report.warning(
      "OtherEnvironments",
      at,
      `API products that are for other environments, and let nobody in here: ${listed(others.map((product) => product.name))}.`,
      `Add ${JSON.stringify(name)} to their "environments" if that is not meant.`,
    );
  }
  return products.filter(isHere);
}

function checkProxies(product: ApiProduct, model: EnvironmentModel, report: Report): void {
  const at = model.settings.clients.productAt(product);
  const { operationGroup, proxies } = product;
  const named = operationGroup?.operationConfigs.map(({ apiSource }) => apiSource) ?? proxies;
  const known = new Set(model.bundles.map(({ bundle }) => bundle.name));
  const otherwise = "add the proxy, or take its name out of the product.";
  const remedyFor = remediesFor(model);
  const unknown = [...new Set(named)].flatMap((name) => {
    const remedy = known.has(name) ? null : remedyFor("apiproxies", name, otherwise);
    return remedy === null ? [] : { name, remedy };
  });
  const [first] = unknown;
  if (at === null || first === undefined) return;
  report.warning(
    "UnknownProxy",
    at,
    `The API product ${product.name} is for what the environment does not have: ${listed(unknown.map(({ name }) => name))}.`,
    first.remedy,
  );
}

function checkApps({ bundles, settings }: EnvironmentModel, report: Report): void {
  if (settings.clients.apps.length > 0 || settings.wrongFiles.has("developerapps.json")) return;
  for (const { policy, reportOf } of running(bundles, report, "identifiesClients")) {
    reportOf.warning(
      "NoApps",
      policy.at,
      `The policy ${policy.name} lets in apps, and the environment has none: every request is refused.`,
      "Add developerapps.json, developers.json and products.json to the environment, or start sortie dev with --app KEY.",
    );
  }
}

/** Warns of policies that send codes and tokens to apps some of which have not said where to. */
function checkRedirections({ bundles, settings }: EnvironmentModel, report: Report): void {
  const open = settings.clients.apps.filter((app) => app.callbackUrl.trim() === "" && isApproved(app));
  if (open.length === 0) return;
  for (const { policy, reportOf } of running(bundles, report, "redirectsToApps")) {
    reportOf.warning(
      "AnyRedirection",
      policy.at,
      `The policy ${policy.name} sends codes or tokens to any address that a request names, for apps without a callbackUrl: ${listed(open.map(({ name }) => name))}.`,
      "Give these apps a callbackUrl, or let the flow check redirect_uri before.",
    );
  }
}

/** The policies in steps that refer to something, each with a report for it. */
function running(
  bundles: EnvironmentModel["bundles"],
  report: Report,
  reference: "identifiesClients" | "redirectsToApps",
) {
  return bundles.flatMap(({ bundle, folder }) =>
    [...new Set(runningSteps(bundle).map(({ policy }) => policy))].flatMap((name) => {
      const policy = bundle.policies.get(name);
      if (!policy?.enabled || !policy.meaning?.references[reference]) return [];
      const reportOf = report.inFolder(folder).forPolicy(name, policy.meaning.type.element);
      return [{ policy, reportOf }];
    }),
  );
}
