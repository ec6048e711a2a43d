import { BUNDLE_NAME } from "../../bundle/names.ts";
import { readBundle } from "../../bundle/read-bundle.ts";
import { writeArchive } from "../../bundle/write-archive.ts";
import { Report } from "../../documents/report.ts";
import type { EnvironmentBundle, EnvironmentModel } from "../../environment/read-environment.ts";

/**
 * Shared flows alone cannot be called. When an environment deploys no proxy, each of them gets one with the base
 * path `/NAME` that runs it and answers without a target.
 */
export function withProxiesForSharedFlows(model: EnvironmentModel): EnvironmentModel {
  const { bundles } = model;
  if (!bundles.every(({ bundle }) => bundle.kind === "sharedflow")) return model;
  return { ...model, bundles: [...bundles, ...bundles.flatMap(({ bundle }) => proxyFor(bundle.name))] };
}

function proxyFor(sharedFlow: string): EnvironmentBundle[] {
  // A name with other characters has been reported, and might mean something in XML.
  if (!BUNDLE_NAME.pattern.test(sharedFlow)) return [];
  const files = proxyFiles(sharedFlow);
  const bundle = readBundle(files, new Report());
  return bundle === null ? [] : [{ folder: `apiproxies/${sharedFlow}/`, bundle, zip: writeArchive(files) }];
}

function proxyFiles(sharedFlow: string): Map<string, Uint8Array> {
  const files = [
    [`apiproxy/${sharedFlow}.xml`, `<APIProxy name="${sharedFlow}"/>`],
    [
      `apiproxy/policies/FC-SharedFlow.xml`,
      `<FlowCallout name="FC-SharedFlow"><SharedFlowBundle>${sharedFlow}</SharedFlowBundle></FlowCallout>`,
    ],
    [
      `apiproxy/proxies/default.xml`,
      `<ProxyEndpoint name="default">
         <PreFlow><Request><Step><Name>FC-SharedFlow</Name></Step></Request></PreFlow>
         <HTTPProxyConnection><BasePath>/${sharedFlow}</BasePath></HTTPProxyConnection>
         <RouteRule name="no-target"/>
       </ProxyEndpoint>`,
    ],
  ] as const;
  return new Map(files.map(([path, text]) => [path, new TextEncoder().encode(text)] as const));
}
