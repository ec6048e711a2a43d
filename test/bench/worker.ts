/** Worker processes to measure: `workerd` itself, without wrangler's or Miniflare's Workers in front or behind. */

import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { COMPATIBILITY_DATE } from "../../src/functions/compatibility-date.ts";
import { shorten } from "../../src/worker/build/shorten.ts";
import { gatewayCore, pinned } from "./cores.ts";

/** A running Worker: where it listens, the process whose CPU time counts, and how to end it. */
export interface RunningWorker {
  readonly url: string;
  readonly pid: number;
  /** The keys that it has asked its KV namespace for, in that order. */
  readonly reads: readonly string[];
  readonly stop: () => Promise<void>;
}

/** What a Worker's KV namespace `CONFIG` holds: key to value. */
export type Config = ReadonlyMap<string, Uint8Array | string>;

/** The path of the workerd binary: no wrapper, so that the process we start is the one that works. */
const workerd: string = createRequire(import.meta.url)("workerd").default;

const repository = join(import.meta.dirname, "..", "..");

/** The engine for scripts, which the gateway imports. */
export const engineFile = join(repository, "dist/worker/quickjs.wasm");

/** The modules of a Worker by name; `index.js` is the first to run. */
export type Modules = ReadonlyMap<string, Uint8Array>;

const bundling = {
  bundle: true,
  splitting: true,
  write: false,
  format: "esm",
  // As the Worker is built.
  minifyWhitespace: true,
  minifySyntax: true,
  target: "es2024",
  conditions: ["workerd", "worker", "browser"],
  external: ["cloudflare:*", "node:*", engineFile],
  // Imports of what is external are relative to it; nothing is written.
  outdir: join(repository, "dist/worker"),
  loader: { ".sandbox.js": "text" },
} as const satisfies BuildOptions;

/** Bundles a Worker's entry file. */
export async function bundleWorker(entry: string): Promise<Modules> {
  const { outputFiles } = await build({ ...bundling, entryPoints: { index: entry } });
  return new Map(
    outputFiles.map(({ path, text }) => {
      const name = basename(path);
      return [name, Buffer.from(shorten(name.replace(/js$/, "mjs"), text))];
    }),
  );
}

/** What a Worker's process has beside its script. */
export interface WorkerSettings {
  readonly config?: Config;
  /** By name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Whether there are isolates for functions. */
  readonly loader?: boolean;
  /** Whether it keeps the objects of an ontology, in its folder. */
  readonly ontology?: boolean;
  readonly v8Flags?: readonly string[];
}

/** Starts a bundled Worker on a free loopback port and the gateway's core. */
export async function startWorker(modules: Modules, settings: WorkerSettings = {}): Promise<RunningWorker> {
  const start = await prepareWorker(modules, settings);
  return start();
}

/**
 * Writes what workerd needs to serve a bundled Worker, in its own format: its start is the Worker's work then, and not
 * the reading of a configuration as text, which takes longer with each byte of code.
 * @returns what starts the Worker, once
 */
export async function prepareWorker(
  modules: Modules,
  { config = new Map(), ...settings }: WorkerSettings = {},
): Promise<() => Promise<RunningWorker>> {
  const folder = mkdtempSync(join(tmpdir(), "sortie-bench-"));
  const kv = await serveConfig(config);
  for (const [name, contents] of modules) writeFileSync(join(folder, name), contents);
  copyFileSync(engineFile, join(folder, basename(engineFile)));
  const text = join(folder, "workerd.capnp");
  writeFileSync(text, workerdConfig([...modules.keys()], kv.port, settings, folder));
  const encoded = join(folder, "workerd.bin");
  writeFileSync(encoded, execFileSync(workerd, ["compile", text, "--config-only"], { maxBuffer: 2 ** 28 }));
  const end = () => {
    kv.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return () => serveEncoded(encoded, kv.reads, end);
}

async function serveEncoded(
  configuration: string,
  reads: RunningWorker["reads"],
  whenEnded: () => void,
): Promise<RunningWorker> {
  const command = pinned(gatewayCore, [
    workerd,
    "serve",
    "--binary",
    configuration,
    "--control-fd=3",
    "--experimental",
  ]);
  const child = spawn(command.file, command.args, { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const end = () => {
    child.kill();
    whenEnded();
  };
  process.once("exit", end);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdio[3]?.once("data", (line: Buffer) => resolve(JSON.parse(line.toString()).port));
    child.once("exit", (code) => reject(new Error(`workerd ended with code ${code} before it listened`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    reads,
    async stop() {
      process.off("exit", end);
      end();
      await exited;
    },
  };
}

/** workerd asks a KV binding's service for `GET /KEY`; 404 means that there is no such key. */
async function serveConfig(
  config: Config,
): Promise<{ port: number; reads: readonly string[]; close: () => void }> {
  const reads: string[] = [];
  const server = createServer((request, response) => {
    const key = decodeURIComponent(new URL(request.url ?? "/", "http://kv").pathname.slice(1));
    reads.push(key);
    const value = config.get(key);
    response.writeHead(value === undefined ? 404 : 200).end(value);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the KV server has no port");
  return { port: address.port, reads, close: () => server.close() };
}

function workerdConfig(
  modules: readonly string[],
  kvPort: number,
  { secrets = {}, loader = false, ontology = false, v8Flags = [] }: Omit<WorkerSettings, "config">,
  folder: string,
): string {
  const texts = Object.entries({ ENVIRONMENT: "local", ...secrets })
    .map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`)
    .join(", ");
  const others = modules.filter((name) => name !== "index.js");
  const scripts = ["index.js", ...others].map((name) => `(name = "${name}", esModule = embed "${name}"),`);
  const loaderBinding = loader ? '(name = "LOADER", workerLoader = ()), ' : "";
  const objectsBinding = ontology ? '(name = "ONTOLOGY", durableObjectNamespace = "OntologyObjects"), ' : "";
  const namespaces = ontology
    ? `durableObjectNamespaces = [(className = "OntologyObjects", uniqueKey = "ontology", enableSql = true)],
      durableObjectStorage = (localDisk = "disk"),`
    : "";
  const disk = ontology ? `(name = "disk", disk = (path = "${folder}", writable = true)),` : "";
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = (
      modules = [
        ${scripts.join("\n        ")}
        (name = "quickjs.wasm", wasm = embed "quickjs.wasm"),
      ],
      compatibilityDate = "${COMPATIBILITY_DATE}",
      compatibilityFlags = ["no_nodejs_global_timers", "enable_request_signal"],
      bindings = [(name = "CONFIG", kvNamespace = "kv"), ${loaderBinding}${objectsBinding}${texts}],
      ${namespaces}
      globalOutbound = "loopback",
    )),
    ${disk}
    (name = "loopback", network = (allow = ["local"])),
    (name = "kv", external = (address = "127.0.0.1:${kvPort}", http = ())),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
  v8Flags = ${JSON.stringify(v8Flags)},
);
`;
}
