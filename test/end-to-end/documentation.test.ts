import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { folderWith, repository, writeIn } from "../cli/sortie.ts";
import { faultsOf } from "./documentation/account.ts";
import {
  type Block,
  commandsIn,
  normalised,
  readBlocks,
  type ShownCommand,
} from "./documentation/markdown.ts";
import { freePort, Running, run } from "./documentation/shell.ts";

vi.setConfig({ testTimeout: 900_000 });

/** Commands that are not run as they stand, and why. */
const instead: readonly { readonly command: RegExp; readonly run: string; readonly because: string }[] = [
  {
    command: /\bnpm ci\b/g,
    run: "true",
    because: "the packages are linked; test/fresh-start.ts installs them",
  },
  { command: /\bnpm test\b/g, run: "true", because: "these are the tests" },
  { command: /\bnpm start$/g, run: "npm start -- --port 8787", because: "the port may be in use" },
  { command: /\bnpx sortie dev .*/g, run: "$& --port 8787", because: "the port may be in use" },
  { command: /\bnpx wrangler dev\b/g, run: "$& --port 8787", because: "the port may be in use" },
];

/** Commands that go on running, and what they print when they are ready. Gateways take each other's place. */
const longRunning: readonly {
  readonly command: RegExp;
  readonly ready: RegExp;
  readonly gateway: boolean;
}[] = [
  {
    command: /\bnpm start\b|\bnpx sortie dev\b/,
    ready: /Sortie serves[\s\S]*Ctrl\+C stops/,
    gateway: true,
  },
  { command: /\bnpx wrangler dev\b/, ready: /Ready on/, gateway: true },
  { command: /\bnpx sortie bridge\b/, ready: /Ctrl\+C stops/, gateway: false },
  { command: /^node server\.mjs$/, ready: /listening/, gateway: false },
];

/** The ports that the pages name. Each page gets free ones in their place. */
const ports = [8787, 8443, 9090, 50051];

/** The identity provider of `sortie dev` listens on the port behind the gateway's. */
const identityProviderPort = 8788;

/** What a page assumes that its reader has: `readers/NAME OF THE PAGE/`. */
const readers = join(import.meta.dirname, "documentation", "readers");

