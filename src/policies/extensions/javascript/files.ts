import type { Position, Report } from "../../../documents/report.ts";
import { ScriptSyntaxError } from "../../../scripts/error.ts";
import type { Objection, ScriptReader } from "../../../scripts/script.ts";
import { type ReadFile, waysToRun } from "../../../scripts/sources.ts";
import { scriptTextOf } from "../../../scripts/text-of.ts";
import type { Resources } from "../../resources.ts";
import type { JavascriptConfig, ScriptText } from "./read.ts";

/** A bundle is read once and compiled for each proxy that runs it. */
const known = new WeakMap<JavascriptConfig, readonly ReadFile[]>();

/**
 * The files of a script, in the order in which they are executed; null when one of them cannot be read. Reports
 * ScriptCompilationFailed and RhinoOnly.
 */
export function readFiles(
  config: JavascriptConfig,
  resources: Resources,
  scripts: ScriptReader,
  report: Report,
): readonly ReadFile[] | null {
  const found = known.get(config);
  if (found) return found;
  const all = [...config.included, ...(config.main ? [config.main] : [])];
  const read = all.map((text) => readFile(text, resources, scripts, report));
  const files = read.filter((file) => file !== null);
  if (files.length < all.length) return null;
  known.set(config, files);
  return files;
}

/** The ways to run the files of a valid policy. */
export function waysOf(config: JavascriptConfig) {
  const files = known.get(config);
  if (!files) throw new Error("a script that was not found valid cannot run");
  return { files, ways: waysToRun(files) };
}

function readFile(
  text: ScriptText,
  resources: Resources,
  scripts: ScriptReader,
  report: Report,
): ReadFile | null {
  if ("source" in text) return read(scripts, `${text.policy}.js`, text.source, text.at, text.at, report);
  const { path, content } = resources.file(text.resource);
  const file = path.slice(path.lastIndexOf("/") + 1);
  const start = { file: path, line: 1, column: 1 };
  return read(scripts, file, scriptTextOf(content), start, null, report);
}

/** @param inline where a script begins that is written in its policy: errors are placed there */
function read(
  scripts: ScriptReader,
  file: string,
  text: string,
  start: Position,
  inline: Position | null,
  report: Report,
): ReadFile | null {
  try {
    const script = scripts.read(text);
    for (const objection of script.objections) object(objection, inline, start, report);
    return script.objections.some(({ kind }) => kind === "RhinoOnly") ? null : { file, ...script };
  } catch (error) {
    if (!(error instanceof ScriptSyntaxError)) throw error;
    const { message, line, column } = error;
    const where = inline === null ? "" : ` (line ${line} of the script, column ${column})`;
    const extension = extensionIn(text, line);
    report.error(
      "ScriptCompilationFailed",
      inline ?? { ...start, line, column },
      `The script cannot be compiled: ${message}${where}.${extension}`,
      extension === "" ? remedyFor(message) : "Write it in ECMAScript without the extensions of Rhino.",
    );
    return null;
  }
}

function object(
  { kind, name, why, line, column }: Objection,
  inline: Position | null,
  start: Position,
  report: Report,
): void {
  const at = inline ?? { ...start, line, column };
  if (kind === "RhinoOnly") {
    report.error(kind, at, `The script uses ${name}: ${why}.`, "Do it without, or in a function.");
  } else {
    report.warning(
      kind,
      at,
      `The script uses ${name}, which differs from Rhino: ${why}.`,
      "Do it another way, or check that nothing depends on it.",
    );
  }
}

/** What stands in a line that only Rhino takes. */
function extensionIn(text: string, line: number): string {
  const written = text.split("\n")[line - 1] ?? "";
  if (/[=(+]\s*<[A-Za-z]/.test(written)) return " XML literals (E4X) are not supported: write new XML('…').";
  return /\.\(/.test(written) ? " Filters of E4X, .(…), are not supported: write a loop." : "";
}

function remedyFor(message: string): string {
  if (message.startsWith("'return'")) return "Put the script into a function: (function () { … })();";
  if (message.startsWith("'import'")) return "Name the file that it needs in an <IncludeURL> of the policy.";
  return "Correct the script at this place, or in the lines above.";
}
