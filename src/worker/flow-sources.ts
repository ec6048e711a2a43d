import type { EnvironmentDocument } from "../environment/document.ts";
import { SourceCatalog } from "../sources/catalog.ts";
import { FlowSources } from "../sources/flow-sources.ts";
import type { SourceCallServices } from "../sources/source-calls.ts";

/** The sources of a deployed state, for its flows. */
export function flowSources(document: EnvironmentDocument, services: SourceCallServices): FlowSources {
  return new FlowSources({
    catalog: new SourceCatalog(document.sources, document.sourceAliases, document.outboundApplications),
    environment: document.environment,
    knowsCallers: document.identity !== null,
    services,
  });
}
