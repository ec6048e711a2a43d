import type { ActionFacts } from "../actions/check/action-check.ts";
import { checkActionTypes } from "../actions/check/check-action-types.ts";
import type { Report } from "../documents/report.ts";
import { Ontology } from "../ontology/ontology.ts";
import { compileWebhook } from "../webhooks/compile.ts";
import { remediesFor } from "./missing-parts.ts";
import type { EnvironmentModel } from "./read-environment.ts";

/** Checks the action types of an environment against its ontology, functions and webhooks. */
export function checkActions(model: EnvironmentModel, report: Report): void {
  if (model.ontology) checkActionTypes(model.ontology, factsOf(model, model.ontology.definition), report);
}

function factsOf(
  model: EnvironmentModel,
  definition: ConstructorParameters<typeof Ontology>[1],
): ActionFacts {
  const remedyForMissing = remediesFor(model);
  return {
    ontology: new Ontology(model.name, definition),
    functions: new Map(
      model.functions.map(({ published: { name, parameters, output } }) => [
        name,
        { inputs: parameters, returnsEdits: output?.type.type === "edits" },
      ]),
    ),
    // What is wrong with a webhook has been said of its file.
    webhooks: new Map(
      model.webhooks.map(({ webhook }) => {
        const { inputs, outputs } = compileWebhook(webhook, () => {});
        return [webhook.name, { inputs, outputs }];
      }),
    ),
    remedyForFunction: (name) =>
      remedyForMissing("functions", name, `add functions/${name}/ to the environment.`),
  };
}
