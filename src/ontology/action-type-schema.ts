import * as v from "valibot";
import { apiName, described, principals } from "./schema-parts.ts";

/** What `actionTypes:` in `ontology/*.yaml` may hold. Foundry: "Action types". */

const parameterId = described(v.string(), "A parameter of the action type.");
const text = v.string();

/** A value of a rule, an input, a default or a condition. Foundry: LogicRuleArgument. */
export type ActionValue =
  | { type: "parameterId"; parameterId: string }
  | { type: "staticValue"; value: unknown }
  | { type: "currentUser"; attribute: "id" | "name" }
  | { type: "currentUserGroups" }
  | { type: "currentTime" }
  | { type: "uniqueIdentifier"; linkId?: string | undefined }
  | { type: "objectParameterPropertyValue"; parameterId: string; propertyTypeApiName: string }
  | { type: "synchronousWebhookOutput"; webhookOutputParamName: string };

const valueSchema = v.variant("type", [
  v.strictObject({ type: v.literal("parameterId"), parameterId }),
  v.strictObject({ type: v.literal("staticValue"), value: v.unknown() }),
  v.strictObject({
    type: v.literal("currentUser"),
    attribute: v.optional(
      described(
        v.picklist(["id", "name"]),
        "The id is never the same for two users; the name is for people to read. Default: id.",
      ),
      "id",
    ),
  }),
  v.strictObject({ type: v.literal("currentUserGroups") }),
  v.strictObject({ type: v.literal("currentTime") }),
  v.strictObject({
    type: v.literal("uniqueIdentifier"),
    linkId: v.optional(described(text, "Wherever it is the same, the identifier is.")),
  }),
  v.strictObject({
    type: v.literal("objectParameterPropertyValue"),
    parameterId,
    propertyTypeApiName: described(text, "A property of the object that the parameter names."),
  }),
  v.strictObject({
    type: v.literal("synchronousWebhookOutput"),
    webhookOutputParamName: described(text, "An output of the writeback webhook."),
  }),
]) satisfies v.GenericSchema<unknown, ActionValue>;

const option = v.strictObject({ displayName: v.optional(text), value: v.unknown() });

const oneOf = v.optional(
  described(
    v.strictObject({
      options: v.pipe(v.array(option), v.minLength(1, "must list an option"), v.maxLength(1000)),
      otherValuesAllowed: v.optional(v.boolean(), false),
    }),
    "The values to choose from.",
  ),
);

const bound = v.optional(v.union([v.number(), v.string()], "must be a number or a text"));
const range = v.optional(
  described(
    v.strictObject({ lt: bound, lte: bound, gt: bound, gte: bound }),
    "How small and how large it may be. Of a long, a date or a timestamp, a text.",
  ),
);

const COUNT = "must be a whole number from 0";
const count = v.optional(v.pipe(v.number(), v.integer(COUNT), v.minValue(0, COUNT)));
const counts = v.strictObject({ lt: count, lte: count, gt: count, gte: count });

const stringRegexMatch = v.optional(
  v.strictObject({
    regex: described(text, "Matches the whole text. Look-around and back-references are not supported."),
    failureMessage: v.optional(text),
  }),
);

const ranged = ["integer", "long", "double", "date", "timestamp"] as const;
const objectType = described(text, "The API name of an object type.");

function typed<E extends v.ObjectEntries>(more: E) {
  return [
    v.strictObject({
      type: v.literal("string"),
      oneOf,
      stringLength: v.optional(described(counts, "How many characters it may have.")),
      stringRegexMatch,
      ...more,
    }),
    v.strictObject({ type: v.literal("boolean"), oneOf, ...more }),
    v.strictObject({ type: v.picklist(ranged), oneOf, range, ...more }),
    v.strictObject({ type: v.literal("object"), objectType, ...more }),
  ] as const;
}

const fieldEntries = {
  required: v.optional(described(v.boolean(), "Whether it has to be there. Default: yes."), true),
};

const structOf = <E extends v.ObjectEntries>(more: E) =>
  v.strictObject({
    type: v.literal("struct"),
    fields: v.record(apiName, v.variant("type", [...typed(fieldEntries)])),
    ...more,
  });

const parameterEntries = {
  displayName: v.optional(text),
  description: v.optional(text),
  ...fieldEntries,
  default: v.optional(described(valueSchema, "What it is when nobody gives a value.")),
};

