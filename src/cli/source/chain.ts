import type { X509Certificate } from "node:crypto";

/** Where the path from a server's certificate upwards ends. */
export type PathEnd =
  /** At an authority that is trusted. */
  | { readonly kind: "trusted"; readonly authority: X509Certificate }
  /** At a certificate that has signed itself, and that nobody knows. */
  | { readonly kind: "self-signed"; readonly top: X509Certificate; readonly length: number }
  /** At one whose issuer was not sent. */
  | { readonly kind: "missing"; readonly top: X509Certificate; readonly length: number };

/** Follows a server's certificate from issuer to issuer, through what was sent and what is trusted. */
export function pathEnd(
  presented: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): PathEnd | null {
  const [leaf] = presented;
  if (!leaf) return null;
  const trusted = new Set(authorities.map(({ fingerprint256 }) => fingerprint256));
  let top = leaf;
  for (let length = 1; ; length++) {
    if (trusted.has(top.fingerprint256)) return { kind: "trusted", authority: top };
    const authority = authorities.find((each) => hasIssued(each, top));
    if (authority) return { kind: "trusted", authority };
    if (top.subject === top.issuer && isSignedBy(top, top)) return { kind: "self-signed", top, length };
    const issuer = presented.find((each) => each !== top && hasIssued(each, top));
    if (!issuer || length > presented.length) return { kind: "missing", top, length };
    top = issuer;
  }
}

/** Whether the certificates come in an order in which each has issued the one before it. */
export function isInOrder(presented: readonly X509Certificate[]): boolean {
  return presented.every((each, index) => {
    const below = presented[index - 1];
    return !below || hasIssued(each, below);
  });
}

/** Where an issuer says that its certificate is found: the `caIssuers` of Authority Information Access. */
export function issuerAddresses({ infoAccess }: X509Certificate): string[] {
  return [...(infoAccess ?? "").matchAll(/^CA Issuers - URI:(.+)$/gm)].map(([, url = ""]) =>
    url.replaceAll('"', ""),
  );
}

function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && isSignedBy(certificate, issuer);
}

function isSignedBy(certificate: X509Certificate, { publicKey }: X509Certificate): boolean {
  try {
    return certificate.verify(publicKey);
  } catch {
    // A key of a kind that cannot be used here.
    return false;
  }
}
