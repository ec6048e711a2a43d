import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { vi } from "vitest";
import { type Finished, repository } from "./sortie.ts";

/** As it is built: it finds the Worker that it starts beside itself. */
const { runSortie } = (await import(
  pathToFileURL(join(repository, "dist", "command-line.js")).href
)) as typeof import("../../src/cli/command-line.ts");

/**
 * Runs `sortie` as `sortie` of `sortie.ts` does, without a process of its own, which takes longer than most commands.
 * Commands run one after the other: what they use of the process is replaced while they run.
 */
export async function sortieInProcess(
  args: readonly string[],
  cwd = repository,
  input: string | Uint8Array = "",
): Promise<Finished> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const before = { cwd: process.cwd(), stdin: process.stdin, exitCode: process.exitCode };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(into(stdout)),
    vi.spyOn(process.stderr, "write").mockImplementation(into(stderr)),
    vi.spyOn(console, "log").mockImplementation((text) => void stdout.push(`${text}\n`)),
    vi.spyOn(console, "error").mockImplementation((text) => void stderr.push(`${text}\n`)),
  ];
  setStdin(Readable.from(input.length > 0 ? [Buffer.from(input)] : []));
  process.chdir(cwd);
  process.exitCode = undefined;
  try {
    const status = await runSortie(args);
    return { status, stdout: stdout.join(""), stderr: stderr.join("") };
  } finally {
    process.chdir(before.cwd);
    setStdin(before.stdin);
    process.exitCode = before.exitCode;
    for (const spy of spies) spy.mockRestore();
  }
}

function into(texts: string[]): typeof process.stdout.write {
  return (chunk) => {
    texts.push(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    return true;
  };
}

function setStdin(stdin: Readable): void {
  Object.defineProperty(process, "stdin", { configurable: true, value: stdin });
}
