import { X509Certificate } from "node:crypto";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { Duplex } from "node:stream";
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  type SecureVersion,
  type TLSSocket,
} from "node:tls";
import type { Identity } from "../bridge/start-bridge.ts";
import { HandshakeReader } from "./handshake-reader.ts";

/** Whom to talk to. */
export interface Endpoint {
  /** As the URL has it: the certificate must be for it. */
  readonly host: string;
  readonly port: number;
  /** Where the connection goes. */
  readonly to: { readonly host: string; readonly port: number };
  /** How long a connection may take. */
  readonly timeoutMs: number;
}

/** What a connection is made with. */
export interface Trust {
  /** PEM. */
  readonly authorities: readonly string[];
  /** Shown where the server asks for it; null without. */
  readonly identity: Identity | null;
}

/** A TLS connection that came about, whatever its certificates are worth. */
export interface Connected {
  readonly protocol: string;
  readonly cipher: string;
  readonly address: string;
  /** What OpenSSL says of the chain, by its name; null when it is good. */
  readonly verifyError: string | null;
  /** Why the certificate is not for the host; null when it is. */
  readonly nameError: string | null;
  /** The server's certificate first; linked by issuer, with the authority that is trusted where one is. */
  readonly chain: readonly X509Certificate[];
  /** Why the server ended it although it had come about; null when it did not. */
  readonly rejected: Failure | null;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** What a server sends in the clear of TLS 1.2. */
export interface Presented {
  /** In its order. */
  readonly certificates: readonly X509Certificate[];
  readonly asksForCertificate: boolean;
  /** Why the connection did not come about; null when it did. */
  readonly failure: Failure | null;
}

/** How long a server may take to say that it wants a certificate. */
const VERDICT_TIMEOUT_MS = 1_000;

/** Connects with TLS of these versions, and sends nothing. */
export async function handshake(
  endpoint: Endpoint,
  trust: Trust,
  versions: { readonly minVersion: SecureVersion; readonly maxVersion: SecureVersion },
): Promise<Connected | Failure> {
  const socket = connect({ ...optionsFor(endpoint, trust), ...versions, ...endpoint.to });
  try {
    await settled(socket, "secureConnect", endpoint.timeoutMs);
    const rejected = await verdictOf(socket);
    const { verifyError, nameError } = judged(socket, endpoint.host);
    return {
      protocol: socket.getProtocol() ?? "",
      cipher: socket.getCipher().standardName,
      address: socket.remoteAddress ?? endpoint.to.host,
      verifyError,
      nameError,
      chain: chainOf(socket),
      rejected,
    };
  } catch (error) {
    return failureOf(error);
  } finally {
    socket.destroy();
  }
}

/** What a server presents to a client that speaks TLS 1.2 at most; null to one that it does not answer. */
export async function presentedTo(endpoint: Endpoint, trust: Trust): Promise<Presented | null> {
  const raw = connectTcp(endpoint.to);
  const reader = new HandshakeReader();
  const socket = connect({
    ...optionsFor(endpoint, trust),
    maxVersion: "TLSv1.2",
    socket: tapped(raw, (chunk) => reader.read(chunk)),
  });
  let failure: Failure | null = null;
  try {
    await settled(socket, "secureConnect", endpoint.timeoutMs);
  } catch (error) {
    failure = failureOf(error);
  } finally {
    socket.destroy();
    raw.destroy();
  }
  if (reader.certificates.length === 0) return null;
  return {
    certificates: reader.certificates.flatMap((der) => parsed(der) ?? []),
    asksForCertificate: reader.asksForCertificate,
    failure,
  };
}

/** A connection whose incoming bytes somebody reads along; an error on it ends it. */
function tapped(raw: Socket, read: (chunk: Buffer) => void): Duplex {
  const duplex = new Duplex({
    read() {},
    write: (chunk, _encoding, done) => raw.write(chunk, () => done()),
    destroy(_error, done) {
      raw.destroy();
      done(null);
    },
  });
  raw.on("data", (chunk: Buffer) => {
    read(chunk);
    duplex.push(chunk);
  });
  raw.on("error", () => {});
  raw.on("close", () => duplex.push(null));
  return duplex;
}

/** The first bytes that a server answers to a request without TLS; null when it answers none in time. */
export async function plainAnswer({ to, timeoutMs }: Endpoint): Promise<Buffer | null> {
  const socket = connectTcp(to);
  try {
    await settled(socket, "connect", timeoutMs);
    socket.write("OPTIONS * HTTP/1.0\r\n\r\n");
    return await settled<Buffer>(socket, "data", timeoutMs);
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}

/** Why no TCP connection comes about; null when one does. */
export async function connectFailure({ to, timeoutMs }: Endpoint): Promise<Failure | null> {
  const socket = connectTcp(to);
  try {
    await settled(socket, "connect", timeoutMs);
    return null;
  } catch (error) {
    return failureOf(error);
  } finally {
    socket.destroy();
  }
}

function optionsFor({ host }: Endpoint, { authorities, identity }: Trust): ConnectionOptions {
  return {
    ca: [...authorities],
    ...identity,
    // What is wrong is for this program to say, all of it.
    rejectUnauthorized: false,
    ...(isIP(host) === 0 && { servername: host }),
    // Old servers are to be understood, not trusted.
    ciphers: "DEFAULT@SECLEVEL=0",
    ALPNProtocols: ["http/1.1"],
  };
}

/** Resolves with what the event brings. Rejects with the error that comes before it, or when nothing comes. */
function settled<T = void>(socket: Socket, event: string, ms: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(failed("ETIMEDOUT", `nothing within ${ms / 1000} seconds`)), ms);
  socket.once(event, resolve);
  socket.once("error", reject);
  socket.once("close", () => reject(failed("ECONNRESET", "the server closed the connection")));
  return promise.finally(() => clearTimeout(timer));
}

/** With TLS 1.3 a server says only afterwards that it wants a certificate; a session says that it does not. */
async function verdictOf(socket: TLSSocket): Promise<Failure | null> {
  if (socket.getProtocol() !== "TLSv1.3") return null;
  // Data are read as they come, and with them what ends the connection.
  socket.resume();
  try {
    await settled(socket, "session", VERDICT_TIMEOUT_MS);
    return null;
  } catch (error) {
    const failure = failureOf(error);
    return failure.code === "ETIMEDOUT" ? null : failure;
  }
}

function judged(socket: TLSSocket, host: string): Pick<Connected, "verifyError" | "nameError"> {
  const nameError = checkServerIdentity(host, socket.getPeerCertificate());
  const { authorizationError } = socket;
  // Node says the name here too, where the chain is good.
  const code = String((authorizationError as { code?: string } | null)?.code ?? authorizationError ?? "");
  const isAboutChain = code !== "" && code !== "ERR_TLS_CERT_ALTNAME_INVALID";
  return { verifyError: isAboutChain ? code : null, nameError: nameError?.message ?? null };
}

function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (
    let certificate = socket.getPeerX509Certificate();
    certificate && !chain.some((known) => known.fingerprint256 === certificate?.fingerprint256);
    certificate = certificate.issuerCertificate
  ) {
    chain.push(certificate);
  }
  return chain;
}

function parsed(der: Buffer): X509Certificate | null {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}

function failed(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function failureOf(error: unknown): Failure {
  const { code = "FAILED", message } = error as Error & { code?: string };
  return { code, message };
}
