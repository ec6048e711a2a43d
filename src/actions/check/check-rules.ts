import type { ValuePath } from "../../documents/known-fields.ts";
import { didYouMean } from "../../documents/nearest.ts";
import type { ActionRule, ActionValue, ActionWebhook } from "../../ontology/action-type-schema.ts";
import { type ActionCheck, checkObjectType, objectTypeAt } from "./action-check.ts";
import { checkInputs, checkValue } from "./check-value.ts";

/**
 * Checks what an action type changes. Reports ObjectTypeNotFound, PropertyNotFound, MissingPrimaryKey,
 * PrimaryKeyNotEditable, LinkNotFound, LinkMismatch, FunctionNotFound, FunctionWithoutEdits, FunctionNotAlone,
 * WebhookNotFound, NobodyMayEdit as a warning, and those of {@link checkValue} and {@link checkInputs}.
 */
export function checkRules(check: ActionCheck): void {
  const { rules, webhooks } = check.action;
  for (const [index, rule] of rules.entries()) {
    const path = ["rules", index];
    checkRule(check, rule, path);
    if (rule.type !== "function" || rules.length === 1) continue;
    const message = "A function has to be the only rule of its action type.";
    check.error(
      "FunctionNotAlone",
      path,
      message,
      "Take the other rules out, or let the function do what they do.",
    );
  }
  if (webhooks.writeback) checkWebhook(check, webhooks.writeback, ["webhooks", "writeback"], "writeback");
  for (const [index, webhook] of webhooks.sideEffects.entries()) {
    checkWebhook(check, webhook, ["webhooks", "sideEffects", index], "rule");
  }
}

function checkRule(check: ActionCheck, rule: ActionRule, path: ValuePath): void {
  switch (rule.type) {
    case "createObject":
    case "createOrModifyObject": {
      const { objectType, properties } = rule;
      if (!checkObjectType(check, objectType, [...path, "objectType"])) return;
      checkEditable(check, objectType, [...path, "objectType"]);
      checkProperties(check, objectType, properties, [...path, "properties"]);
      const { primaryKey = "" } = check.facts.ontology.objectTypes.get(objectType) ?? {};
      if (Object.hasOwn(properties, primaryKey)) return;
      const message = `An object of ${objectType} needs a value for its primary key, ${primaryKey}.`;
      check.error(
        "MissingPrimaryKey",
        [...path, "properties"],
        message,
        `Add ${primaryKey} to its properties.`,
      );
      return;
    }
    case "modifyObject": {
      const objectType = editedTypeAt(check, rule.object, [...path, "object"]);
      if (objectType !== null) checkModified(check, objectType, rule.properties, [...path, "properties"]);
      return;
    }
    case "deleteObject":
      editedTypeAt(check, rule.object, [...path, "object"]);
      return;
    case "createLink":
    case "deleteLink":
      checkLink(check, rule, path);
      return;
    case "function":
      checkFunction(check, rule, path);
  }
}

function editedTypeAt(check: ActionCheck, parameter: string, path: ValuePath): string | null {
  const objectType = objectTypeAt(check, parameter, path);
  if (objectType !== null) checkEditable(check, objectType, path);
  return objectType;
}

function checkEditable({ facts, name, warning }: ActionCheck, objectType: string, path: ValuePath): void {
  if (facts.ontology.objectTypes.get(objectType)?.permissions.edit.length !== 0) return;
  warning(
    "NobodyMayEdit",
    path,
    `Nobody may edit objects of ${objectType}, so ${name} is refused to everybody.`,
    `Name who may in permissions.edit of ${objectType}: users, services, anyone, group:NAME or user:NAME.`,
  );
}

function checkModified(
  check: ActionCheck,
  objectType: string,
  properties: Readonly<Record<string, ActionValue>>,
  path: ValuePath,
): void {
  checkProperties(check, objectType, properties, path);
  const { primaryKey = "" } = check.facts.ontology.objectTypes.get(objectType) ?? {};
  if (!Object.hasOwn(properties, primaryKey)) return;
  const message = `${primaryKey} is the primary key of ${objectType}, which nobody can change.`;
  check.error("PrimaryKeyNotEditable", [...path, primaryKey], message, "Take it out.");
}

function checkProperties(
  check: ActionCheck,
  objectType: string,
  properties: Readonly<Record<string, ActionValue>>,
  path: ValuePath,
): void {
  const known = Object.keys(check.facts.ontology.objectTypes.get(objectType)?.properties ?? {});
  for (const [name, value] of Object.entries(properties)) {
    if (known.includes(name)) {
      checkValue(check, value, [...path, name], check.types.property(objectType, name), "rule");
    } else if (check.facts.ontology.objectTypes.has(objectType)) {
      const remedy = didYouMean(name, known, "add the property, or take it out here.");
      check.error("PropertyNotFound", [...path, name], `${objectType} has no property ${name}.`, remedy);
    }
  }
}

function checkLink(
  check: ActionCheck,
  { link, source, target }: Extract<ActionRule, { type: "createLink" | "deleteLink" }>,
  path: ValuePath,
): void {
  const from = editedTypeAt(check, source, [...path, "source"]);
  const to = editedTypeAt(check, target, [...path, "target"]);
  const type = from === null ? undefined : check.facts.ontology.objectTypes.get(from);
  if (!type) return;
  const side = type.links.get(link);
  if (!side) {
    const remedy = didYouMean(link, type.links.keys(), "add the link, or name another.");
    check.error("LinkNotFound", [...path, "link"], `${type.apiName} has no link ${link}.`, remedy);
  } else if (to !== null && side.target !== to) {
    const message = `The link ${link} of ${type.apiName} leads to ${side.target}, and the target is a ${to}.`;
    check.error("LinkMismatch", [...path, "target"], message, `Name a parameter that is a ${side.target}.`);
  }
}

function checkFunction(
  check: ActionCheck,
  rule: Extract<ActionRule, { type: "function" }>,
  path: ValuePath,
): void {
  const name = rule.function;
  const found = check.facts.functions.get(name);
  if (!found) {
    const remedy = check.facts.remedyForFunction(name);
    if (remedy === null) return;
    check.error("FunctionNotFound", [...path, "function"], `There is no function ${name}.`, remedy);
    return;
  }
  if (!found.returnsEdits) {
    const message = `The function ${name} returns no edits.`;
    const remedy = "Name a function that returns edits: Edits in TypeScript, list[OntologyEdit] in Python.";
    check.error("FunctionWithoutEdits", [...path, "function"], message, remedy);
  }
  checkInputs(check, rule.inputs, found.inputs, `The function ${name}`, [...path, "inputs"], "rule");
}

function checkWebhook(
  check: ActionCheck,
  { webhook, inputs }: ActionWebhook,
  path: ValuePath,
  role: "writeback" | "rule",
): void {
  const { webhooks } = check.facts;
  const found = webhooks.get(webhook);
  if (!found) {
    const remedy = didYouMean(webhook, webhooks.keys(), `add webhooks/${webhook}.yaml.`);
    check.error("WebhookNotFound", [...path, "webhook"], `There is no webhook ${webhook}.`, remedy);
    return;
  }
  checkInputs(check, inputs, found.inputs, `The webhook ${webhook}`, [...path, "inputs"], role);
}
