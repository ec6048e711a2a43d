import type { NamedType, ValueType } from "../../functions/published-function.ts";
import { compileWebhook } from "../../webhooks/compile.ts";
import type { Webhook } from "../../webhooks/file-schema.ts";

/** The type of a source's webhooks for TypeScript v1: `MySource.webhooks.NAME.call`. */
export function declareWebhooks(webhooks: readonly Webhook[]): string {
  const declared = webhooks.map((webhook) => {
    const { name, inputs, outputs } = compileWebhook(webhook, () => {});
    return `    readonly ${name}: CallableWebhook<${fields(inputs)}, ${fields(outputs)}>;\n`;
  });
  return declared.length === 0 ? "{}" : `{\n${declared.join("")}  }`;
}

function fields(named: readonly NamedType[]): string {
  if (named.length === 0) return "{}";
  const all = named.map(({ name, type, optional }) => {
    const written = `readonly ${JSON.stringify(name)}${optional ? "?" : ""}: ${typeOf(type)}`;
    return optional ? `${written} | null | undefined` : written;
  });
  return `{ ${all.join("; ")} }`;
}

/** As JSON has it: a Long is a text of digits, and so are dates and timestamps texts. */
function typeOf(type: ValueType): string {
  switch (type.type) {
    case "boolean":
      return "boolean";
    case "integer":
    case "double":
      return "number";
    case "list":
      return `readonly (${typeOf(type.element)})[]`;
    case "struct":
      return fields(type.fields);
    default:
      return "string";
  }
}
