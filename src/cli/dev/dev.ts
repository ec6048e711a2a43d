import type { Command } from "commander";
import { devFolder } from "../secret/dev-secrets.ts";
import { stopSignal } from "../stop-signal.ts";
import { googleKeysIn, startDevIssuer } from "./dev-google.ts";
import {
  collect,
  parseApp,
  parseConnection,
  parseHost,
  parseKeyValue,
  parsePort,
  parseTargetServer,
} from "./dev-options.ts";
import { DevSession, type DevSessionOptions } from "./dev-session.ts";

export const DEFAULT_PORT = 8787;

/** `sortie dev`: the gateway on this machine, following every change of the files. */
export function addDev(program: Command): void {
  program
    .command("dev")
    .description("serve an environment or bundles on this machine and follow every change of the files")
    .argument("[path...]", "an environment folder, or bundles: folders or zip files", ["policies"])
    .option("--port <n>", "port to listen on; 0 takes a free one", parsePort, DEFAULT_PORT)
    .option(
      "--connect-to <host[:port]=url>",
      "send what is meant for a host to another address; may be given several times",
      collect(parseConnection),
      [],
    )
    .option(
      "--target-server <name=url>",
      "define or replace a target server; grpc:// for ExternalCallouts",
      collect(parseTargetServer),
      [],
    )
    .option(
      "--kvm <map.key=value>",
      "set an entry of a key value map, whatever its scope",
      collect(parseKeyValue),
      [],
    )
    .option(
      "--app <key[:secret]>",
      "let in an app with this consumer key, by a product of all that is served; may be given several times",
      collect(parseApp),
      [],
    )
    .option(
      "--google-issuer",
      "make Google tokens on this machine, for any service account; proxies without one get one",
    )
    .option("--calls", "print the calls that flows make; those of functions always are")
    .option("--quiet", "print no line about each request")
    .option(
      "--allow-host <name>",
      "answer requests for this host, too, beside localhost; may be given several times",
      collect(parseHost),
      [],
    )
    .option("--env <name>", "the environment whose settings apply", "local")
    .addHelpText(
      "after",
      "\nFlows may call only what --connect-to and --target-server name, and target servers on this machine.\n" +
        "Example: sortie dev orders-v1/apiproxy --connect-to api.example.com=http://localhost:3000",
    )
    .action(async (paths: string[], options) => {
      const google = options.googleIssuer ? await startDevIssuer() : googleKeysIn(process.env);
      try {
        await serveUntilStopped({
          paths,
          port: options.port,
          environment: options.env,
          connections: options.connectTo,
          targetServers: options.targetServer,
          keyValues: options.kvm,
          apps: options.app,
          google,
          showsCalls: options.calls ?? false,
          showsRequests: !options.quiet,
          hosts: options.allowHost,
          secretsOf: {},
          secretsFolder: devFolder(),
        });
      } finally {
        await google.stop();
      }
    });
}

/**
 * Serves until the process is told to stop. Rejects with `CommandFailure` when it cannot start.
 * @param advice printed once it serves
 */
export async function serveUntilStopped(
  options: DevSessionOptions,
  advice?: (url: string) => string,
): Promise<void> {
  const session = await DevSession.start(options);
  const stopped = stopSignal();
  const served = [
    ...session.routes.map(({ basePath, proxy }) => [basePath, proxy] as const),
    ...(session.functions ?? []).map(
      ({ name }) => [`/_sortie/functions/${name}/execute`, `function ${name}`] as const,
    ),
    ...session.webhooks.flatMap(({ name, publishAsFunction }) => [
      [`/_sortie/webhooks/${name}/execute`, `webhook ${name}`] as const,
      ...(publishAsFunction ? [[`/_sortie/functions/${name}/execute`, `webhook ${name}`] as const] : []),
    ]),
    ...session.ontology,
  ];
  const width = Math.max(0, ...served.map(([path]) => path.length));
  const doing = served.length > 0 ? "serves" : "waits for an edit of";
  console.log(`\nSortie ${doing} ${options.paths.join(", ")} on ${session.url}\n`);
  for (const [path, what] of served) console.log(`  ${path.padEnd(width)}  ${what}`);
  const { identityProvider } = session;
  if (identityProvider) {
    console.log(`\n  Sign in as anybody at ${identityProvider}/login`);
    console.log(`  A token for curl: curl "${identityProvider}/token?as=alice"`);
  }
  console.log(
    `\n${advice ? `${advice(session.url)}\n\n` : ""}Changes of the files take effect at once. Ctrl+C stops.`,
  );
  await stopped;
  await session.stop();
}
