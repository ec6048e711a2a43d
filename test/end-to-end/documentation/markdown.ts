/** A fenced block of a Markdown page. */
export interface Block {
  /** Of its opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  /** What follows the language on the opening fence. */
  readonly info: string;
  readonly text: string;
}

/** A command of a page, and the answer that the page shows below it. */
export interface ShownCommand {
  readonly line: number;
  readonly command: string;
  /** Null in a block that shows no answers. */
  readonly answer: string | null;
}

export function readBlocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^( *)```(\w+) *(.*)\n([\s\S]*?)^ *```$/gm)].map(
    ({ index, 1: indent = "", 2: language = "", 3: info = "", 4: text = "" }) => ({
      line: markdown.slice(0, index).split("\n").length,
      language,
      info,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
}

/**
 * The commands of an `sh` block, one on each line, or of a `console` block, where they start with `$` and what
 * follows is the answer. A command may go on after a backslash, and with a here-document.
 */
export function commandsIn({ line: start, language, text }: Block): ShownCommand[] {
  const commands: ShownCommand[] = [];
  const showsAnswers = language === "console";
  const lines = text.replace(/\n$/, "").split("\n");
  for (let index = 0; index < lines.length; index++) {
    const written = lines[index] ?? "";
    const last = commands.at(-1);
    if (showsAnswers && !written.startsWith("$ ")) {
      if (last) commands[commands.length - 1] = { ...last, answer: `${last.answer}${written}\n` };
      continue;
    }
    if (written === "" || written.startsWith("#")) continue;
    const line = start + 1 + index;
    let command = showsAnswers ? written.slice(2) : written;
    const end = /<<'(\w+)'/.exec(command)?.[1];
    while (command.endsWith("\\") || (end !== undefined && !command.endsWith(`\n${end}`))) {
      command += `\n${lines[++index]}`;
    }
    commands.push({ line, command, answer: showsAnswers ? "" : null });
  }
  return commands;
}

/** A text in which the parts that are different each time have been replaced by names. */
export function normalised(text: string): string {
  return text
    .replaceAll("\r", "")
    .replace(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, "DATE")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "TIME")
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID")
    .replace(/revision [0-9a-f]{12}|\b[0-9a-f]{64}\b/g, "revision DIGEST")
    .trim();
}
