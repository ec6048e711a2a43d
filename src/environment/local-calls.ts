import { referencesOf } from "../bundle/references.ts";
import { didYouMean } from "../documents/nearest.ts";
import type { Report } from "../documents/report.ts";
import { remediesFor } from "./missing-parts.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/**
 * Warns about a LocalTargetConnection to a proxy or proxy endpoint that is not deployed here, as far as its name is
 * written without variables. The call itself fails with ApplicationNotFound. Reports ProxyNotFound.
 * Apigee: "Chaining API proxies together".
 */
export function checkLocalCalls(model: EnvironmentModel, report: Report): void {
  const { name, bundles } = model;
  const remedyForMissing = remediesFor(model);
  const deployed = new Map(
    bundles.flatMap(({ bundle }) =>
      bundle.kind === "apiproxy"
        ? [[bundle.name, bundle.proxyEndpoints.map((endpoint) => endpoint.name)] as const]
        : [],
    ),
  );
  for (const { bundle, folder } of bundles) {
    for (const { proxy, endpoint, at } of referencesOf(bundle).flatMap(({ proxies = [] }) => proxies)) {
      if (proxy === null || !isLiteral(proxy)) continue;
      const endpoints = deployed.get(proxy);
      const isMissing = endpoint !== null && isLiteral(endpoint) && endpoints?.includes(endpoint) === false;
      if (endpoints && !isMissing) continue;
      // The endpoint may be one of a proxy that could not be read whole.
      const remedy = remedyForMissing("apiproxies", proxy, "deploy it, or take the call out.");
      if (remedy === null) continue;
      report
        .inFolder(folder)
        .warning(
          "ProxyNotFound",
          endpoints ? at.endpoint : at.proxy,
          endpoints
            ? `The proxy ${proxy} has no proxy endpoint ${endpoint}; calling it fails.`
            : `The proxy ${proxy} is not deployed to ${name}; calling it fails.`,
          endpoints
            ? didYouMean(endpoint ?? "", endpoints, "add it to that proxy, or take the call out.")
            : remedy,
        );
    }
  }
}

function isLiteral(template: string): boolean {
  return !template.includes("{");
}