/** Pages whose reader has what that of another page has. */
const sameReader: Readonly<Record<string, string>> = { "coming-from-apigee": "README" };

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  ...readdirSync(join(repository, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

const started = new Set<Running>();
afterAll(() => Promise.all([...started].map((running) => running.stop())));

test.concurrent.each(pages)("what %s tells its reader to run does what the page says", async (page) => {
  const markdown = await withFreePorts(readFileSync(join(repository, page), "utf8"));
  const blocks = readBlocks(markdown.text);
  const reader = new Reader(page, copyFor(page), markdown.withFreePorts);
  for (const block of blocks) await reader.follow(block);
  await reader.leave();
});

test.concurrent.each(pages)("the links of %s lead somewhere", async (page) => {
  const markdown = readFileSync(join(repository, page), "utf8");
  const links = [...markdown.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
  for (const [link, path = "", heading] of links) {
    const target = path === "" ? page : join(dirname(page), path);
    expect(existsSync(join(repository, target)), link).toBe(true);
    if (heading === undefined) continue;
    expect(headingsOf(readFileSync(join(repository, target), "utf8")), link).toContain(heading);
  }
});

test.concurrent("npx runs what is built, and does not take it away to build it again", async () => {
  const folder = copyFor("README.md");
  const builtAt = () => statSync(join(folder, "dist/cli.js")).mtimeMs;
  const before = builtAt();
  expect(await run("npx sortie check policies", folder)).toMatchObject({ status: 0 });
  expect(builtAt()).toBe(before);
});

/** Somebody who does what a page says, in a copy of the repository. */
class Reader {
  readonly #page: string;
  readonly #folder: string;
  readonly #withFreePorts: (text: string) => string;
  readonly #running = new Map<string, Running>();
  /** What is wrong with the commands that need an account; found out while others run. */
  readonly #checks: Promise<string[]>[] = [];

  constructor(page: string, folder: string, withFreePorts: (text: string) => string) {
    this.#page = page;
    this.#folder = folder;
    this.#withFreePorts = withFreePorts;
  }

  async follow(block: Block): Promise<void> {
    const { language, info, line, text } = block;
    if (language === "text" && info === "log") await this.#findInLog(line, text);
    else if (language === "sh" || language === "console") {
      for (const command of commandsIn(block)) {
        if (info === "account") this.#checks.push(this.#check(command));
        else await this.#run(command, info === "fails" ? 1 : 0);
      }
    } else if (info !== "") writeIn(this.#folder, info, text);
  }

  async leave(): Promise<void> {
    expect((await Promise.all(this.#checks)).flat()).toEqual([]);
    await Promise.all([...this.#running.values()].map((running) => running.stop()));
  }

  async #check({ line, command }: ShownCommand): Promise<string[]> {
    const faults = await faultsOf(command, this.#folder);
    return faults.map((fault) => `${this.#at(line)}: ${fault}`);
  }

  async #run({ line, command: written, answer }: ShownCommand, expectedStatus: number): Promise<void> {
    const adjusted = instead.reduce((text, { command, run }) => text.replaceAll(command, run), written);
    const command = this.#withFreePorts(adjusted);
    const kind = longRunning.find(({ command: pattern }) => pattern.test(written));
    if (kind) {
      const place = kind.gateway ? "gateway" : written;
      await this.#running.get(place)?.stop();
      const running = new Running(command, this.#folder);
      this.#running.set(place, running);
      started.add(running);
      await running.prints((output) => kind.ready.test(output));
      if (answer) expect(normalised(running.output), this.#at(line)).toContain(normalised(answer));
      return;
    }
    const { status, stdout, stderr } = await run(command, this.#folder);
    expect(status, `${this.#at(line)}\n${stdout}${stderr}`).toBe(expectedStatus);
    if (answer !== null) expect(normalised(stdout), this.#at(line)).toBe(normalised(answer));
  }

  async #findInLog(line: number, text: string): Promise<void> {
    const shown = normalised(text);
    const gateway = this.#running.get("gateway");
    await gateway?.prints((output) => normalised(output).includes(shown));
    expect(gateway, this.#at(line)).toBeDefined();
  }

  #at(line: number): string {
    return `${this.#page}:${line}`;
  }
}

/** A copy of the repository with what the page's reader has, and the packages of the original. */
function copyFor(page: string): string {
  const folder = folderWith({});
  for (const name of ["docs", "policies", "src", "package.json", "tsconfig.json", "wrangler.toml", "dist"]) {
    cpSync(join(repository, name), join(folder, name), { recursive: true });
  }
  const packages = join(repository, "node_modules");
  mkdirSync(join(folder, "node_modules"));
  for (const name of readdirSync(packages))
    symlinkSync(join(packages, name), join(folder, "node_modules", name));
  symlinkSync(folder, join(folder, "node_modules", "sortie"));
  const reader = basename(page, ".md");
  const own = join(readers, sameReader[reader] ?? reader);
  if (existsSync(own)) cpSync(own, folder, { recursive: true });
  const certificates = join(repository, "test/servers/certificates");
  cpSync(join(certificates, "localhost.cert.pem"), join(folder, "fullchain.pem"));
  cpSync(join(certificates, "localhost.key.pem"), join(folder, "privkey.pem"));
  return folder;
}

async function withFreePorts(text: string) {
  const free = new Map<string, number>();
  for (const port of ports) free.set(String(port), await freePort());
  free.set(String(identityProviderPort), Number(free.get("8787")) + 1);
  const pattern = new RegExp(`\\b(?:${[...free.keys()].join("|")})\\b`, "g");
  const replace = (original: string) => original.replaceAll(pattern, (port) => String(free.get(port)));
  return { text: replace(text), withFreePorts: replace };
}

/** The anchors of a page's headings. */
function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
}
