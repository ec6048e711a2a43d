/**
 * The files of a proxy that runs one shared flow and answers with what it leaves: base path `/NAME`, no target.
 * @param sharedFlow a name as bundles may have them, so nothing in it means anything in XML
 */
export function proxyForSharedFlow(sharedFlow: string): [path: string, content: Uint8Array][] {
  const folder = `apiproxies/${sharedFlow}/apiproxy`;
  const files = [
    [`${folder}/${sharedFlow}.xml`, `<APIProxy name="${sharedFlow}"/>`],
    [
      `${folder}/policies/FC-SharedFlow.xml`,
      `<FlowCallout name="FC-SharedFlow"><SharedFlowBundle>${sharedFlow}</SharedFlowBundle></FlowCallout>`,
    ],
    [
      `${folder}/proxies/default.xml`,
      `<ProxyEndpoint name="default">
         <PreFlow><Request><Step><Name>FC-SharedFlow</Name></Step></Request></PreFlow>
         <HTTPProxyConnection><BasePath>/${sharedFlow}</BasePath></HTTPProxyConnection>
         <RouteRule name="no-target"/>
       </ProxyEndpoint>`,
    ],
  ] as const;
  return files.map(([path, text]) => [path, new TextEncoder().encode(text)]);
}
