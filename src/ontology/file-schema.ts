import * as v from "valibot";
import { actionTypeSchema } from "./action-type-schema.ts";
import { apiName, described, principals } from "./schema-parts.ts";

/** What `ontology/*.yaml` may hold. The JSON Schema for editors is made of this. */

/** The types of properties that hold one value. Foundry: "Properties: base types". */
const scalarTypes = [
  ...(["string", "boolean", "byte", "short", "integer", "long", "float", "double", "decimal"] as const),
  ...(["date", "timestamp", "geopoint"] as const),
] as const;
export type ScalarPropertyType = (typeof scalarTypes)[number];

/** The type of a property. Lists are not nested, and hold no structs; structs hold neither. */
export type PropertyType =
  | { type: ScalarPropertyType }
  | { type: "array"; items: { type: ScalarPropertyType } }
  | { type: "struct"; fields: Record<string, { type: ScalarPropertyType }> };

const names = {
  displayName: v.optional(described(v.string(), "For people to read.")),
  description: v.optional(v.string()),
};

const scalar = v.strictObject({ type: v.picklist(scalarTypes) });
const property = v.variant("type", [
  v.strictObject({ type: v.picklist(scalarTypes), ...names }),
  v.strictObject({ type: v.literal("array"), items: scalar, ...names }),
  v.strictObject({ type: v.literal("struct"), fields: v.record(apiName, scalar), ...names }),
]);

const objectType = v.strictObject({
  ...names,
  pluralDisplayName: v.optional(v.string()),
  primaryKey: described(apiName, "The property that tells objects apart."),
  titleProperty: v.optional(
    described(apiName, "The property that shows what an object is. Default: the primary key."),
  ),
  properties: v.record(apiName, property),
  permissions: v.optional(
    described(
      v.strictObject({ read: v.optional(principals, []), edit: v.optional(principals, []) }),
      "Who may read objects, and who may edit them. Default: nobody.",
    ),
    { read: [], edit: [] },
  ),
});

const side = {
  objectType: described(apiName, "The object type at this end."),
  apiName: described(apiName, "What an object at this end calls the objects at the other."),
  displayName: names.displayName,
};

const linkType = v.strictObject({
  from: v.strictObject({
    ...side,
    foreignKey: v.optional(
      described(
        apiName,
        "The property that holds the primary key of the one object at the other end. Without it, objects have any number of links to both sides.",
      ),
    ),
  }),
  to: v.strictObject(side),
});

export const ontologyFileSchema = v.strictObject({
  objectTypes: v.optional(v.record(apiName, objectType), {}),
  linkTypes: v.optional(v.record(apiName, linkType), {}),
  actionTypes: v.optional(v.record(apiName, actionTypeSchema), {}),
});

/** An ontology as it is deployed: what all its files say, together. */
export const ontologySchema = v.object(ontologyFileSchema.entries);

export type OntologyDefinition = v.InferOutput<typeof ontologySchema>;
export type ObjectTypeDefinition = OntologyDefinition["objectTypes"][string];
export type PropertyDefinition = ObjectTypeDefinition["properties"][string];
export type LinkTypeDefinition = OntologyDefinition["linkTypes"][string];
