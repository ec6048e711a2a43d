import { X509Certificate } from "node:crypto";
import type { ValueProblem } from "../documents/checked-value.ts";

/** What is wrong with one of a source's server certificates. */
export interface CertificateProblem extends ValueProblem {
  readonly alias: string;
  readonly severity: "error" | "warning";
}

/**
 * What Workers make of the server certificates of a source: TLS always trusts the public authorities and no
 * others, so a certificate of theirs adds nothing, and any other one cannot be honoured. Foundry: "Set up a
 * source" (server certificates).
 *
 * @param certificates PEM texts by alias
 * @param publicRoots the certificates of the public authorities, in PEM
 */
export function checkServerCertificates(
  certificates: Readonly<Record<string, string>>,
  publicRoots: readonly string[],
): CertificateProblem[] {
  const read = Object.entries(certificates).map(([alias, pem]) => ({
    alias,
    certificate: readCertificate(pem),
  }));
  const parsed = read.flatMap(({ certificate }) =>
    certificate instanceof X509Certificate ? certificate : [],
  );
  const isPublic = publicCertificates(parsed, publicRoots);
  return read.map(({ alias, certificate }): CertificateProblem => {
    if (!(certificate instanceof X509Certificate)) return { alias, severity: "error", ...certificate };
    const subject = certificate.subject.replaceAll("\n", ", ");
    return isPublic(certificate)
      ? {
          alias,
          severity: "warning",
          code: "CertificateWithoutEffect",
          message: `The certificate ${alias} (${subject}) has no effect: Workers trust its public authority already.`,
          remedy:
            "Take it out. The server has to send the authorities between its certificate and the public one itself.",
        }
      : {
          alias,
          severity: "error",
          code: "ServerCertificateNotSupported",
          message: `The certificate ${alias} (${subject}) is of no public authority, and Workers trust no other ones.`,
          remedy: "Give the server a certificate of a public authority, and take this one out.",
        };
  });
}

const PEM = /^-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----$/;

function readCertificate(pem: string): X509Certificate | ValueProblem {
  const text = pem.trim();
  const code = "InvalidCertificate";
  if (text.includes("PRIVATE KEY")) {
    return {
      code: "PlaintextSecret",
      message: "A private key stands where a server certificate belongs.",
      remedy: "Take it out, and have a new key made: this one has been in a file that is not secret.",
    };
  }
  const count = text.split("-----BEGIN CERTIFICATE-----").length - 1;
  if (count > 1) {
    return {
      code,
      message: `There are ${count} certificates under one alias.`,
      remedy: "Give each its own alias.",
    };
  }
  const notCertificate = {
    code,
    message: "This is no certificate.",
    remedy: "Write one X.509 certificate in PEM.",
  };
  if (!PEM.test(text)) return notCertificate;
  try {
    return new X509Certificate(text);
  } catch {
    return notCertificate;
  }
}

/** Tells the certificates of public authorities: roots, and what a root or another one of them has signed. */
function publicCertificates(
  certificates: readonly X509Certificate[],
  publicRoots: readonly string[],
): (certificate: X509Certificate) => boolean {
  if (certificates.length === 0) return () => false;
  const issuers = publicRoots.map((pem) => new X509Certificate(pem));
  const known = new Set(issuers.map(({ fingerprint256 }) => fingerprint256));
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    for (const certificate of certificates) {
      if (known.has(certificate.fingerprint256) || !issuers.some((issuer) => hasSigned(issuer, certificate)))
        continue;
      known.add(certificate.fingerprint256);
      issuers.push(certificate);
    }
  }
  return ({ fingerprint256 }) => known.has(fingerprint256);
}

function hasSigned(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
