import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { vi } from "vitest";

/** How long to wait for what a process does next. Milliseconds. */
export const PATIENCE_MS = 120_000;

/** The root of the repository. */
export const repository = resolve(import.meta.dirname, "..", "..");

const launcher = join(repository, "src", "cli", "launch.js");

/** What `sortie check --json` says of each problem, whatever it is about. */
export const problemFields = [
  "code",
  "column",
  "file",
  "line",
  "message",
  "page",
  "policy",
  "policyType",
  "remedy",
  "severity",
];

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `sortie` to its end, as a user would, with something on its standard input. */
export async function sortie(
  args: readonly string[],
  cwd = repository,
  input: string | Uint8Array = "",
  variables: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const env = { ...process.env, ...variables };
  const child = spawn(process.execPath, [launcher, ...args], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  // A command that does not read its input may be gone before it is written.
  child.stdin.on("error", () => {}).end(input);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const [status] = (await once(child, "close")) as [number | null];
  return { status, stdout: stdout.join(""), stderr: stderr.join("") };
}

/** A `sortie` that goes on running. */
export abstract class Running {
  protected readonly printed: string[] = [];

  /** The exit status once it has ended; null until then. */
  protected abstract get exitStatus(): number | null;

  /** Ends it and resolves with its exit status. */
  abstract stop(signal?: NodeJS.Signals): Promise<number | null>;

  /** Everything it has printed so far. */
  get output(): string {
    return this.printed.join("");
  }

  /** Resolves with the address once it serves. Rejects when it has ended instead. */
  async ready(): Promise<string> {
    await this.prints(/Ctrl\+C stops/);
    return /on (http:\/\/localhost:\d+)/.exec(this.output)?.[1] ?? "";
  }

  /** Resolves when it has printed something that matches, after the first `after` characters. */
  async prints(pattern: RegExp, after = 0): Promise<void> {
    const isPrinted = () => pattern.test(this.output.slice(after));
    await vi.waitFor(
      () => {
        const isOver = isPrinted() || this.exitStatus !== null;
        if (!isOver) throw new Error(`${pattern} is not in: ${this.output}`);
      },
      { timeout: PATIENCE_MS, interval: 20 },
    );
    if (!isPrinted()) throw new Error(`sortie has ended: ${this.output}`);
  }
}

/** A `sortie` that goes on running in a process of its own. */
export class RunningSortie extends Running {
  readonly child: ChildProcess;

  constructor(args: readonly string[], cwd = repository, variables: Readonly<Record<string, string>> = {}) {
    super();
    const env = { ...process.env, ...variables };
    this.child = spawn(process.execPath, [launcher, ...args], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) collect(stream, this.printed);
  }

  protected get exitStatus(): number | null {
    return this.child.exitCode;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode === null) {
      this.child.kill(signal);
      await once(this.child, "close");
    }
    return this.child.exitCode;
  }
}

function collect(stream: NodeJS.ReadableStream | null, into: string[] = []): string[] {
  stream?.setEncoding("utf8").on("data", (text: string) => into.push(text));
  return into;
}

const temporary = realpathSync(mkdtempSync(join(tmpdir(), "sortie-test-")));
process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));

/** A folder with files that is there until the end of the run. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(temporary, "folder-"));
  for (const [path, content] of Object.entries(files)) writeIn(folder, path, content);
  return folder;
}

export function writeIn(folder: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** A proxy whose route rule has no target and that answers with a text. */
export function answeringProxy(name: string, text: string, basePath = `/${name}`): Record<string, string> {
  return {
    [`apiproxy/${name}.xml`]: `<APIProxy name="${name}"/>`,
    "apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
  <PostFlow><Response><Step><Name>Answer</Name></Step></Response></PostFlow>
  <HTTPProxyConnection><BasePath>${basePath}</BasePath></HTTPProxyConnection>
  <RouteRule name="none"/>
</ProxyEndpoint>`,
    "apiproxy/policies/Answer.xml": answer(text),
  };
}

/** The policy of {@link answeringProxy} that sets the text. */
export function answer(text: string): string {
  return `<AssignMessage name="Answer"><Set><Payload>${text}</Payload></Set></AssignMessage>`;
}

/** The files with each path below a folder. */
export function below(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}

/** Status and text of a GET. */
export async function get(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
}
