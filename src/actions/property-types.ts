import type { ValueType } from "../functions/published-function.ts";
import type { PropertyType, ScalarPropertyType } from "../ontology/file-schema.ts";

/** What a property holds, in the types of functions; null for what these do not have. */
export function typeOfProperty(property: PropertyType): ValueType | null {
  switch (property.type) {
    case "array": {
      const element = typeOfScalar(property.items.type);
      return element && { type: "list", element };
    }
    case "struct":
      return {
        type: "struct",
        fields: Object.entries(property.fields).flatMap(([name, field]) => {
          const type = typeOfScalar(field.type);
          return type ? [{ name, type, optional: true }] : [];
        }),
      };
    default:
      return typeOfScalar(property.type);
  }
}

function typeOfScalar(type: ScalarPropertyType): ValueType | null {
  return type === "geopoint" ? null : { type };
}
