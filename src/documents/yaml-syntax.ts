import type { ErrorCode } from "yaml";

/** What is wrong with the syntax of a YAML file, and what to write instead. Nothing of the file is in it. */
interface SyntaxWords {
  readonly reason: string;
  readonly remedy: string;
}

const words: Partial<Record<ErrorCode, SyntaxWords>> = {
  BAD_INDENT: {
    reason: "a line is not indented like those that it belongs to",
    remedy: "Indent fields of one object, and entries of one list, by the same number of spaces.",
  },
  TAB_AS_INDENT: { reason: "a tab indents a line", remedy: "Indent with spaces." },
  BLOCK_AS_IMPLICIT_KEY: {
    reason: "a field or a list begins where a value goes on",
    remedy:
      "Indent it like the fields around it, on a line of its own. A text with a colon and a space needs quotes.",
  },
  MULTILINE_IMPLICIT_KEY: {
    reason: "the name of a field goes over several lines, or its colon is missing",
    remedy: "Write name: value on one line. A text of several lines needs quotes.",
  },
  BAD_SCALAR_START: {
    reason: "a text begins with a character that means something else in YAML",
    remedy: "Put the text into quotes.",
  },
  BAD_DQ_ESCAPE: {
    reason: "a text in double quotes has a backslash that escapes nothing",
    remedy: "Write two backslashes for one, or use single quotes.",
  },
  KEY_OVER_1024_CHARS: {
    reason: "the name of a field is too long",
    remedy: "Write name: value on one line.",
  },
  UNEXPECTED_TOKEN: {
    reason: "something stands here that means nothing here",
    remedy: "Look for a bracket or a comma that is missing or one too many, or put the text into quotes.",
  },
};

/** By how the message begins, where one code stands for several mistakes. */
const byMessage: readonly (readonly [RegExp, SyntaxWords])[] = [
  [
    /^Flow \w+ in block/,
    {
      reason: "a { or [ is not closed before here, or what it holds is not indented",
      remedy:
        "Write the } or ] where it ends, and indent lines inside of it further than the one it begins on.",
    },
  ],
  [
    /^Missing closing/,
    { reason: "a text in quotes is not closed", remedy: "Write the second quote where it ends." },
  ],
  [/^Missing ,/, { reason: "a comma is missing", remedy: "Write a comma between two entries." }],
  [
    /^Missing space/,
    { reason: "a space is missing after a colon", remedy: "Write name: value, with a space." },
  ],
  [
    /^Implicit map keys/,
    {
      reason: "a name has no colon and no value",
      remedy: "Write name: value, indented like its neighbours.",
    },
  ],
  [
    /^Sequence item/,
    { reason: "an entry of a list has no hyphen", remedy: "Write a hyphen and a space before it." },
  ],
];

const other: SyntaxWords = {
  reason: "it cannot be read from here on",
  remedy:
    "Write fields as name: value, a hyphen before each entry of a list, and texts with special characters in quotes.",
};

/** Says what an error of the parser means. */
export function wordsForSyntax({ code, message }: { code: ErrorCode; message: string }): SyntaxWords {
  return byMessage.find(([start]) => start.test(message))?.[1] ?? words[code] ?? other;
}
