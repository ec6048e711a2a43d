import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import { vi } from "vitest";
import { type Finished, Running, repository } from "./sortie.ts";

/** As it is built: it finds the Worker that it starts beside itself. */
const { runSortie } = (await import(
  pathToFileURL(join(repository, "dist", "command-line.js")).href
)) as typeof import("../../src/cli/command-line.ts");

/** Takes what a command writes. */
type Writer = (text: string, stream: "stdout" | "stderr") => void;

/**
 * Runs `sortie` as `sortie` of `sortie.ts` does, without a process of its own, which takes longer than most commands.
 * Commands run one after the other: what they use of the process is replaced while they run.
 */
export async function sortieInProcess(
  args: readonly string[],
  cwd = repository,
  input: string | Uint8Array = "",
  variables: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const written = { stdout: "", stderr: "" };
  const { stdin } = process;
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  setStdin(Readable.from(input.length > 0 ? [Buffer.from(input)] : []));
  try {
    const status = await run(args, cwd, (text, stream) => {
      written[stream] += text;
    });
    return { status, ...written };
  } finally {
    setStdin(stdin);
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** A `sortie` that goes on running as {@link RunningSortie} does, without a process of its own. Others may run beside it. */
export class RunningInProcess extends Running {
  protected exitStatus: number | null = null;
  readonly #ended: Promise<void>;
  readonly #listeners = new Set(process.listeners("SIGTERM"));

  constructor(args: readonly string[], cwd = repository) {
    super();
    this.#ended = run(args, cwd, (text) => this.printed.push(text)).then((status) => {
      this.exitStatus = status;
    });
  }

  /** Calls what listens for the signal, and gives the process back the listeners that it had. */
  async stop(): Promise<number | null> {
    if (this.exitStatus === null) {
      await this.ready();
      const added = process.listeners("SIGTERM").filter((listener) => !this.#listeners.has(listener));
      for (const listener of added) listener("SIGTERM");
      await this.#ended;
      for (const listener of added) process.off("SIGTERM", listener);
      for (const listener of this.#listeners) process.off("SIGTERM", listener).on("SIGTERM", listener);
    }
    return this.exitStatus;
  }
}

/** Whose command it is that writes, in all that it has started. */
const writers = new AsyncLocalStorage<Writer>();
let running = 0;
let restore = () => {};

async function run(args: readonly string[], cwd: string, writer: Writer): Promise<number> {
  const before = { cwd: process.cwd(), exitCode: process.exitCode };
  if (running++ === 0) restore = divert();
  process.chdir(cwd);
  process.exitCode = undefined;
  try {
    return await writers.run(writer, () => runSortie(args));
  } finally {
    process.chdir(before.cwd);
    process.exitCode = before.exitCode;
    if (--running === 0) restore();
  }
}

/** Has commands write to their writers; everybody else's writing stays as it is. Returns what ends that. */
function divert(): () => void {
  const spies = (["stdout", "stderr"] as const).flatMap((stream) => {
    const method = stream === "stdout" ? "log" : "error";
    const write = process[stream].write.bind(process[stream]);
    const print = console[method].bind(console);
    return [
      vi.spyOn(process[stream], "write").mockImplementation((chunk: string | Uint8Array) => {
        const writer = writers.getStore();
        if (!writer) return write(chunk);
        writer(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString(), stream);
        return true;
      }),
      vi.spyOn(console, method).mockImplementation((...parts: unknown[]) => {
        const writer = writers.getStore();
        if (writer) writer(`${format(...parts)}\n`, stream);
        else print(...parts);
      }),
    ];
  });
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
}

function setStdin(stdin: Readable): void {
  Object.defineProperty(process, "stdin", { configurable: true, value: stdin });
}
