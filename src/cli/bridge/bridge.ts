import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { CommandFailure } from "../command-failure.ts";
import { stopSignal } from "../stop-signal.ts";
import { type Address, authorityOf, parseAddress } from "./address.ts";
import type { Identity } from "./start-bridge.ts";

/** What gRPC clients accept by default. */
const DEFAULT_MESSAGE_BYTES = 4 * 1024 * 1024;

interface Options {
  readonly listen: Address;
  readonly to: Address;
  readonly listenCert?: Buffer;
  readonly listenKey?: Buffer;
  readonly toCa?: Buffer;
  readonly toCert?: Buffer;
  readonly toKey?: Buffer;
  readonly maxMessageBytes: number;
}

/** `sortie bridge`: lets Workers, which cannot send gRPC's own HTTP/2, call a native gRPC server. */
export function addBridge(program: Command): void {
  program
    .command("bridge")
    .description("put gRPC-Web and Connect in front of a native gRPC server, for unary calls of any service")
    .requiredOption(
      "--listen <address>",
      "PORT, HOST:PORT or https://HOST:PORT; 127.0.0.1 without a host",
      parseAddress,
    )
    .requiredOption(
      "--to <address>",
      "the gRPC server: HOST:PORT, or https://HOST:PORT with TLS",
      parseAddress,
    )
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
        "Example: sortie bridge --listen 9090 --to 127.0.0.1:50051",
    )
    .action(async (options: Options) => {
      const { listen, to, maxMessageBytes } = options;
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
      }).catch((error: NodeJS.ErrnoException) => {
        throw new CommandFailure(`Nothing can listen on ${authorityOf(listen)}: ${error.message}.`);
      });
      console.log(`The bridge listens on ${bridge.url} and calls ${authorityOf(to)}. Ctrl+C stops.`);
      await stopSignal();
      await bridge.stop();
    });
}

function identityOf(side: string, cert: Buffer | undefined, key: Buffer | undefined): Identity | null {
  if (cert && key) return { cert, key };
  if (cert || key) throw new CommandFailure(`${side}-cert and ${side}-key belong together.`);
  return null;
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function parseBytes(text: string): number {
  const bytes = /^\d+$/.test(text) ? Number(text) : 0;
  if (bytes >= 1 && bytes <= 2 ** 30) return bytes;
  throw new InvalidArgumentError("Write a number of bytes from 1 to 1073741824.");
}
