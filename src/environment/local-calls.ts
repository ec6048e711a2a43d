import type { Bundle } from "../bundle/model.ts";
import type { XmlElement } from "../xml/element.ts";
import type { Report } from "../xml/report.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/**
 * Warns about a LocalTargetConnection to a proxy or proxy endpoint that is not deployed here, as far as its name is
 * written without variables. The call itself fails with ApplicationNotFound. Reports ProxyNotFound.
 * Apigee: "Chaining API proxies together".
 */
export function checkLocalCalls({ name, bundles }: EnvironmentModel, report: Report): void {
  const deployed = new Map(
    bundles.flatMap(({ bundle }) =>
      bundle.kind === "apiproxy"
        ? [[bundle.name, bundle.proxyEndpoints.map((endpoint) => endpoint.name)] as const]
        : [],
    ),
  );
  for (const { bundle, folder } of bundles) {
    for (const connection of localConnectionsOf(bundle)) {
      const proxy = connection.child("APIProxy");
      const endpoint = connection.child("ProxyEndpoint");
      if (!proxy || !isLiteral(proxy)) continue;
      const endpoints = deployed.get(proxy.text());
      const isMissing = endpoint && isLiteral(endpoint) && endpoints?.includes(endpoint.text()) === false;
      if (endpoints && !isMissing) continue;
      report
        .inFolder(folder)
        .warning(
          "ProxyNotFound",
          endpoints && endpoint ? endpoint : proxy,
          endpoints
            ? `The proxy ${proxy.text()} has no proxy endpoint ${endpoint?.text()}; calling it fails.`
            : `The proxy ${proxy.text()} is not deployed to ${name}; calling it fails.`,
          "Deploy it, or correct its name.",
        );
    }
  }
}

function isLiteral(element: XmlElement): boolean {
  return element.text() !== "" && !element.text().includes("{");
}

/** The LocalTargetConnection elements of a bundle's callouts and targets. */
function localConnectionsOf(bundle: Bundle): XmlElement[] {
  const callouts = [...bundle.policies.values()].flatMap(({ type, element }) =>
    type === "ServiceCallout" ? element.children("LocalTargetConnection") : [],
  );
  if (bundle.kind === "sharedflow") return callouts;
  const targets = [...bundle.targetEndpoints.values()].flatMap(({ connection }) =>
    connection?.kind === "local" ? [connection.element] : [],
  );
  return [...callouts, ...targets];
}
