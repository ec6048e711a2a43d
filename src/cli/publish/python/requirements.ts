import { posix } from "node:path";
import { parse, TomlError } from "smol-toml";
import type { Position, Report } from "../../../documents/report.ts";
import { type MarkerValues, parseRequirement, type Requirement } from "./requirement.ts";

/** A requirement and where it stands. */
export interface PlacedRequirement extends Requirement {
  readonly text: string;
  readonly at: Position;
}

/** How many files of requirements may name each other. */
const MOST_FILES = 20;

/** Reads the texts of files; null where there is none. */
type ReadText = (path: string) => string | null;

/**
 * The packages that a function asks for, in its `requirements.txt` and in the `[project]` of its `pyproject.toml`.
 * Reports InvalidRequirement.
 * @param folder of the function, with a slash at its end
 */
export function readRequirements(
  folder: string,
  read: ReadText,
  values: MarkerValues,
  report: Report,
): PlacedRequirement[] {
  const found = [
    ...requirementsIn(`${folder}requirements.txt`, folder, read, report),
    ...dependenciesIn(`${folder}pyproject.toml`, read, report),
  ];
  return found.flatMap(({ text, at }) => {
    const requirement = parseRequirement(text, values);
    if (requirement) return requirement.applies ? { ...requirement, text, at } : [];
    report.error(
      "InvalidRequirement",
      at,
      `${JSON.stringify(text)} does not say which package is needed.`,
      "Write its name, and the versions when they matter: tenacity>=9,<10.",
    );
    return [];
  });
}

interface Line {
  readonly text: string;
  readonly at: Position;
}

/** The lines of a file for pip that name a package, and those of the files that it names. */
function requirementsIn(first: string, folder: string, read: ReadText, report: Report): Line[] {
  const lines: Line[] = [];
  const pending = [first];
  for (const file of pending) {
    const text = read(file);
    if (text === null) continue;
    for (const line of linesOf(text, file)) {
      const [, option, value = ""] = /^(-r|--requirement|-e|--editable)[\s=]+(.+)$/.exec(line.text) ?? [];
      if (option === undefined) {
        // Options say how pip installs.
        if (!line.text.startsWith("-")) lines.push(line);
        continue;
      }
      const path = posix.normalize(posix.join(posix.dirname(file), value));
      const isFile = option.startsWith("-r") || option.startsWith("--r");
      if (isFile && path.startsWith(folder) && read(path) !== null && pending.length < MOST_FILES) {
        if (!pending.includes(path)) pending.push(path);
        continue;
      }
      report.error(
        "InvalidRequirement",
        line.at,
        isFile
          ? `There is no ${value} in the function's folder.`
          : "A package cannot be linked into the function's folder.",
        isFile ? "Write the packages into this file." : "Put its modules beside the function.",
      );
    }
  }
  return lines;
}

function linesOf(text: string, file: string): Line[] {
  const lines: Line[] = [];
  let before = "";
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.endsWith("\\")) {
      before += line.slice(0, -1);
      continue;
    }
    const whole = (before + line)
      .replace(/(?:^|\s)#.*$/, "")
      .replace(/\s--hash[=\s]\S+/g, "")
      .trim();
    before = "";
    if (whole !== "")
      lines.push({ text: whole, at: { file, line: index + 1, column: line.search(/\S/) + 1 || 1 } });
  }
  return lines;
}

/** `dependencies` of `[project]` (PEP 621). */
function dependenciesIn(file: string, read: ReadText, report: Report): Line[] {
  const text = read(file);
  if (text === null) return [];
  const refuse = (at: Position, message: string, remedy: string) => {
    report.error("InvalidRequirement", at, message, remedy);
    return [];
  };
  const start = { file, line: 1, column: 1 };
  let document: Record<string, unknown>;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.replace(/^Invalid TOML document: /, "").split("\n")[0];
    return refuse(
      { file, line: error.line, column: error.column },
      `The file is no TOML: ${reason}.`,
      "Correct it.",
    );
  }
  const { project, tool } = document as {
    project?: { dependencies?: unknown };
    tool?: Record<string, unknown>;
  };
  const dependencies = project?.dependencies;
  if (dependencies === undefined) {
    const isPoetry = typeof tool === "object" && "poetry" in tool && project === undefined;
    return isPoetry
      ? refuse(
          placeIn(text, "[tool.poetry", file),
          "Dependencies of Poetry are not read.",
          "Write them into [project] (PEP 621), or into requirements.txt.",
        )
      : [];
  }
  if (!Array.isArray(dependencies))
    return refuse(
      placeIn(text, "dependencies", file),
      "dependencies is not a list.",
      'Write dependencies = ["tenacity>=9"].',
    );
  return dependencies.flatMap((each: unknown) =>
    typeof each === "string"
      ? { text: each, at: placeIn(text, each, file) }
      : refuse(start, "A dependency is not a text.", 'Write dependencies = ["tenacity>=9"].'),
  );
}

/** Where a text stands in a file; its beginning when it is written otherwise. */
function placeIn(text: string, part: string, file: string): Position {
  const before = text.slice(0, Math.max(text.indexOf(part), 0)).split("\n");
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
