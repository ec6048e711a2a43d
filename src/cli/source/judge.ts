import type { X509Certificate } from "node:crypto";
import { isInOrder, issuerAddresses, type PathEnd, pathEnd } from "./chain.ts";
import { type Finding, finding } from "./finding.ts";
import type { Connected, Presented } from "./handshake.ts";
import { shortName } from "./names.ts";

/** What the certificates of a server are held to. */
export interface Judgement {
  readonly host: string;
  readonly connected: Connected;
  /** In the server's order, as far as it shows it. */
  readonly presented: readonly X509Certificate[];
  readonly authorities: readonly X509Certificate[];
  readonly now: Date;
}

const PRIVATE_REMEDY =
  "Reach it through a bridge that trusts its authority (worker.bridge of the source), or give it a certificate of a public authority.";

/** Everything that is wrong with the certificates of a server. */
export function judgeCertificates({ host, connected, presented, authorities, now }: Judgement): Finding[] {
  const findings: Finding[] = [];
  const end = pathEnd(presented, authorities);
  if (end) findings.push(...ofPath(end, connected.verifyError));
  findings.push(...presented.flatMap((each) => ofValidity(each, now)));
  if (connected.nameError !== null) {
    const names = presented[0]?.subjectAltName ?? "no name at all";
    findings.push(
      finding(
        "ERR_TLS_CERT_ALTNAME_INVALID",
        `The certificate is not for ${host} (hostname mismatch). It is for ${names}.`,
        "Call the source by a name of its certificate, or give it a certificate for this name.",
      ),
    );
  }
  const { verifyError } = connected;
  // What OpenSSL stops at is nearly always among them.
  if (verifyError !== null && findings.length === 0) {
    const remedy =
      "Give the server a certificate that OpenSSL accepts; the code says what is wrong with this one.";
    findings.push(finding(verifyError, "The certificate is not accepted.", remedy));
  }
  if (end?.kind === "trusted" && presented.length > 1 && !isInOrder(presented)) {
    findings.push(
      finding(
        "WRONG_ORDER",
        "The certificates are not sent in order: each should have issued the one before it.",
        "Put the server's own certificate first, then its issuer, and so on. Workers sort them; some clients do not.",
        "now",
        "warning",
      ),
    );
  }
  return findings;
}

function ofPath(end: PathEnd, verifyError: string | null): Finding[] {
  if (end.kind === "trusted") return [];
  const name = shortName(end.top.subject);
  if (end.kind === "self-signed") {
    return end.length === 1
      ? [
          finding(
            "DEPTH_ZERO_SELF_SIGNED_CERT",
            `The certificate (${name}) is self-signed.`,
            `${PRIVATE_REMEDY} To test with it here: --ca FILE.`,
            "never",
          ),
        ]
      : [
          finding(
            "SELF_SIGNED_CERT_IN_CHAIN",
            `The chain ends at ${name}, a private authority (self-signed certificate in certificate chain).`,
            `${PRIVATE_REMEDY} To test with it here: --ca FILE.`,
            "never",
          ),
        ];
  }
  const issuer = shortName(end.top.issuer);
  const [address] = issuerAddresses(end.top);
  const found =
    address === undefined ? "The certificate does not say where it is found." : `It is found at ${address}`;
  return [
    finding(
      verifyError?.startsWith("UNABLE_") ? verifyError : missingCode(end.length),
      `The chain is not complete: the server does not send the certificate of ${issuer}, which has issued that of ${name}. ` +
        "Programs say UNABLE_TO_GET_ISSUER_CERT, UNABLE_TO_GET_ISSUER_CERT_LOCALLY, UNABLE_TO_VERIFY_LEAF_SIGNATURE, " +
        "unable to get local issuer certificate, or PKIX path building failed.",
      `Have the server send it after its own (the file is often called fullchain.pem). ${found} ` +
        "If its authority is a private one, only a bridge can reach the server.",
    ),
  ];
}

/** What OpenSSL says where it has nothing else to say first. */
function missingCode(length: number): string {
  return length === 1 ? "UNABLE_TO_VERIFY_LEAF_SIGNATURE" : "UNABLE_TO_GET_ISSUER_CERT_LOCALLY";
}

function ofValidity(certificate: X509Certificate, now: Date): Finding[] {
  const { subject, validFromDate, validToDate } = certificate;
  const name = shortName(subject);
  if (validToDate < now) {
    const message = `The certificate of ${name} has expired at ${validToDate.toISOString()}.`;
    return [finding("CERT_HAS_EXPIRED", message, "Renew it, and have the server read it again.")];
  }
  if (validFromDate > now) {
    const message = `The certificate of ${name} is not valid before ${validFromDate.toISOString()}.`;
    return [
      finding("CERT_NOT_YET_VALID", message, "Wait, or look at the clock of the machine that issued it."),
    ];
  }
  return [];
}

/** What is wrong with a server that wants to see a certificate. */
export function judgeClientCertificate(
  presented: Pick<Presented, "asksForCertificate" | "failure"> | null,
  connected: Connected | null,
  isShown: boolean,
  hasBinding: boolean,
): Finding[] {
  const rejected = presented?.asksForCertificate ? presented.failure : (connected?.rejected ?? null);
  if (rejected === null) return [];
  if (isShown) {
    const message = `The server does not take the client certificate (${rejected.code}).`;
    return [
      finding(
        rejected.code,
        message,
        "Name another one in --cert and --key, or have the server trust its authority.",
      ),
    ];
  }
  return [
    finding(
      rejected.code,
      "The server wants a client certificate.",
      hasBinding
        ? "The Worker's binding presents one. To test with it here: --cert FILE --key FILE."
        : "Name an mtls_certificates binding in clientCertificate of the source, or reach it through a bridge that has the certificate.",
      hasBinding ? "now" : "after",
      hasBinding ? "warning" : "error",
    ),
  ];
}
