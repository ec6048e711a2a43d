import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { decodeUtf8 } from "../../text/utf8.ts";
import { CommandFailure } from "../command-failure.ts";

/** No password or key is longer. Bytes. */
const LONGEST_VALUE = 64 * 1024;

/**
 * The value of a secret: asked for without showing it on a terminal, or else everything on the input without
 * the newline at its end. Rejects with {@link CommandFailure}.
 * @param longest in bytes
 */
export async function readValue(
  question: string,
  input = process.stdin,
  longest = LONGEST_VALUE,
): Promise<string> {
  const value = input.isTTY ? await ask(question, input) : await readAll(input, longest);
  if (value === "") throw new CommandFailure("The value is empty. Nothing was set.");
  return value;
}

async function ask(question: string, input: NodeJS.ReadStream): Promise<string> {
  process.stderr.write(question);
  // What the terminal would show of the typing goes nowhere.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input, output, terminal: true, historySize: 0 });
  const given = Promise.withResolvers<string>();
  const refuse = () => given.reject(new CommandFailure("Nothing was set."));
  terminal.once("SIGINT", refuse).once("close", refuse);
  terminal.question("").then(given.resolve, given.reject);
  try {
    return await given.promise;
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}

async function readAll(input: NodeJS.ReadStream, longest: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    bytes += chunk.length;
    if (bytes > longest) {
      throw new CommandFailure(`The value is longer than ${longest} bytes. Nothing was set.`);
    }
    chunks.push(chunk);
  }
  const text = decodeUtf8(Buffer.concat(chunks), "keep");
  if (text === null) throw new CommandFailure("The value is not text in UTF-8. Nothing was set.");
  return text.replace(/\r?\n$/, "");
}
