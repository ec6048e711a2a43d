import type { Report } from "../documents/report.ts";
import { SourceCatalog } from "../sources/catalog.ts";
import { connectionsOf } from "../sources/connection.ts";
import type { Source } from "../sources/source.ts";
import { checkedSources } from "./check-sources.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/**
 * Checks webhooks against the environment's sources: what stands between a webhook and its source, but for what is
 * about code; headers that the source's authentication would replace (InvalidHeader); and those that are published under
 * the name of a function (DuplicateFunction).
 */
export function checkWebhooks(model: EnvironmentModel, report: Report): void {
  const known = checkedSources(model, report);
  const catalog = new SourceCatalog(model.sources, model.settings.sourceAliases);
  for (const { webhook, at } of model.webhooks) {
    const other = model.functions.find(({ published }) => published.name === webhook.name);
    if (webhook.publishAsFunction && other) {
      report.error(
        "DuplicateFunction",
        at(["publishAsFunction"]),
        `There is another function ${webhook.name} in ${other.at.file}.`,
        "Rename one of them, or do not publish the webhook as a function.",
      );
    }
    for (const { severity, code, message, remedy } of known.problems(webhook.source)) {
      report[severity](code, at(["source"]), message, remedy);
    }
    const source = catalog.find(webhook.source);
    const replaced = source ? authenticationHeader(source) : null;
    for (const [index, { headers }] of webhook.calls.entries()) {
      for (const name of Object.keys(headers)) {
        if (name.toLowerCase() !== replaced) continue;
        report.error(
          "InvalidHeader",
          at(["calls", index, "headers", name]),
          `The authentication of the source ${webhook.source} sets the header ${name}.`,
          "Take it out.",
        );
      }
    }
  }
}

/** The header, in lower case, that proves who is calling; null when none does. */
function authenticationHeader(source: Source): string | null {
  const [connection] = connectionsOf(source);
  const { auth } = connection ?? { auth: { type: "none" as const } };
  switch (auth.type) {
    case "none":
      return null;
    case "apiKey":
      return auth.location.type === "header" ? auth.location.headerName.toLowerCase() : null;
    default:
      return "authorization";
  }
}
