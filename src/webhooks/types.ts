import type { NamedType, ValueType } from "../functions/published-function.ts";
import { attachmentType } from "./attachment.ts";
import type { WebhookInput, WebhookType } from "./file-schema.ts";

/** A type with a name, as functions have it. */
export function namedType(
  name: string,
  type: WebhookInput | (WebhookType & { readonly optional: boolean }),
): NamedType {
  return {
    name,
    type: type.type === "attachment" ? attachmentType : valueType(type),
    optional: type.optional,
  };
}

function valueType(type: WebhookType): ValueType {
  switch (type.type) {
    case "list":
      return { type: "list", element: valueType(type.element) };
    case "record":
      return { type: "struct", fields: Object.entries(type.fields).map((field) => namedType(...field)) };
    default:
      return { type: type.type };
  }
}
