import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { answeringProxy, below, folderWith, get, repository } from "../cli/sortie.ts";
import { readBlocks } from "./documentation/markdown.ts";
import { type Finished, freePort, Running, run } from "./documentation/shell.ts";

/** What nobody who only uses Sortie should have to install: it was most of half a gigabyte. */
const ONLY_FOR_DEVELOPMENT = ["node", "wrangler", "hono", "jose", "typescript", "vitest", "@bufbuild/buf"];

/** The configuration for Wrangler that the manual shows for a project that has Sortie installed. */
const manual = readFileSync(join(repository, "docs/deployment.md"), "utf8");
const shown = readBlocks(manual).find(({ text }) => text.includes("node_modules/sortie/"));

/** A folder with an npm project that has nothing but the package as it would be published, and an environment. */
const project = folderWith({
  "wrangler.toml": shown?.text ?? "",
  "package.json": '{ "name": "shop", "private": true }',
  ...below("policies/apiproxies/hello", answeringProxy("hello", "from a package")),
  "policies/functions/greet/greet.ts": `import { UserFacingError } from "@osdk/functions";
export default async function greet(name: string): Promise<string> {
  if (name === "") throw new UserFacingError("Who?");
  return "Hello " + name;
}
`,
});

let registry: Finished;

beforeAll(async () => {
  registry = await run("npm ping", project);
  if (registry.status === 0) await installPackage();
});

async function installPackage(): Promise<void> {
  await succeeds(`npm pack --silent --ignore-scripts --pack-destination "${project}"`, repository);
  await succeeds("npm install --silent --no-audit --no-fund --prefer-offline ./sortie-*.tgz", project);
}

async function succeeds(command: string, folder = project): Promise<string> {
  const { status, stdout, stderr } = await run(command, folder);
  expect(stderr + stdout, command).toSatisfy(() => status === 0);
  return stdout;
}

/** A test of the installed package, which needs the registry that its dependencies come from. */
function testInstalled(name: string, body: () => Promise<void>): void {
  test(name, ({ skip }) => {
    if (registry.status !== 0) skip("needs the npm registry, which does not answer npm ping");
    return body();
  });
}

testInstalled("an installed package brings what it needs at run time and nothing else", async () => {
  const listed = JSON.parse(await succeeds("npm ls --all --json")) as { dependencies: Installed };
  const names = namesIn(listed.dependencies);
  expect(names).toContain("workerd");
  expect(ONLY_FOR_DEVELOPMENT.filter((name) => names.has(name))).toEqual([]);
});

type Installed = Readonly<Record<string, { readonly version?: string; readonly dependencies?: Installed }>>;

/** What is installed; npm lists an optional package that is not there, too, without a version. */
function namesIn(listed: Installed): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [name, { version, dependencies = {} }] of Object.entries(listed)) {
    if (version !== undefined) names.add(name);
    for (const below of namesIn(dependencies)) names.add(below);
  }
  return names;
}

testInstalled("an installed sortie checks an environment with a function", async () => {
  expect(await succeeds("npx sortie check")).toBe("0 errors, 0 warnings.\n");
});

testInstalled("an installed sortie serves an environment on this machine", async () => {
  const port = await freePort();
  const gateway = new Running(`npx sortie dev --port ${port}`, project);
  try {
    await gateway.prints((output) => output.includes("Ctrl+C stops"));
    expect(await get(`http://localhost:${port}/hello`)).toEqual({ status: 200, text: "from a package" });
    const answer = await fetch(`http://localhost:${port}/_sortie/functions/greet/execute`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ parameters: { name: "Ada" } }),
    });
    expect(await answer.json()).toMatchObject({ value: "Hello Ada" });
  } finally {
    await gateway.stop();
  }
});

testInstalled("without Wrangler, a command that needs a login says what to install", async () => {
  const { status, stderr } = await run(
    "env -u CLOUDFLARE_API_TOKEN -u CLOUDFLARE_API_KEY npx sortie status",
    project,
  );
  expect(stderr).toContain("npm install --save-dev wrangler, or set CLOUDFLARE_API_TOKEN.");
  expect(status).toBe(2);
});

testInstalled("Wrangler deploys the Worker of the package with the configuration in the manual", async () => {
  const wrangler = join(repository, "node_modules/wrangler/bin/wrangler.js");
  const printed = await succeeds(`"${process.execPath}" "${wrangler}" deploy --dry-run`);
  for (const binding of [
    "CONFIG",
    "ENVIRONMENT",
    "LOADER",
    "USER_AUTHORIZATION",
    "WEBHOOK_EXECUTIONS",
    "ONTOLOGY",
    "TRAFFIC_COUNTERS",
    "ISSUED_TOKENS",
  ])
    expect(printed).toContain(`env.${binding}`);
});
