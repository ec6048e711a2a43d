import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** How long a program that goes on running may take to print what is waited for: it may be built first. Milliseconds. */
const PATIENCE_MS = 600_000;

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in bash to its end. */
export async function run(command: string, cwd: string): Promise<Finished> {
  const child = startBash(command, cwd);
  const stdout: string[] = [];
  const stderr: string[] = [];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => stdout.push(text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => stderr.push(text));
  const [status] = (await once(child, "close")) as [number | null];
  return { status, stdout: stdout.join(""), stderr: stderr.join("") };
}

/** A command line in bash that goes on running, as in a terminal of its own. */
export class Running {
  readonly command: string;
  /** Everything it has printed so far. */
  output = "";
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #ended = false;

  constructor(command: string, cwd: string) {
    this.command = command;
    this.#child = startBash(command, cwd);
    this.#closed = once(this.#child, "close").then(() => {
      this.#ended = true;
    });
    this.#onOutput((text) => {
      this.output += text;
    });
  }

  /** Resolves when what it has printed after the first `after` characters is as wanted; rejects when it ends. */
  prints(wanted: (output: string) => boolean, after = 0): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (wanted(this.output.slice(after))) resolve();
      else if (this.#ended) reject(new Error(`${this.command} has ended:\n${this.output}`));
    };
    const giveUp = () => reject(new Error(`${this.command} has printed nothing but:\n${this.output}`));
    const limit = setTimeout(giveUp, PATIENCE_MS);
    const stopLooking = this.#onOutput(look);
    this.#closed.then(look);
    look();
    return promise.finally(() => {
      clearTimeout(limit);
      stopLooking();
    });
  }

  /** Ends it as Ctrl+C in its terminal does. */
  async stop(): Promise<void> {
    if (!this.#ended && this.#child.pid !== undefined) process.kill(-this.#child.pid, "SIGINT");
    await this.#closed;
  }

  /** Calls back with each piece of output; what it returns ends that. */
  #onOutput(callback: (text: string) => void): () => void {
    const { stdout, stderr } = this.#child;
    for (const stream of [stdout, stderr]) stream?.setEncoding("utf8").on("data", callback);
    return () => {
      for (const stream of [stdout, stderr]) stream?.off("data", callback);
    };
  }
}

/** A port on this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}

/** In a process group of its own, and without what an npm around this process says about its own package. */
function startBash(command: string, cwd: string): ChildProcess {
  const ofNpm = Object.keys(process.env).filter((name) => /^npm_/i.test(name));
  return spawn("bash", ["-euo", "pipefail", "-c", command], {
    cwd,
    detached: true,
    env: {
      ...process.env,
      ...Object.fromEntries(ofNpm.map((name) => [name, undefined])),
      WRANGLER_SEND_METRICS: "false",
      // With its banner Wrangler looks for a newer version of itself, each time.
      WRANGLER_HIDE_BANNER: "true",
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
