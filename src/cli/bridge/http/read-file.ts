import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { InvalidArgumentError } from "commander";
import type { ValuePath } from "../../../documents/known-fields.ts";
import { Report } from "../../../documents/report.ts";
import { readYaml } from "../../../documents/yaml-schema.ts";
import { SHORTEST_KEY } from "../../../egress/bridge/protocol.ts";
import type { AddressBlock } from "../../../egress/ip.ts";
import { EgressRuleError, readEgressRule } from "../../../egress/rule.ts";
import { readSingleHost } from "../../../sources/read-host.ts";
import { formatProblems } from "../../check/print-problems.ts";
import { CommandFailure } from "../../command-failure.ts";
import { type Address, parseAddress } from "../address.ts";
import type { Identity } from "../start-bridge.ts";
import type { Destination } from "./destination.ts";
import { type BridgeFile, bridgeFileSchema } from "./file-schema.ts";

/** A bridge as its file has it, with the contents of the files that it names. */
export interface BridgeSettings {
  /** Origins. */
  readonly addresses: ReadonlySet<string>;
  readonly listen: Address;
  readonly identity: Identity | null;
  readonly keys: readonly Uint8Array[];
  readonly destinations: readonly Destination[];
  readonly limits: BridgeFile["limits"];
}

/** Whom a file may be open to beside its owner. */
const OTHERS_CAN_READ = 0o007;
const OTHERS_CAN_WRITE = 0o022;

/** Reads the file of a bridge. Throws {@link CommandFailure} with everything that is wrong with it. */
export function readBridgeFile(path: string): BridgeSettings {
  const report = new Report();
  const bytes = readGuarded(path, OTHERS_CAN_WRITE);
  if (typeof bytes === "string") throw new CommandFailure(`${path} ${bytes}.`);
  const file = readYaml(relative("", path), bytes, bridgeFileSchema, report);
  if (file) {
    const reading = new Reading(file.value, dirname(path), (code, at, message, remedy) =>
      report.error(code, file.at(at), message, remedy),
    );
    const settings = reading.settings();
    if (settings && !report.failed && report.problems.length === 0) return settings;
  }
  throw new CommandFailure(`The bridge does not start.\n${formatProblems(report.problems, process.stderr)}`);
}

/** A file's bytes, or what is wrong with it. Whom it is open to is asked of the file that is read. */
function readGuarded(path: string, forbidden: number): Uint8Array | string {
  let handle: number;
  try {
    handle = openSync(path, "r");
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : error}`;
  }
  try {
    const { mode } = fstatSync(handle);
    if (process.platform !== "win32" && (mode & forbidden) !== 0) {
      return forbidden === OTHERS_CAN_READ ? "can be read by everybody" : "can be written by others";
    }
    return readFileSync(handle);
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : error}`;
  } finally {
    closeSync(handle);
  }
}

class Reading {
  readonly #file: BridgeFile;
  readonly #folder: string;
  readonly #error: (code: string, at: ValuePath, message: string, remedy: string) => void;

  constructor(file: BridgeFile, folder: string, error: Reading["error"]) {
    this.#file = file;
    this.#folder = folder;
    this.#error = error;
  }

  get error() {
    return this.#error;
  }

