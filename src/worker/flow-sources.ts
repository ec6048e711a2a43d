import type { EnvironmentDocument } from "../environment/document.ts";
import { SourceCatalog } from "../sources/catalog.ts";
import { DomainSources } from "../sources/domain-sources.ts";
import { FlowSources, type FlowSourcesOptions } from "../sources/flow-sources.ts";
import type { SourceCallServices } from "../sources/source-calls.ts";
import { DeployedWebhooks } from "../webhooks/deployed.ts";

/** The sources of a deployed state, for its flows. */
export function flowSources(document: EnvironmentDocument, services: SourceCallServices): FlowSources {
  return new FlowSources(optionsOf(document, services));
}

/** The webhooks of a deployed state, with the sources that they call. */
export function deployedWebhooks(
  document: EnvironmentDocument,
  services: SourceCallServices,
): DeployedWebhooks {
  return new DeployedWebhooks(document.webhooks, new DomainSources(optionsOf(document, services)));
}

function optionsOf(document: EnvironmentDocument, services: SourceCallServices): FlowSourcesOptions {
  return {
    catalog: new SourceCatalog(document.sources, document.sourceAliases, document.outboundApplications),
    environment: document.environment,
    knowsCallers: document.identity !== null,
    services,
  };
}
