import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** A certificate, its key, and who can sign with it. */
export interface Issued {
  readonly pem: string;
  readonly key: string;
  readonly keys: CryptoKeyPair;
  readonly name: string;
  readonly parsed: X509Certificate;
}

export interface Wanted {
  /** The common name of the subject. */
  readonly name: string;
  /** Missing: signed with its own key. */
  readonly issuer?: Issued;
  readonly isAuthority?: boolean;
  /** DNS names and IPv4 addresses. */
  readonly hosts?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Where the issuer's certificate is found. */
  readonly caIssuers?: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 24 * 60 * 60 * 1000;
let serial = 1;

/** Issues an X.509 version 3 certificate. */
export async function issue(wanted: Wanted): Promise<Issued> {
  const { name, issuer, isAuthority = false, hosts = [], caIssuers } = wanted;
  const keys = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: (serial++).toString(16).padStart(4, "0"),
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    notBefore: wanted.notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: wanted.notAfter ?? new Date(Date.now() + DAY_MS),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      new x509.KeyUsagesExtension(
        isAuthority
          ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign
          : x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...(issuer ? [await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey)] : []),
      ...(hosts.length > 0 ? [new x509.SubjectAlternativeNameExtension(hosts.map(nameOf))] : []),
      ...(caIssuers
        ? [new x509.AuthorityInfoAccessExtension({ caIssuers: [new x509.GeneralName("url", caIssuers)] })]
        : []),
    ],
  });
  const pem = certificate.toString("pem");
  const exported = (await crypto.subtle.exportKey("pkcs8", keys.privateKey)) as ArrayBuffer;
  return {
    pem,
    key: x509.PemConverter.encode(exported, "PRIVATE KEY"),
    keys,
    name,
    parsed: new X509Certificate(pem),
  };
}

function nameOf(value: string): { readonly type: "ip" | "dns"; readonly value: string } {
  return { type: /^[\d.]+$/.test(value) ? "ip" : "dns", value };
}
