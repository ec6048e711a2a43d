import type { ValuePath } from "../../documents/known-fields.ts";
import type { Report } from "../../documents/report.ts";
import type { ActionType } from "../../ontology/action-type-schema.ts";
import type { ReadOntology } from "../../ontology/check-ontology.ts";
import { type ActionCheck, type ActionFacts, typesIn } from "./action-check.ts";
import { checkCriteria } from "./check-criteria.ts";
import { checkParameters } from "./check-parameters.ts";
import { checkRules } from "./check-rules.ts";

/**
 * Checks action types against everything that they name. Reports NobodyMayApply as a warning, and the problems of
 * parameters, rules and submission criteria. Foundry: "Action types".
 */
export function checkActionTypes(
  { definition, places }: ReadOntology,
  facts: ActionFacts,
  report: Report,
): void {
  const types = typesIn(facts.ontology, facts.webhooks);
  for (const [name, action] of Object.entries(definition.actionTypes)) {
    const root: ValuePath = ["actionTypes", name];
    const check: ActionCheck = {
      name,
      action,
      facts,
      types,
      error: (code, path, message, remedy) =>
        report.error(code, places.at([...root, ...path]), message, remedy),
      warning: (code, path, message, remedy) =>
        report.warning(code, places.at([...root, ...path]), message, remedy),
    };
    checkParameters(check);
    checkRules(check);
    checkCriteria(check);
    checkPermissions(name, action, root, places, report);
  }
}

function checkPermissions(
  name: string,
  { permissions }: ActionType,
  root: ValuePath,
  places: ReadOntology["places"],
  report: Report,
): void {
  if (permissions.apply.length > 0) return;
  report.warning(
    "NobodyMayApply",
    places.atName(root),
    `Nobody may apply ${name}.`,
    "Name who may in permissions.apply: users, services, anyone, group:NAME or user:NAME.",
  );
}
