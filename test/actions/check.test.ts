import { expect, test } from "vitest";
import { problemsOf } from "./action-kit.ts";

/** An action type with these parameters and rules. */
const withRules = (rules: string, parameters = "") =>
  `parameters:\n  who: { type: object, objectType: Employee }\n  level: { type: integer }\n  note: { type: string, required: false }\n${parameters}rules:\n${rules}`;

const modify =
  "  - { type: modifyObject, object: who, properties: { level: { type: parameterId, parameterId: level } } }";

test("an action type of every kind of rule and value has no problem", () => {
  const text = `displayName: Everything
description: All of it
parameters:
  who: { type: object, objectType: Employee }
  all: { type: array, items: { type: object, objectType: Employee }, arraySize: { lte: 5 } }
  office: { type: object, objectType: Office, required: false }
  level: { type: integer, range: { gte: 1, lte: 10 }, default: { type: objectParameterPropertyValue, parameterId: who, propertyTypeApiName: level } }
  name: { type: string, stringLength: { lte: 20 }, stringRegexMatch: { regex: "[A-Z].*", failureMessage: Begins with a capital } }
  tag: { type: string, oneOf: { options: [{ value: a }, { displayName: The B, value: b }], otherValuesAllowed: true } }
  badge: { type: long, range: { gte: "1" } }
  born: { type: date, range: { lt: "2020-01-01" } }
  address: { type: struct, fields: { street: { type: string } } }
rules:
  - type: createObject
    objectType: Employee
    properties:
      id: { type: uniqueIdentifier, linkId: new }
      name: { type: synchronousWebhookOutput, webhookOutputParamName: id }
      level: { type: parameterId, parameterId: level }
      badge: { type: parameterId, parameterId: badge }
      born: { type: parameterId, parameterId: born }
      changedAt: { type: currentTime }
      tags: { type: staticValue, value: [x, y] }
      address: { type: parameterId, parameterId: address }
  - { type: createOrModifyObject, objectType: Office, properties: { number: { type: staticValue, value: "9" } } }
  - { type: modifyObject, object: who, properties: { name: { type: currentUser, attribute: name } } }
  - { type: deleteObject, object: all }
  - { type: createLink, link: offices, source: who, target: office }
  - { type: deleteLink, link: boss, source: all, target: who }
submissionCriteria:
  - condition: { type: comparison, left: { type: currentUserGroups }, operator: includes, right: { type: staticValue, value: hr } }
    failureMessage: Only HR may do that.
  - condition:
      type: or
      conditions:
        - { type: not, condition: { type: comparison, left: { type: parameterId, parameterId: name }, operator: matches, right: { type: staticValue, value: "x+" } } }
        - { type: comparison, left: { type: parameterId, parameterId: level }, operator: isLessThan, right: { type: objectParameterPropertyValue, parameterId: who, propertyTypeApiName: level } }
webhooks:
  writeback: { webhook: crm, inputs: { name: { type: parameterId, parameterId: name } } }
  sideEffects:
    - { webhook: crm, inputs: { name: { type: synchronousWebhookOutput, webhookOutputParamName: id } } }
permissions: { apply: [group:hr, user:ann@example.com], see: [anyone] }`;
  expect(problemsOf(text)).toEqual([]);
});

test.each([
  [
    "an object type",
    withRules("  - { type: createObject, objectType: Employe, properties: {} }"),
    /^ObjectTypeNotFound <Employe,.*Did you mean Employee\?/,
  ],
  [
    "an object type of a parameter",
    withRules(modify, "  x: { type: objectSet, objectType: Offic }\n"),
    /^ObjectTypeNotFound <Offic }.*Did you mean Office\?/,
  ],
  [
    "a property",
    withRules("  - { type: modifyObject, object: who, properties: { levl: { type: currentTime } } }"),
    /^PropertyNotFound <\{ type: cu.*Did you mean level\?/,
  ],
  [
    "a property of an object",
    withRules(
      "  - { type: modifyObject, object: who, properties: { level: { type: objectParameterPropertyValue, parameterId: who, propertyTypeApiName: lvel } } }",
    ),
    /^PropertyNotFound <lvel .*Did you mean level\?/,
  ],
  [
    "a parameter",
    withRules("  - { type: deleteObject, object: whom }"),
    /^ParameterNotFound <whom .*Did you mean who\?/,
  ],
  [
    "a link",
    withRules("  - { type: createLink, link: bos, source: who, target: who }"),
    /^LinkNotFound <bos, .*Did you mean boss\?/,
  ],
  [
    "a function",
    withRules("  - { type: function, function: promote }"),
    /^FunctionNotFound <promote .*Add functions\/promote/,
  ],
  [
    "an input of a function",
    withRules(
      "  - { type: function, function: promoteAll, inputs: { level: { type: staticValue, value: 1 }, whom: { type: parameterId, parameterId: who } } }",
    ),
    /^InputNotFound .*Did you mean who\?/,
  ],
  [
    "a webhook",
    `${withRules(modify)}\nwebhooks: { writeback: { webhook: crn } }`,
    /^WebhookNotFound <crn .*Did you mean crm\?/,
  ],
  [
    "an output",
    `${withRules("  - { type: modifyObject, object: who, properties: { name: { type: synchronousWebhookOutput, webhookOutputParamName: idd } } }")}\nwebhooks: { writeback: { webhook: crm, inputs: { name: { type: staticValue, value: x } } } }`,
    /^OutputNotFound <idd .*Did you mean id\?/,
  ],
])("%s that is not there is reported, with what was meant", (_, text, problem) => {
  expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]);
});

