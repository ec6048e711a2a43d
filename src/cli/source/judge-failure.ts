import { type Finding, finding } from "./finding.ts";
import type { Failure } from "./handshake.ts";

/** What is known of a server with which no TLS connection has come about. */
export interface FailedConnection {
  /** `host:port`. */
  readonly at: string;
  readonly failure: Failure;
  /** What it answers without TLS; null when it answers nothing. */
  readonly plain: Buffer | null;
  /** The version of TLS that it speaks with clients that are less strict; null when there is none. */
  readonly oldProtocol: string | null;
}

/** Says why no TCP connection comes about. */
export function judgeNoConnection(at: string, { code, message }: Failure): Finding {
  const [what, remedy] = connections.get(code) ?? [
    `There is no connection (${message}).`,
    "See whether the host is up, and whether a firewall is between.",
  ];
  return finding(code, `${at}: ${what}`, remedy);
}

const connections: ReadonlyMap<string, readonly [what: string, remedy: string]> = new Map([
  [
    "ENOTFOUND",
    [
      "the name does not resolve (DNS).",
      "Correct the host, or add it to the public DNS: Workers know no other.",
    ],
  ],
  [
    "EAI_AGAIN",
    ["the name server does not answer (DNS).", "Try again; see whether this machine has a network."],
  ],
  [
    "ECONNREFUSED",
    ["the connection is refused: nothing listens there.", "Correct the port, or start the server."],
  ],
  [
    "ECONNRESET",
    [
      "the server closes the connection.",
      "See whether a firewall is between, and which clients the server lets in.",
    ],
  ],
  [
    "ETIMEDOUT",
    [
      "no answer in time (timeout).",
      "See whether the host is up, and whether a firewall drops what comes to this port.",
    ],
  ],
  [
    "EHOSTUNREACH",
    [
      "there is no way to the host.",
      "A system in a private network is reached through a bridge (worker.bridge).",
    ],
  ],
  [
    "ENETUNREACH",
    [
      "there is no way to its network.",
      "A system in a private network is reached through a bridge (worker.bridge).",
    ],
  ],
]);

/** Says why no TLS connection comes about where TCP is answered. */
export function judgeNoTls({ at, failure, plain, oldProtocol }: FailedConnection): Finding {
  const { code, message } = failure;
  if (plain?.subarray(0, 5).toString("latin1") === "HTTP/") {
    return finding(
      code,
      `${at} speaks plain HTTP, without TLS (wrong version number).`,
      "Name the port of its TLS, or set scheme to HTTP: then everybody on the way can read the calls.",
    );
  }
  if (oldProtocol !== null) {
    return finding(
      code,
      `The server speaks ${oldProtocol.replace("v", " ")}, and Workers need TLS 1.2 or newer (protocol version).`,
      "Enable TLS 1.2 on the server, or put a proxy in front of it that has it. A bridge needs TLS 1.2, too.",
      "never",
    );
  }
  if (/HANDSHAKE_FAILURE|NO_SHARED_CIPHER|NO_CIPHERS/.test(code)) {
    return finding(
      code,
      "The server ends the handshake: it shares no cipher with its client, or wants a client certificate.",
      "Enable current ciphers on the server. If it wants a certificate, test with --cert FILE --key FILE.",
    );
  }
  if (code === "ETIMEDOUT") {
    return finding(
      code,
      `${at} takes connections and does not answer TLS (timeout).`,
      "See whether it is a TLS port.",
    );
  }
  return finding(
    code,
    `There is no TLS connection (${message}).`,
    "The code says why; the log of the server may say more.",
  );
}

/** Says that a port for plain HTTP is one for TLS. */
export function judgeTlsOnPlainPort(at: string): Finding {
  return finding(
    "TLS_ON_HTTP_PORT",
    `${at} speaks TLS, and the source calls it with plain HTTP.`,
    "Set scheme of the domain to HTTPS.",
  );
}
