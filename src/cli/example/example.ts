import { join, relative } from "node:path";
import type { Command } from "commander";
import { OWN_KEY } from "../../credentials/keyring.ts";
import { DEFAULT_PORT, serveUntilStopped } from "../dev/dev.ts";
import { googleKeysIn } from "../dev/dev-google.ts";
import { parsePort, parseTargetServer } from "../dev/dev-options.ts";
import { devFolder } from "../secret/dev-secrets.ts";

/** `sortie example`: the worked example and the services behind it; what `npm start` runs. */
export function addExample(program: Command): void {
  program
    .command("example")
    .description("serve the worked example, with the services that it calls")
    .option("--port <n>", "port to listen on; 0 takes a free one", parsePort, DEFAULT_PORT)
    .action(async ({ port }: { port: number }) => {
      // The other commands need none of the libraries that the services use.
      const { startExampleServices } = await import("./services.ts");
      const { services, serviceAccountKey, secretsOf, connections, stop } = await startExampleServices();
      try {
        await serveUntilStopped(
          {
            paths: [relative(process.cwd(), examplePath()) || "."],
            port,
            environment: "local",
            connections,
            targetServers: services.map(({ name, url }) => parseTargetServer(`${name}=${url}`)),
            keyValues: [],
            apps: [],
            google: googleKeysIn({ [OWN_KEY]: serviceAccountKey }),
            showsCalls: false,
            showsRequests: true,
            hosts: [],
            secretsOf,
            secretsFolder: devFolder(),
          },
          requestsToTry,
        );
      } finally {
        await stop();
      }
    });
}

function requestsToTry(url: string): string {
  return [
    "Try:",
    `  curl -i ${url}/v1/orders/1001    an order, put together from five services`,
    `  curl -i ${url}/v1/orders/9999    an order that does not exist`,
    `  curl -i ${url}/_sortie/health    what is deployed`,
    `  ${url}/_sortie/oauth             what users let functions do for them (a page)`,
  ].join("\n");
}

/** The environment that comes with Sortie. */
function examplePath(): string {
  return join(import.meta.dirname, "..", "policies");
}