test.each([
  [
    "a value of another type",
    withRules(
      "  - { type: modifyObject, object: who, properties: { level: { type: parameterId, parameterId: note } } }",
    ),
    /^TypeMismatch <\{ type: pa.*Integer is wanted, and this is String/,
  ],
  [
    "a static value of another type",
    withRules(
      "  - { type: modifyObject, object: who, properties: { level: { type: staticValue, value: high } } }",
    ),
    /^InvalidValue <high .*expected Integer/,
  ],
  [
    "the primary key of an object",
    withRules("  - { type: modifyObject, object: who, properties: { id: { type: staticValue, value: x } } }"),
    /^PrimaryKeyNotEditable/,
  ],
  [
    "an object without its primary key",
    withRules("  - { type: createObject, objectType: Employee, properties: {} }"),
    /^MissingPrimaryKey .*Add id/,
  ],
  [
    "a link to what it does not lead to",
    withRules("  - { type: createLink, link: offices, source: who, target: who }"),
    /^LinkMismatch <who .*leads to Office/,
  ],
  ["an object that is none", withRules("  - { type: deleteObject, object: level }"), /^TypeMismatch <level /],
  [
    "a function that returns no edits",
    withRules("  - { type: function, function: add }"),
    /^FunctionWithoutEdits <add /,
  ],
  [
    "a function without what it needs",
    withRules("  - { type: function, function: promoteAll }"),
    /^MissingInput .*level/,
  ],
  [
    "what a webhook needs, of which there may be none",
    `${withRules(modify)}\nwebhooks: { sideEffects: [{ webhook: crm, inputs: { name: { type: parameterId, parameterId: note } } }] }`,
    /^InputMayBeMissing/,
  ],
  [
    "an output before the webhook",
    `${withRules(modify)}\nwebhooks: { writeback: { webhook: crm, inputs: { name: { type: synchronousWebhookOutput, webhookOutputParamName: id } } } }`,
    /^ValueNotPossible/,
  ],
  [
    "an output without a webhook",
    withRules(
      "  - { type: modifyObject, object: who, properties: { name: { type: synchronousWebhookOutput, webhookOutputParamName: id } } }",
    ),
    /^OutputNotFound .*no writeback webhook/,
  ],
  [
    "a default that is a parameter",
    withRules(modify, "  x: { type: string, default: { type: parameterId, parameterId: note } }\n"),
    /^ValueNotPossible/,
  ],
  [
    "a regular expression that is none",
    withRules(modify, '  x: { type: string, stringRegexMatch: { regex: "(" } }\n'),
    /^InvalidRegex/,
  ],
  [
    "look-around",
    withRules(modify, '  x: { type: string, stringRegexMatch: { regex: "(?=a)a" } }\n'),
    /^InvalidRegex/,
  ],
  [
    "a range without values",
    withRules(modify, "  x: { type: integer, range: { gt: 5, lt: 3 } }\n"),
    /^EmptyRange/,
  ],
  [
    "a range up to what it has to be above",
    withRules(modify, "  x: { type: integer, range: { gt: 5, lte: 5 } }\n"),
    /^EmptyRange/,
  ],
  [
    "a bound of another type",
    withRules(modify, "  x: { type: date, range: { gt: tomorrow } }\n"),
    /^InvalidValue <tomorrow/,
  ],
  [
    "an option of another type",
    withRules(modify, "  x: { type: integer, oneOf: { options: [{ value: a }] } }\n"),
    /^InvalidValue <a/,
  ],
  [
    "a type that is not there",
    withRules(modify, "  x: { type: attachment }\n"),
    /^NotSupportedYet <attachment/,
  ],
  [
    "an order of what has none",
    `${withRules(modify)}\nsubmissionCriteria: [{ condition: { type: comparison, left: { type: parameterId, parameterId: note }, operator: isLessThan, right: { type: staticValue, value: b } } }]`,
    /^OperatorNotPossible/,
  ],
  [
    "a list that is none",
    `${withRules(modify)}\nsubmissionCriteria: [{ condition: { type: comparison, left: { type: parameterId, parameterId: note }, operator: includes, right: { type: staticValue, value: b } } }]`,
    /^OperatorNotPossible/,
  ],
  [
    "a comparison of two types",
    `${withRules(modify)}\nsubmissionCriteria: [{ condition: { type: comparison, left: { type: parameterId, parameterId: note }, operator: is, right: { type: staticValue, value: 3 } } }]`,
    /^InvalidValue <3 /,
  ],
  ["an action that nobody may apply", `${withRules(modify)}\npermissions: {}`, /^NobodyMayApply <probe/],
])("%s is reported", (_, text, problem) => {
  expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]);
});

test.each([
  "  - { type: createObject, objectType: Country, properties: { code: { type: parameterId, parameterId: note } } }",
  "  - { type: modifyObject, object: where, properties: {} }",
  "  - { type: deleteObject, object: where }",
  "  - { type: createLink, link: countries, source: who, target: where }",
  "  - { type: deleteLink, link: citizens, source: where, target: who }",
])("a change of what nobody may edit is reported: %s", (rule) => {
  const text = withRules(rule, "  where: { type: object, objectType: Country }\n");
  expect(problemsOf(text)).toEqual([
    expect.stringMatching(/^NobodyMayEdit <(Country|where)\W.*so probe is refused to everybody/),
  ]);
});

test("a function is alone", () => {
  const text = withRules(
    `${modify}\n  - { type: function, function: promoteAll, inputs: { level: { type: staticValue, value: 1 } } }`,
  );
  expect(problemsOf(text)).toEqual([expect.stringMatching(/^FunctionNotAlone/)]);
});

test("everything that is wrong is reported at once", () => {
  const text = withRules("  - { type: deleteObject, object: a }\n  - { type: deleteObject, object: b }");
  expect(problemsOf(text)).toHaveLength(2);
});