const parameterSchema = v.variant("type", [
  ...typed(parameterEntries),
  structOf(parameterEntries),
  v.strictObject({ type: v.literal("objectSet"), objectType, ...parameterEntries }),
  v.strictObject({
    type: v.literal("array"),
    items: described(v.variant("type", [...typed({}), structOf({})]), "What its elements are."),
    arraySize: v.optional(described(counts, "How many elements it may have.")),
    ...parameterEntries,
  }),
]);

const properties = described(v.record(text, valueSchema), "Values by property.");
const inputs = v.optional(described(v.record(text, valueSchema), "Values by input."), {});

const ruleSchema = v.variant("type", [
  v.strictObject({ type: v.picklist(["createObject", "createOrModifyObject"]), objectType, properties }),
  v.strictObject({
    type: v.literal("modifyObject"),
    object: described(text, "A parameter of the type object, or of an array of them."),
    properties,
  }),
  v.strictObject({
    type: v.literal("deleteObject"),
    object: described(text, "A parameter of the type object, or of an array of them."),
  }),
  v.strictObject({
    type: v.picklist(["createLink", "deleteLink"]),
    link: described(text, "The API name of the link, as objects of the source's type have it."),
    source: parameterId,
    target: parameterId,
  }),
  v.strictObject({
    type: v.literal("function"),
    function: described(text, "A function that returns edits. It has to be the only rule."),
    inputs,
  }),
]);

export const operators = [
  "is",
  "isNot",
  "isLessThan",
  "isLessThanOrEquals",
  "isGreaterThan",
  "isGreaterThanOrEquals",
  "matches",
  "includes",
  "includesAny",
  "isIncludedIn",
  "eachIs",
  "eachIsNot",
] as const;

/** A condition of a submission criterion. Foundry: "Submission criteria". */
export type Condition =
  | { type: "comparison"; left: ActionValue; operator: (typeof operators)[number]; right: ActionValue }
  | { type: "and" | "or"; conditions: Condition[] }
  | { type: "not"; condition: Condition };

const conditionSchema: v.GenericSchema<unknown, Condition> = v.lazy(() =>
  v.variant("type", [
    v.strictObject({
      type: v.literal("comparison"),
      left: valueSchema,
      operator: v.picklist(operators),
      right: valueSchema,
    }),
    v.strictObject({
      type: v.picklist(["and", "or"]),
      conditions: v.pipe(v.array(conditionSchema), v.minLength(1, "must list a condition")),
    }),
    v.strictObject({ type: v.literal("not"), condition: conditionSchema }),
  ]),
);

const webhook = v.strictObject({ webhook: described(text, "The name of a webhook."), inputs });

export const actionTypeSchema = v.strictObject({
  displayName: v.optional(described(text, "For people to read.")),
  description: v.optional(text),
  parameters: v.optional(v.record(apiName, parameterSchema), {}),
  rules: described(
    v.pipe(v.array(ruleSchema), v.minLength(1, "must list a rule"), v.maxLength(100)),
    "What it changes.",
  ),
  submissionCriteria: v.optional(
    described(
      v.array(v.strictObject({ condition: conditionSchema, failureMessage: v.optional(text) })),
      "What has to hold for it to be applied.",
    ),
    [],
  ),
  webhooks: v.optional(
    v.strictObject({
      writeback: v.optional(
        described(webhook, "Called before anything is changed. When it fails, nothing is."),
      ),
      sideEffects: v.optional(
        described(v.array(webhook), "Called after everything was changed; nobody waits for them."),
        [],
      ),
    }),
    { sideEffects: [] },
  ),
  permissions: v.optional(
    described(
      v.strictObject({
        apply: v.optional(described(principals, "Who may apply it. Default: nobody."), []),
        see: v.optional(described(principals, "Who may see that it exists. Default: who may apply it.")),
      }),
      "Who may apply it, and who may see it. Default: nobody.",
    ),
    { apply: [] },
  ),
});

/** An action type as it is deployed: what its file says. */
export type ActionType = v.InferOutput<typeof actionTypeSchema>;
export type ActionParameter = ActionType["parameters"][string];
export type ActionElement = Extract<ActionParameter, { type: "array" }>["items"];
export type ActionField = Extract<ActionParameter, { type: "struct" }>["fields"][string];
export type ActionRule = ActionType["rules"][number];
export type ActionWebhook = v.InferOutput<typeof webhook>;
export type Counts = v.InferOutput<typeof counts>;
export type OneOf = NonNullable<v.InferOutput<typeof oneOf>>;
