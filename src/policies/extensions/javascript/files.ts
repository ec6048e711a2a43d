import type { Position, Report } from "../../../documents/report.ts";
import { type ParsedFile, waysToRun } from "../../../scripts/sources.ts";
import { parseScript, ScriptSyntaxError } from "../../../scripts/syntax.ts";
import type { Resources } from "../../resources.ts";
import type { JavascriptConfig, ScriptText } from "./read.ts";
import { checkRhinoOnly } from "./rhino-only.ts";

/** A bundle is read once and compiled for each proxy that runs it. */
const known = new WeakMap<JavascriptConfig, readonly ParsedFile[]>();

/**
 * The files of a script, in the order in which they are executed; null when one of them cannot be read. Reports
 * ScriptCompilationFailed and RhinoOnly.
 */
export function parsedFiles(
  config: JavascriptConfig,
  resources: Resources,
  report: Report,
): readonly ParsedFile[] | null {
  const found = known.get(config);
  if (found) return found;
  const all = [...config.included, ...(config.main ? [config.main] : [])];
  const parsed = all.map((text) => parsedFile(text, resources, report));
  const files = parsed.filter((file) => file !== null);
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

function parsedFile(text: ScriptText, resources: Resources, report: Report): ParsedFile | null {
  if ("source" in text) return parsed(`${text.policy}.js`, text.source, text.at, text.at, report);
  const { path, content } = resources.file(text.resource);
  const file = path.slice(path.lastIndexOf("/") + 1);
  const start = { file: path, line: 1, column: 1 };
  return parsed(file, new TextDecoder().decode(content), start, null, report);
}

/** @param inline where a script begins that is written in its policy: errors are placed there */
function parsed(
  file: string,
  text: string,
  start: Position,
  inline: Position | null,
  report: Report,
): ParsedFile | null {
  try {
    const { program, text: executable } = parseScript(text);
    const isFit = checkRhinoOnly(program, (node) => inline ?? { ...start, ...node }, report);
    return isFit ? { file, text: executable, program } : null;
  } catch (error) {
    if (!(error instanceof ScriptSyntaxError)) throw error;
    const { message, line, column } = error;
    const where = inline === null ? "" : ` (line ${line} of the script, column ${column})`;
    report.error(
      "ScriptCompilationFailed",
      inline ?? { ...start, line, column },
      `The script cannot be compiled: ${message}${where}.${adviceFor(text, line)}`,
      "Write it in ECMAScript without the extensions of Rhino.",
    );
    return null;
  }
}

function adviceFor(text: string, line: number): string {
  const written = text.split("\n")[line - 1] ?? "";
  if (/[=(+]\s*<[A-Za-z]/.test(written)) return " XML literals (E4X) are not supported: write new XML('…').";
  return /\.\(/.test(written) ? " Filters of E4X, .(…), are not supported: write a loop." : "";
}
