import { X509Certificate } from "node:crypto";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { addressOf, kindOf } from "../../egress/ip.ts";
import type { Finding } from "./finding.ts";
import { finding } from "./finding.ts";
import {
  type Connected,
  connectFailure,
  type Endpoint,
  type Failure,
  handshake,
  plainAnswer,
  presentedTo,
  type Trust,
} from "./handshake.ts";
import { judgeCertificates, judgeClientCertificate } from "./judge.ts";
import { judgeNoConnection, judgeNoTls, judgeTlsOnPlainPort } from "./judge-failure.ts";

/** An address to look at as a Worker would call it. */
export interface Question {
  readonly origin: string;
  readonly endpoint: Endpoint;
  readonly isSecure: boolean;
  readonly trust: Trust;
  /** Whether the Worker has a binding that presents a client certificate. */
  readonly hasBinding: boolean;
  /** Whether Workers have to reach the address: then it must be a public one. */
  readonly fromInternet: boolean;
  readonly now: Date;
}

/** What was found out about one address. */
export interface DomainReport {
  readonly url: string;
  readonly findings: readonly Finding[];
  readonly connection: Pick<Connected, "protocol" | "cipher" | "address"> | null;
  readonly certificates: readonly X509Certificate[];
}

/** What Workers and bridges speak. */
const CURRENT = { minVersion: "TLSv1.2", maxVersion: "TLSv1.3" } as const;
const OLD = { minVersion: "TLSv1", maxVersion: "TLSv1.1" } as const;

/** Looks at an address as a Worker would call it. No request is sent. */
export async function checkDomain(question: Question): Promise<DomainReport> {
  const { origin, endpoint, isSecure, fromInternet } = question;
  const at = `${endpoint.host}:${endpoint.port}`;
  const report = (findings: readonly Finding[]): DomainReport => ({
    url: origin,
    findings,
    connection: null,
    certificates: [],
  });
  const resolved = await resolvedHost(endpoint.to.host);
  if ("failure" in resolved) return report([judgeNoConnection(at, resolved.failure)]);
  const privacy = fromInternet ? judgeAddresses(at, resolved.addresses) : [];
  const failure = await connectFailure(endpoint);
  if (failure) return report([...privacy, judgeNoConnection(at, failure)]);
  if (!isSecure) {
    const answer = await handshake(endpoint, question.trust, CURRENT);
    return report([...privacy, ...("protocol" in answer ? [judgeTlsOnPlainPort(at)] : [])]);
  }
  const checked = await checkTls(question, at);
  return { ...checked, findings: [...privacy, ...checked.findings] };
}

async function checkTls(question: Question, at: string): Promise<DomainReport> {
  const { origin, endpoint, trust, hasBinding, now } = question;
  const answer = await handshake(endpoint, trust, CURRENT);
  const shown = await presentedTo(endpoint, trust);
  const connected = "protocol" in answer ? answer : null;
  const client = judgeClientCertificate(shown, connected, trust.identity !== null, hasBinding);
  const certificates = shown?.certificates ?? connected?.chain ?? [];
  if (!connected) {
    const findings =
      client.length > 0 ? client : [await judgedFailure(endpoint, trust, at, answer as Failure)];
    return { url: origin, findings, connection: null, certificates };
  }
  const authorities = trust.authorities.map((pem) => new X509Certificate(pem));
  const { host } = endpoint;
  const judged = judgeCertificates({ host, connected, presented: certificates, authorities, now });
  return { url: origin, findings: [...judged, ...client], connection: connected, certificates };
}

async function judgedFailure(
  endpoint: Endpoint,
  trust: Trust,
  at: string,
  failure: Failure,
): Promise<Finding> {
  const plain = await plainAnswer(endpoint);
  const old = await handshake(endpoint, trust, OLD);
  return judgeNoTls({ at, failure, plain, oldProtocol: "protocol" in old ? old.protocol : null });
}

async function resolvedHost(host: string): Promise<{ addresses: string[] } | { failure: Failure }> {
  if (isIP(host) !== 0) return { addresses: [host] };
  try {
    return { addresses: (await lookup(host, { all: true })).map(({ address }) => address) };
  } catch (error) {
    const { code = "ENOTFOUND", message } = error as NodeJS.ErrnoException;
    return { failure: { code, message } };
  }
}

function judgeAddresses(at: string, addresses: readonly string[]): Finding[] {
  return addresses.slice(0, 1).flatMap((text) => {
    const address = addressOf(text.includes(":") ? `[${text}]` : text);
    const kind = address && kindOf(address);
    if (!kind) return [];
    return [
      finding(
        "PRIVATE_ADDRESS",
        `${at} is ${text} here, which is a ${kind} address: a Worker at Cloudflare does not reach it.`,
        "Reach it through a bridge (worker.bridge). For sortie dev alone it is of no matter.",
        "never",
        "warning",
      ),
    ];
  });
}