  settings(): BridgeSettings | null {
    const { addresses, keys, destinations, limits } = this.#file;
    const origins = addresses.flatMap((text, index) => this.#origin(text, ["addresses", index]) ?? []);
    const listen = this.#listen();
    const identity = this.#identity(this.#file.identity, ["identity"]);
    if (listen && (listen.tls ? this.#file.identity === undefined : !isLoopback(listen.host))) {
      this.#error(
        "InsecureBridge",
        ["listen"],
        "Calls could be read on their way: only a bridge on a loopback address does without TLS.",
        "Write listen: https://HOST:PORT and name a certificate and its key in identity.",
      );
    }
    const read = destinations.map((each, index) => this.#destination(each, ["destinations", index]));
    this.#twins(read);
    return (
      listen && {
        addresses: new Set(origins),
        listen,
        identity: listen.tls ? identity : null,
        keys: keys.flatMap((path, index) => this.#key(path, ["keys", index]) ?? []),
        destinations: read.filter((each) => each !== null),
        limits,
      }
    );
  }

  #origin(text: string, at: ValuePath): string | null {
    const url = URL.parse(text);
    if (url && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href) return url.origin;
    this.#error(
      "InvalidAddress",
      at,
      "The address must be scheme, host and port, and is not.",
      "Write it as in the sources' worker.bridge.addresses, like https://bridge.example.com:8443.",
    );
    return null;
  }

  #listen(): Address | null {
    try {
      return parseAddress(this.#file.listen);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      this.#error("InvalidAddress", ["listen"], "listen is no address.", error.message);
      return null;
    }
  }

  #key(path: string, at: ValuePath): Uint8Array | null {
    const bytes = this.#read(path, at, OTHERS_CAN_READ);
    if (bytes === null) return null;
    // As `sortie secret set` reads it.
    const key = Buffer.from(
      Buffer.from(bytes)
        .toString()
        .replace(/\r?\n$/, ""),
    );
    if (key.length >= SHORTEST_KEY) return key;
    this.#error(
      "KeyTooShort",
      at,
      `The key in ${path} is shorter than ${SHORTEST_KEY} characters.`,
      "Make one with: openssl rand -base64 32",
    );
    return null;
  }

  #destination(given: BridgeFile["destinations"][number], at: ValuePath): Destination | null {
    const { scheme, host: text, port, addresses = [], serverCertificates = [], clientCertificate } = given;
    const host = this.#ruled("InvalidHost", [...at, "host"], () => readSingleHost(text));
    const blocks = addresses.flatMap(
      (address, index) => this.#block(address, [...at, "addresses", index]) ?? [],
    );
    const authorities = serverCertificates.map((path, index) =>
      this.#pem(path, [...at, "serverCertificates", index]),
    );
    const identity = this.#identity(clientCertificate, [...at, "clientCertificate"]);
    if (host === null) return null;
    const protocol = `${scheme.toLowerCase()}:`;
    const { origin } = new URL(`${protocol}//${host}${port === undefined ? "" : `:${port}`}`);
    return {
      origin,
      addresses: blocks,
      authorities: authorities.length === 0 ? null : authorities.filter((each) => each !== null),
      identity,
    };
  }

  #block(text: string, at: ValuePath): AddressBlock | null {
    const rule = text.includes(":") && !text.startsWith("[") ? `[${text}]` : text;
    return this.#ruled("InvalidHost", at, () => {
      const { host, ports } = readEgressRule(rule);
      if (typeof host !== "string" && ports === null) return host;
      throw new EgressRuleError(
        `"${text}" is no address.`,
        "Write an address, or a block such as 10.0.0.0/8.",
      );
    });
  }

  #identity(given: { certificate: string; privateKey: string } | undefined, at: ValuePath): Identity | null {
    if (!given) return null;
    const cert = this.#pem(given.certificate, [...at, "certificate"]);
    const key = this.#read(given.privateKey, [...at, "privateKey"], OTHERS_CAN_READ);
    if (cert === null || key === null) return null;
    try {
      createSecureContext({ cert, key });
      return { cert, key };
    } catch {
      const message = "The certificate and the key do not belong together, or are none.";
      this.#error("InvalidCertificate", at, message, "Name two PEM files: a certificate chain, and its key.");
      return null;
    }
  }

  #pem(path: string, at: ValuePath): Buffer | null {
    const bytes = this.#read(path, at, 0);
    if (bytes === null) return null;
    try {
      createSecureContext({ cert: bytes });
      return bytes;
    } catch {
      this.#error("InvalidCertificate", at, `${path} is no certificate.`, "Write X.509 certificates in PEM.");
      return null;
    }
  }

  #read(path: string, at: ValuePath, forbidden: number): Buffer | null {
    const bytes = readGuarded(resolve(this.#folder, path), forbidden);
    if (typeof bytes !== "string") return Buffer.from(bytes);
    const remedy = bytes.includes("everybody")
      ? `Close it to others: chmod o= ${path}`
      : "Name a file that there is.";
    this.#error("FileNotUsable", at, `${path} ${bytes}.`, remedy);
    return null;
  }

  #ruled<T>(code: string, at: ValuePath, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof EgressRuleError)) throw error;
      this.#error(code, at, error.problem, error.remedy);
      return null;
    }
  }

  #twins(destinations: readonly (Destination | null)[]): void {
    const known = new Set<string>();
    for (const [index, each] of destinations.entries()) {
      if (each === null) continue;
      if (known.has(each.origin)) {
        const message = `There is another destination ${each.origin}.`;
        this.#error(
          "DuplicateDestination",
          ["destinations", index, "host"],
          message,
          "Take one of them out.",
        );
      }
      known.add(each.origin);
    }
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.[\d.]+$/.test(host);
}
