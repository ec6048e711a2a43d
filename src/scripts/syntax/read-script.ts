import type { ReadScript } from "../script.ts";
import { callsIn, namedBracketsIn } from "./calls.ts";
import { declarationsOf, mentionedNames } from "./declarations.ts";
import { parseScript } from "./parse-script.ts";
import { objectionsTo } from "./rhino-only.ts";
import { usesOf } from "./uses.ts";

/**
 * Reads a script, which may have Rhino's `for each` and E4X's names. This takes a parser, which the Worker goes without:
 * what is read when an environment is checked is deployed with it.
 *
 * @throws {ScriptSyntaxError} where it cannot be read
 */
export function readScript(source: string): ReadScript {
  const { program, text, executable } = parseScript(source);
  return {
    text,
    declared: declarationsOf(program),
    mentioned: mentionedNames(program),
    uses: usesOf(program, text),
    calls: callsIn(executable),
    brackets: namedBracketsIn(executable, text),
    objections: objectionsTo(program),
  };
}
