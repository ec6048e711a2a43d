import { createHash } from "node:crypto";
import type { NamedType, PublishedSignature } from "../functions/published-function.ts";
import { compileWebhook } from "./compile.ts";
import type { CompiledWebhook } from "./compiled.ts";
import type { Webhook } from "./file-schema.ts";

/**
 * A webhook as the function that it is published as; null for one that is not. Its result has the outputs by name.
 * Foundry: "Publish webhooks as functions".
 */
export function publishedSignature(webhook: Webhook): PublishedSignature | null {
  if (!webhook.publishAsFunction) return null;
  const { name, inputs, outputs, writes } = compileWebhook(webhook, () => {});
  return {
    name,
    revision: createHash("sha256").update(JSON.stringify(webhook)).digest("hex"),
    isQuery: !writes,
    parameters: [...inputs],
    output:
      outputs.length === 0 ? null : { type: { type: "struct", fields: fieldsOf(outputs) }, optional: false },
    edits: [],
  };
}

function fieldsOf(outputs: CompiledWebhook["outputs"]): NamedType[] {
  return outputs.map(({ name, type, optional }) => ({ name, type, optional }));
}
