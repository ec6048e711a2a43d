import type { Position, Report } from "../../../documents/report.ts";
import type { EnvironmentFiles } from "../../../environment/read-environment.ts";
import { bindingsOf } from "./bindings.ts";
import { importsOf } from "./imports.ts";
import type { PythonFile } from "./python-file.ts";
import { pythonParser } from "./python-parser.ts";
import type { Place } from "./syntax.ts";

/** The folder of packages, in a function's folder. */
export const VENDOR = "vendor/";

/** How much the interpreter has to read of one function: as much as its module may have bytes. */
const MOST_CHARACTERS = 5 * 1024 * 1024;

/** The Python files that a function's author wrote. Those that can be imported are read with the one that does. */
export class PythonFiles {
  readonly #folder: string;
  readonly #files: EnvironmentFiles;
  readonly #report: Report;
  #characters = 0;
  readonly #read = new Map<string, PythonFile | null>();
  /** Paths by the names of modules. */
  readonly #modules: ReadonlyMap<string, string>;

  /** @param folder of the function in the environment, with a slash at its end */
  constructor(folder: string, files: EnvironmentFiles, report: Report) {
    this.#folder = folder;
    this.#files = files;
    this.#report = report;
    const paths = [...files.keys()].filter((path) => path.startsWith(folder) && path.endsWith(".py"));
    const own = paths.filter((path) => !path.startsWith(folder + VENDOR));
    this.#modules = new Map(own.map((path) => [moduleOf(path.slice(folder.length)), path]));
  }

  /** Paths of all Python files, read or not. */
  get paths(): string[] {
    return [...this.#modules.values()];
  }

  /** The names of all modules. */
  get modules(): string[] {
    return [...this.#modules.keys()];
  }

  /** All that were read and could be. */
  get all(): PythonFile[] {
    return [...this.#read.values()].filter((file) => file !== null);
  }

  /** Whether a module, or a folder of modules, has that name. */
  has(module: string): boolean {
    return (
      module === "" || this.#modules.has(module) || this.modules.some((each) => each.startsWith(`${module}.`))
    );
  }

  /** A module that was read. */
  module(name: string): PythonFile | null {
    return this.#read.get(this.#modules.get(name) ?? "") ?? null;
  }

  /** Reads a file and those that it imports; null when it is not Python, which is reported: SyntaxError. */
  async read(path: string): Promise<PythonFile | null> {
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    this.#read.set(path, null);
    const file = await this.#parse(path);
    this.#read.set(path, file);
    for (const { module, name } of file ? importsOf(file) : []) {
      const paths = [module, `${module}.${name}`, ...parentsOf(module)].map((each) =>
        this.#modules.get(each.replace(/^\./, "")),
      );
      for (const imported of paths) if (imported) await this.read(imported);
    }
    return file;
  }

  async #parse(path: string): Promise<PythonFile | null> {
    const text = decodedText(this.#files.get(path));
    const start: Position = { file: path, line: 1, column: 1 };
    const refuse = (at: Position, message: string, remedy: string) => {
      this.#report.error("SyntaxError", at, `The code cannot be read: ${sentence(message)}`, remedy);
      return null;
    };
    if (text === null) return refuse(start, "it is not UTF-8", "Save the file as UTF-8.");
    const encoding = declaredEncoding(text);
    if (encoding !== null && !/^(?:utf[-_]?8(?:[-_].*)?|u8|utf)$/i.test(encoding)) {
      const message = `its first lines say that it is in ${encoding}, and what is run would be other text than this`;
      return refuse(start, message, "Save the file as UTF-8, and take out the comment with coding.");
    }
    const before = this.#characters;
    this.#characters += text.length;
    if (this.#characters > MOST_CHARACTERS) {
      if (before <= MOST_CHARACTERS) {
        const message = `The function's own files have more than ${MOST_CHARACTERS} characters together.`;
        this.#report.error("ModuleTooLarge", start, message, "Take out what is large.");
      }
      return null;
    }
    const parsed = await pythonParser.parse(text);
    if ("error" in parsed) {
      const { message, line, column } = parsed.error;
      const at = { file: path, line: Math.max(line ?? 1, 1), column: Math.max(column ?? 1, 1) };
      return refuse(at, message, remedyFor(message));
    }
    for (const { message, line } of parsed.warnings) {
      this.#report.warning(
        "SyntaxWarning",
        { file: path, line, column: 1 },
        `Python warns: ${sentence(message)}`,
        "Write what is meant.",
      );
    }
    const module = moduleOf(path.slice(this.#folder.length));
    const isPackage = path.endsWith("/__init__.py");
    const lines = text.split(/\r\n|\r|\n/);
    const file = {
      path,
      text,
      module,
      package: isPackage ? module : (parentsOf(module)[0] ?? ""),
      tree: parsed.tree,
      at: ({ line, column }: Place) => ({
        file: path,
        line,
        column: columnOf(lines[line - 1] ?? "", column),
      }),
    };
    const stars = importsOf(file).flatMap(({ module, name }) => (name === "*" ? module : []));
    return { ...file, stars, names: bindingsOf(file) };
  }
}

/** `a.b` for `a/b.py` and `a/b/__init__.py`. */
function moduleOf(path: string): string {
  return path
    .slice(0, -".py".length)
    .replace(/(?:^|\/)__init__$/, "")
    .replaceAll("/", ".");
}

/** `a.b`, `a` for `a.b.c`. */
function parentsOf(module: string): string[] {
  const parts = module.split(".");
  return parts.slice(1).map((_, index) => parts.slice(0, parts.length - 1 - index).join("."));
}

/** The encoding that a comment in one of the first two lines names, as Python looks for it (PEP 263). */
function declaredEncoding(text: string): string | null {
  const [first = "", second = ""] = text.split(/\r\n|\r|\n/, 2);
  const lines = /^[ \t\f]*(?:#|$)/.test(first) ? [first, second] : [first];
  const [found] = lines.flatMap((line) => /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line)?.[1] ?? []);
  return found ?? null;
}

/** A text in UTF-8; null for anything else. */
export function decodedText(content: Uint8Array | undefined): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(content);
  } catch {
    return null;
  }
}

/** From bytes before a place to a column from 1. */
function columnOf(line: string, bytes: number): number {
  return new TextDecoder().decode(new TextEncoder().encode(line).subarray(0, bytes)).length + 1;
}

function sentence(message: string): string {
  return /[.?!]$/.test(message) ? message : `${message}.`;
}

function remedyFor(message: string): string {
  if (/nested too deep|too much|characters/.test(message)) return "Split it into smaller parts.";
  if (/\bindent|\btabs\b/.test(message)) return "Indent with spaces only, as many for each level.";
  if (/did you mean|perhaps/i.test(message)) return "Write what Python proposes, or look just before.";
  return /invalid syntax|never closed|unmatched|unterminated|expected|forgot/.test(message)
    ? "Look here and just before: often a bracket, a colon, a comma or a quote is missing, or is one too many."
    : "Write it in another way: Python does not allow this here.";
}
