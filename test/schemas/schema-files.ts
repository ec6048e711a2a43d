import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { applicationFileSchema } from "../../src/credentials/oauth/file-schema.ts";
import { ontologyFileSchema } from "../../src/ontology/file-schema.ts";
import { sourceFileSchema } from "../../src/sources/file-schema.ts";
import { webhookFileSchema } from "../../src/webhooks/file-schema.ts";

/** The JSON Schemas of the package by their path in the repository, made of the schemas that files are read with. */
export function schemaFiles(): Map<string, string> {
  return new Map([
    ["src/sources/source.schema.json", jsonSchemaOf(sourceFileSchema)],
    ["src/credentials/oauth/application.schema.json", jsonSchemaOf(applicationFileSchema)],
    ["src/ontology/ontology.schema.json", jsonSchemaOf(ontologyFileSchema)],
    ["src/webhooks/webhook.schema.json", jsonSchemaOf(webhookFileSchema)],
  ]);
}

function jsonSchemaOf(schema: GenericSchema): string {
  return `${JSON.stringify(toJsonSchema(schema, { typeMode: "input", ignoreActions: ["check"] }), null, 2)}\n`;
}
