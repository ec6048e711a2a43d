import type { Problem } from "../../src/documents/report.ts";
import { Report } from "../../src/documents/report.ts";
import type { Webhook } from "../../src/webhooks/file-schema.ts";
import { readWebhooks } from "../../src/webhooks/read-webhooks.ts";
import { filesOf } from "../environment/deployed.ts";
import { execute, fromDeveloper } from "../functions/function-kit.ts";

/** Webhooks from the texts of their files, by name. Throws when something is wrong in one. */
export function webhooksFrom(files: Readonly<Record<string, string>>): Webhook[] {
  const report = new Report();
  const named = Object.entries(files).map(([name, text]) => [`webhooks/${name}.yaml`, text]);
  const read = readWebhooks(filesOf(Object.fromEntries(named)), "local", report);
  if (report.problems.length > 0) throw new Error(JSON.stringify(report.problems));
  return read.map(({ webhook }) => webhook);
}

/** What is wrong with a file, as `CODE line:column message`. */
export function problemsOf(text: string, path = "webhooks/probe.yaml"): string[] {
  const report = new Report();
  readWebhooks(filesOf({ [path]: text, "environments/local/deployments.json": "{}" }), "local", report);
  return report.problems.map(
    ({ code, line, column, message }: Problem) => `${code} ${line}:${column} ${message}`,
  );
}

/** An answer of the gateway's. */
export interface ExecuteBody {
  readonly value: Readonly<Record<string, unknown>>;
  readonly errorCode: string;
  readonly errorName: string;
  readonly errorInstanceId: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Executes a webhook over HTTP. */
export async function executeWebhook(
  name: string,
  input: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = fromDeveloper(),
): Promise<{ status: number; body: ExecuteBody }> {
  const { status, body } = await execute(name, input, headers, "webhooks");
  return { status, body: body as ExecuteBody };
}
