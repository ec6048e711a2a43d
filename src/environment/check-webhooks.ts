import { didYouMean } from "../documents/nearest.ts";
import type { Report } from "../documents/report.ts";
import { SourceCatalog } from "../sources/catalog.ts";
import { connectionsOf } from "../sources/connection.ts";
import { DomainError, DomainSources, domainNamed, secretsFor } from "../sources/domain-sources.ts";
import type { Source, SourceDomain } from "../sources/source.ts";
import { compileWebhook } from "../webhooks/compile.ts";
import type { ReadWebhook } from "../webhooks/read-webhooks.ts";
import { explainedCodes } from "./check-sources.ts";
import { inert } from "./inert.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/**
 * Checks webhooks against the environment's sources: what stands between a webhook and its source, but for what is
 * about code; which domain each call is for (DomainMissing, UnknownDomain) and whether its secrets may go there
 * (UnknownSecret); headers that the source's authentication would replace (InvalidHeader); and those that are published
 * under the name of a function (DuplicateFunction).
 */
export function checkWebhooks(model: EnvironmentModel, report: Report): void {
  const explained = explainedCodes(model, report);
  const catalog = new SourceCatalog(model.sources, model.settings.sourceAliases, model.outboundApplications);
  const knowsCallers = model.settings.identity !== null;
  const known = new DomainSources({ catalog, environment: model.name, knowsCallers, services: inert });
  for (const read of model.webhooks) {
    const { webhook, at } = read;
    const other = model.functions.find(({ published }) => published.name === webhook.name);
    if (webhook.publishAsFunction && other) {
      report.error(
        "DuplicateFunction",
        at(["publishAsFunction"]),
        `There is another function ${webhook.name} in ${other.at.file}.`,
        "Rename one of them, or do not publish the webhook as a function.",
      );
    }
    const problems = known.problems(webhook.source);
    for (const { severity, code, message, remedy } of problems) {
      if (!explained.has(code)) report[severity](code, at(["source"]), message, remedy);
    }
    const source = catalog.find(webhook.source);
    if (source && connectionsOf(source).length > 0) checkCalls(read, source, report);
  }
}

function checkCalls({ webhook, at }: ReadWebhook, source: Source, report: Report): void {
  const { calls } = compileWebhook(webhook, () => {});
  for (const [index, { domain: name, headers, secrets }] of calls.entries()) {
    const domain = domainOf(source, name, (code, message, remedy) =>
      report.error(code, at(["calls", index, name === null ? "path" : "domain"]), message, remedy),
    );
    if (!domain) continue;
    const replaced = authenticationHeader(domain);
    for (const [header] of headers) {
      if (header.toLowerCase() !== replaced) continue;
      report.error(
        "InvalidHeader",
        at(["calls", index, "headers", header]),
        `The authentication of the source ${webhook.source} sets the header ${header}.`,
        "Take it out.",
      );
    }
    const known = secretsFor(source, domain);
    for (const [secret, place] of secrets) {
      if (known.includes(secret)) continue;
      const isBound = source.additionalSecrets.some((each) => each.name === secret);
      report.error(
        "UnknownSecret",
        at(place),
        isBound
          ? `The secret ${secret} of the source ${source.apiName} is not for ${domain.host}.`
          : `The source ${source.apiName} has no additional secret ${secret}.`,
        isBound
          ? "Add the host to hostBoundSecrets of the source, or take the secret out."
          : didYouMean(secret, known, "add it to configuration.additionalSecrets of the source."),
      );
    }
  }
}

function domainOf(
  source: Source,
  name: string | null,
  problem: (code: string, message: string, remedy: string) => void,
): SourceDomain | null {
  try {
    return domainNamed(source, name);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    problem(error.code, error.message, error.remedy);
    return null;
  }
}

/** The header, in lower case, that proves who is calling; null when none does. */
function authenticationHeader({ auth }: SourceDomain): string | null {
  switch (auth.type) {
    case "none":
      return null;
    case "apiKey":
      return auth.location.type === "header" ? auth.location.headerName.toLowerCase() : null;
    default:
      return "authorization";
  }
}
