import type { Command } from "commander";
import { DeploymentStore } from "../../environment/deployment-store.ts";
import { type EnvironmentDocument, servedPaths } from "../../environment/document.ts";
import type { KvStore } from "../../environment/kv-store.ts";
import { addKvOptions, type KvOptions, withKv } from "../kv/options.ts";

/** `sortie status`: what is deployed, and what can be gone back to. */
export function addStatus(program: Command): void {
  const status = program
    .command("status")
    .description("say what is deployed")
    .option("--env <name>", "this environment only (default: all that were ever deployed)");
  addKvOptions(status).action((options: KvOptions & { env?: string }) =>
    withKv(options, (kv) => printStatus(kv, options.env)),
  );
}

async function printStatus(kv: KvStore, environment: string | undefined): Promise<void> {
  const names = environment ? [environment] : environmentsOf(await kv.list("environment/"));
  if (names.length === 0) console.log("Nothing is deployed.");
  for (const name of names) {
    const store = new DeploymentStore(kv, name);
    const document = await store.current();
    if (document) process.stdout.write(format(document, await store.generations()));
    else console.log(`Nothing is deployed to ${name}.`);
  }
}

/** How much of a revision's digest is shown. */
const DIGITS = 12;

function format(document: EnvironmentDocument, generations: readonly number[]): string {
  const { environment, generation, deployedAt, proxies, sharedFlows, functions, directory } = document;
  const { outboundApplications } = document;
  const served = servedPaths(document);
  const others = generations.filter((number) => number !== generation);
  return [
    `${environment}: generation ${generation}, deployed ${deployedAt}`,
    ...proxies.all.map(({ name, revision }) => {
      const paths = served.filter(({ proxy }) => proxy === name).map(({ basePath }) => basePath);
      return `  proxy ${name}, revision ${revision.slice(0, DIGITS)}, ${paths.join(", ")}`;
    }),
    ...sharedFlows.map(
      ({ name, revision }) => `  shared flow ${name}, revision ${revision.slice(0, DIGITS)}`,
    ),
    ...functions.map(({ name, revision }) => `  function ${name}, revision ${revision.slice(0, DIGITS)}`),
    ...outboundApplications.map(
      ({ name, enabled }) => `  outbound application ${name}, ${enabled ? "enabled" : "disabled"}`,
    ),
    ...(directory ? [`  API products and ${directory.apps} ${directory.apps === 1 ? "app" : "apps"}`] : []),
    `  can be rolled back to: ${others.length > 0 ? others.join(", ") : "nothing else"}`,
    "",
  ].join("\n");
}

function environmentsOf(keys: readonly string[]): string[] {
  return keys.flatMap((key) => /^environment\/(.+)\/current$/.exec(key)?.[1] ?? []);
}
