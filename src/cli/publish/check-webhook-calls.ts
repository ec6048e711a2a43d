import type * as t from "@babel/types";
import { didYouMean } from "../../documents/nearest.ts";
import type { Report } from "../../documents/report.ts";
import type { Webhook } from "../../webhooks/file-schema.ts";
import { writes } from "../../webhooks/writes.ts";
import { functionsAround } from "./check-sources.ts";
import type { DeclaredFunction } from "./declared-function.ts";
import { sourceSymbol } from "./decorators.ts";
import { textIn } from "./literal.ts";
import type { SourceFile } from "./source-file.ts";
import { walk } from "./walk.ts";

/** The webhooks of an environment. */
export interface KnownWebhooks {
  readonly webhooks: readonly Webhook[];
  /** Alias to API name. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Whether there is a file for a webhook, which may be wrong or another environment's. */
  hasFile(name: string): boolean;
}

/**
 * Reports UnknownWebhook: `MySource.webhooks.NAME` where the source has no such webhook; and WriteInQuery: one that
 * writes, in a method with `@Query`. Names that are worked out are checked when the code runs.
 */
export function checkWebhookCalls(
  functions: readonly DeclaredFunction[],
  files: readonly SourceFile[],
  { webhooks, aliases, hasFile }: KnownWebhooks,
  report: Report,
): void {
  for (const file of files) {
    walk(file.program, (node) => {
      const use = webhookUse(node, file);
      if (!use) return;
      const { source, name } = use;
      const ofSource = webhooks.filter((each) => (aliases[each.source] ?? each.source) === source);
      const webhook = ofSource.find((each) => each.name === name);
      if (!webhook) {
        if (hasFile(name) && !webhooks.some((each) => each.name === name)) return;
        report.error(
          "UnknownWebhook",
          file.at(node),
          `The source ${source} has no webhook ${name}.`,
          didYouMean(
            name,
            ofSource.map((each) => each.name),
            `add webhooks/${name}.yaml to the environment.`,
          ),
        );
        return;
      }
      const users = functionsAround(node, file, functions);
      if (!writes(webhook) || users.length === 0 || !users.every(({ isQuery }) => isQuery)) return;
      report.error(
        "WriteInQuery",
        file.at(node),
        `The webhook ${name} writes, and a query may be executed more than once.`,
        "Publish the method with @Function() alone, or call a webhook that only reads.",
      );
    });
  }
}

/** `MySource.webhooks.NAME`; null for anything else. */
function webhookUse(node: t.Node, file: SourceFile): { source: string; name: string } | null {
  if (node.type !== "MemberExpression" || node.object.type !== "MemberExpression") return null;
  const source = memberOf(node.object) === "webhooks" ? sourceSymbol(node.object.object, file) : null;
  const name = memberOf(node);
  return source === null || name === null ? null : { source, name };
}

function memberOf({ property, computed }: t.MemberExpression): string | null {
  if (computed) return textIn(property);
  return property.type === "Identifier" ? property.name : null;
}
