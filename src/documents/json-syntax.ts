import { type ParseErrorCode, printParseErrorCode, visit } from "jsonc-parser";

/** How deep lists and objects may be nested. Without such a limit the size of the stack would be one. */
const MAX_JSON_DEPTH = 100;

/** What is wrong with the syntax of a JSON file, and what to write instead. */
interface SyntaxWords {
  readonly reason: string;
  readonly remedy: string;
}

/** The same, and where. */
class SyntaxMistake {
  readonly offset: number;
  readonly words: SyntaxWords;

  constructor(offset: number, words: SyntaxWords) {
    this.offset = offset;
    this.words = words;
  }
}

/** The first mistake in the syntax of a JSON text; null where there is none. Looks no further than that. */
export function findMistake(text: string): SyntaxMistake | null {
  let depth = 0;
  const begin = (offset: number) => {
    if (++depth <= MAX_JSON_DEPTH) return;
    const reason = `lists and objects are nested more than ${MAX_JSON_DEPTH} deep`;
    throw new SyntaxMistake(offset, { reason, remedy: "Write fewer levels." });
  };
  const end = () => {
    depth--;
  };
  const onError = (error: ParseErrorCode, offset: number, length: number) => {
    throw new SyntaxMistake(offset, wordsForSyntax(error, text, offset, length));
  };
  const visitor = { onObjectBegin: begin, onArrayBegin: begin, onObjectEnd: end, onArrayEnd: end, onError };
  try {
    visit(text, visitor, { disallowComments: true });
    return null;
  } catch (mistake) {
    if (mistake instanceof SyntaxMistake) return mistake;
    throw mistake;
  }
}

/** How much of a file is quoted. */
const MOST_QUOTED = 20;

/** Says what a parse error means at its place in the text. */
function wordsForSyntax(error: ParseErrorCode, text: string, offset: number, length: number): SyntaxWords {
  const found = text.slice(offset, offset + Math.min(length, MOST_QUOTED));
  const here = found === "" ? "the file ends here" : `there is ${quoted(found)}`;
  switch (printParseErrorCode(error)) {
    case "InvalidCommentToken":
      return { reason: "there is a comment", remedy: "Take it out: JSON has no comments." };
    case "PropertyNameExpected":
      return /,\s*$/.test(text.slice(0, offset))
        ? afterComma(here, "a name")
        : { reason: `${here} where a name in double quotes belongs`, remedy: 'Write "name": value.' };
    case "ValueExpected":
      return /,\s*$/.test(text.slice(0, offset))
        ? afterComma(here, "a value")
        : {
            reason: `${here} where a value belongs`,
            remedy: "Write a text in double quotes, a number, true, false, null, {…} or […].",
          };
    case "ColonExpected":
      return { reason: `${here} where a colon belongs`, remedy: 'Write "name": value.' };
    case "CommaExpected":
      return { reason: `${here} where a comma belongs`, remedy: "Write a comma between two entries." };
    case "CloseBraceExpected":
      return { reason: `${here}, and a { is not closed`, remedy: "Write } where it ends." };
    case "CloseBracketExpected":
      return { reason: `${here}, and a [ is not closed`, remedy: "Write ] where it ends." };
    case "EndOfFileExpected":
      return { reason: `${here} after its value`, remedy: "Take it out: a file holds one value." };
    case "UnexpectedEndOfString":
      return { reason: "a text is not closed", remedy: 'Write " where it ends, and \\n for a line break.' };
    case "InvalidCharacter":
      return { reason: "a text holds a control character", remedy: "Write it as \\n, \\t or \\u001b." };
    case "InvalidEscapeCharacter":
    case "InvalidUnicode":
      return {
        reason: "a text holds a backslash that escapes nothing",
        remedy: "Write \\\\ for a backslash.",
      };
    case "InvalidNumberFormat":
    case "UnexpectedEndOfNumber":
      return { reason: `${here}, which is no number`, remedy: "Write a number such as 1 or 0.5." };
    default:
      return {
        reason: `${here}, which means nothing there`,
        remedy: "Take it out, or write it in double quotes if it is a text.",
      };
  }
}

function afterComma(here: string, what: string): SyntaxWords {
  return { reason: `${here} after a comma`, remedy: `Take the comma out, or write ${what} after it.` };
}

function quoted(text: string): string {
  return text.includes('"') ? text : `"${text}"`;
}
