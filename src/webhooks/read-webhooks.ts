import type { ValuePath } from "../documents/known-fields.ts";
import { didYouMean } from "../documents/nearest.ts";
import type { Position, Report } from "../documents/report.ts";
import { readYaml } from "../documents/yaml-schema.ts";
import { compileWebhook } from "./compile.ts";
import { WEBHOOK_NAME, type Webhook, webhookFileSchema } from "./file-schema.ts";

const FOLDER = "webhooks/";

/** A webhook, and where in its file things stand. */
export interface ReadWebhook {
  readonly webhook: Webhook;
  at(path: ValuePath): Position;
}

/**
 * The webhooks of an environment, from `webhooks/*.yaml`, and everything that is wrong with them; those of other
 * environments are checked and left out. Foundry: "Webhooks".
 *
 * Problems: UnknownFile, InvalidName, InvalidYAML, InvalidValue, UnknownField, UnknownEnvironment
 * and those of {@link compileWebhook}.
 *
 * @param files the files of all environments by path
 */
export function readWebhooks(
  files: ReadonlyMap<string, Uint8Array>,
  environment: string,
  report: Report,
): ReadWebhook[] {
  return [...files.keys()]
    .filter((path) => path.startsWith(FOLDER))
    .sort()
    .flatMap((path) => readWebhook(path, files, environment, report) ?? []);
}

function readWebhook(
  path: string,
  files: ReadonlyMap<string, Uint8Array>,
  environment: string,
  report: Report,
): ReadWebhook | null {
  const start = { file: path, line: 1, column: 1 };
  const [, name] = /^([^/]+)\.yaml$/.exec(path.slice(FOLDER.length)) ?? [];
  if (name === undefined) {
    report.warning(
      "UnknownFile",
      start,
      "The file has no effect.",
      `Remove it, or name it ${FOLDER}NAME.yaml.`,
    );
    return null;
  }
  if (!WEBHOOK_NAME.test(name)) {
    const remedy = "Use up to 100 letters, digits and _, with a letter first: code writes it as a name.";
    report.error("InvalidName", start, `${name} cannot be the name of a webhook.`, remedy);
    return null;
  }
  const bytes = files.get(path) ?? new Uint8Array();
  const file = readYaml(path, bytes, webhookFileSchema, report);
  if (!file) return null;
  const { environments } = file.value;
  checkEnvironments(environments ?? [], files, report, (index) => file.at(["environments", index]));
  const webhook = { name, ...file.value };
  const errorsBefore = report.errorCount;
  compileWebhook(webhook, (code, at, message, remedy) => report.error(code, file.at(at), message, remedy));
  if (report.errorCount > errorsBefore || (environments && !environments.includes(environment))) return null;
  return { webhook, at: (at) => file.at(at) };
}

/** A misspelled name would leave the webhook out without a word. */
function checkEnvironments(
  named: readonly string[],
  files: ReadonlyMap<string, Uint8Array>,
  report: Report,
  at: (index: number) => Position,
): void {
  const known = new Set(
    [...files.keys()].flatMap((path) => /^environments\/([^/]+)\//.exec(path)?.[1] ?? []),
  );
  if (known.size === 0) return;
  for (const [index, name] of named.entries()) {
    if (known.has(name)) continue;
    report.warning(
      "UnknownEnvironment",
      at(index),
      `There is no environments/${name}.`,
      didYouMean(name, known, "add the environment, or take its name out."),
    );
  }
}
