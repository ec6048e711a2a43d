import { type Command, InvalidArgumentError } from "commander";
import { CommandFailure } from "../command-failure.ts";
import { readPem } from "../read-pem.ts";
import { stopSignal } from "../stop-signal.ts";
import { type Address, authorityOf, parseAddress } from "./address.ts";
import type { Identity } from "./start-bridge.ts";

/** What gRPC clients accept by default. */
const DEFAULT_MESSAGE_BYTES = 4 * 1024 * 1024;

interface Options {
  readonly config?: string;
  readonly listen?: Address;
  readonly to?: Address;
  readonly listenCert?: Buffer;
  readonly listenKey?: Buffer;
  readonly toCa?: Buffer;
  readonly toCert?: Buffer;
  readonly toKey?: Buffer;
  readonly maxMessageBytes: number;
}

/**
 * `sortie bridge`: lets Workers, which cannot send gRPC's own HTTP/2, call a native gRPC server; and, with a file, lets
 * sources reach systems that need a private authority, a client certificate or a private network.
 */
export function addBridge(program: Command): void {
  program
    .command("bridge")
    .description(
      "put gRPC-Web and Connect in front of a native gRPC server; or, with --config, carry the calls of sources to systems that Workers cannot reach",
    )
    .option("--config <file>", "the file of a bridge for HTTP; no other option goes with it")
    .option(
      "--listen <address>",
      "PORT, HOST:PORT or https://HOST:PORT; 127.0.0.1 without a host",
      parseAddress,
    )
    .option("--to <address>", "the gRPC server: HOST:PORT, or https://HOST:PORT with TLS", parseAddress)
    .option("--listen-cert <file>", "certificate chain to show to clients (PEM)", readPem)
    .option("--listen-key <file>", "its key (PEM)", readPem)
    .option(
      "--to-ca <file>",
      "authorities of the server's certificate (PEM; default: the public ones)",
      readPem,
    )
    .option("--to-cert <file>", "client certificate to show to the server (PEM)", readPem)
    .option("--to-key <file>", "its key (PEM)", readPem)
    .option(
      "--max-message-bytes <n>",
      "largest message in either direction",
      parseBytes,
      DEFAULT_MESSAGE_BYTES,
    )
    .addHelpText(
      "after",
      "\nGET /_sortie/health answers 200 while the server can be reached, and 503 otherwise.\n" +
        "Examples: sortie bridge --listen 9090 --to 127.0.0.1:50051\n          sortie bridge --config bridge.yaml",
    )
    .action(async (options: Options) => {
      const { config, listen, to, maxMessageBytes } = options;
      if (config !== undefined) return bridgeHttp(config, options);
      if (!listen || !to) {
        throw new CommandFailure("A bridge for gRPC needs --listen and --to; one for HTTP needs --config.");
      }
      const identity = identityOf("--listen", options.listenCert, options.listenKey);
      if (listen.tls && identity === null) {
        throw new CommandFailure("Listening with https needs --listen-cert and --listen-key.");
      }
      // The other commands need no gRPC library, and start sooner without it.
      const { startBridge } = await import("./start-bridge.ts");
      const bridge = await startBridge({
        listen: { ...listen, tls: identity !== null },
        to,
        identity,
        clientIdentity: identityOf("--to", options.toCert, options.toKey),
        authorities: options.toCa ?? null,
        maxMessageBytes,
      }).catch(cannotListen(listen));
      console.log(`The bridge listens on ${bridge.url} and calls ${authorityOf(to)}. Ctrl+C stops.`);
      await stopSignal();
      await bridge.stop();
    });
}

async function bridgeHttp(path: string, { listen, to }: Options): Promise<void> {
  if (listen || to)
    throw new CommandFailure("--listen and --to do not go with --config: its file says that.");
  const [{ readBridgeFile }, { startHttpBridge }] = await Promise.all([
    import("./http/read-file.ts"),
    import("./http/start-http-bridge.ts"),
  ]);
  const settings = readBridgeFile(path);
  const log = (line: Record<string, unknown>) => console.log(JSON.stringify(line));
  const bridge = await startHttpBridge(settings, log).catch(cannotListen(settings.listen));
  const count = settings.destinations.length;
  const what = count === 1 ? settings.destinations[0]?.origin : `${count} destinations`;
  console.log(`The bridge listens on ${bridge.url} and calls ${what}. Ctrl+C stops.`);
  await stopSignal();
  await bridge.stop();
}

function cannotListen(listen: Address): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw new CommandFailure(`Nothing can listen on ${authorityOf(listen)}: ${error.message}.`);
  };
}

function identityOf(side: string, cert: Buffer | undefined, key: Buffer | undefined): Identity | null {
  if (cert && key) return { cert, key };
  if (cert || key) throw new CommandFailure(`${side}-cert and ${side}-key belong together.`);
  return null;
}

function parseBytes(text: string): number {
  const bytes = /^\d+$/.test(text) ? Number(text) : 0;
  if (bytes >= 1 && bytes <= 2 ** 30) return bytes;
  throw new InvalidArgumentError("Write a number of bytes from 1 to 1073741824.");
}
