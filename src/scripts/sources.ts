import type { Declarations, FunctionText, ReadScript, SourceFile, Ways } from "./script.ts";

/** A file of a script, and what is known of it. */
export interface ReadFile extends SourceFile, ReadScript {}

/** The file name of a script that is made of several. */
export const WHOLE = "<script>";

/** What the world declares for scripts. A script's own `var` of that name begins with the world's value. */
const WORLD = [
  ...["context", "request", "response", "message", "error", "properties"],
  ...["crypto", "httpClient", "Request", "print"],
];

/** Puts the files of a script together. The last is the main one; all share one scope. */
export function waysToRun(files: readonly ReadFile[]): Ways {
  const included = files.slice(0, -1);
  const [main] = files.slice(-1);
  if (main === undefined) throw new Error("a script has at least one file");
  const lines: { file: string; first: number }[] = [];
  let line = 1;
  for (const { file, text } of files) {
    lines.push({ file, first: line });
    line += text.split("\n").length;
  }
  const whole = asFunction(WHOLE, files);
  return {
    preloaded: canPreload(included, main) ? { files: included, main: asFunction(main.file, [main]) } : null,
    whole,
    lines,
  };
}

/** Whether the included files work without anything that the main file declares. */
function canPreload(included: readonly ReadFile[], main: ReadFile): boolean {
  const declared = new Set([...main.declared.variables, ...main.declared.others]);
  return !included.some(({ mentioned }) => mentioned.some((name) => declared.has(name)));
}

/** An expression that gives the function of a script, with the script's first line on its own first line. */
function asFunction(file: string, files: readonly ReadFile[]): FunctionText {
  const declared = files.map((file) => file.declared);
  const names = WORLD.filter((name) => declaresAsVariable(declared, name));
  const text = files.map((file) => file.text).join("\n");
  const before = `(()=>{const names=${JSON.stringify(names)};const make=()=>function(${names.join(",")}){`;
  return { file, text: `${before}${text}\n};make.names=names;return make})()`, indent: before.length };
}

function declaresAsVariable(all: readonly Declarations[], name: string): boolean {
  return (
    all.some(({ variables }) => variables.includes(name)) && !all.some(({ others }) => others.includes(name))
  );
}
