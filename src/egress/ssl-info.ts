/**
 * TLS settings of a target server or an endpoint. Apigee: "API proxy configuration reference" (TLS/SSL
 * TargetEndpoint configuration) and the sSLInfo of a target server.
 */
export interface SslInfo {
  readonly enabled: boolean;
  readonly enforce: boolean;
  readonly ignoreValidationErrors: boolean;
  readonly clientAuthEnabled: boolean;
  /** Names of stores and keys as configured, `ref://…` included; null when not set. */
  readonly keyStore: string | null;
  readonly keyAlias: string | null;
  readonly trustStore: string | null;
  readonly crlStore: string | null;
  readonly commonName: string | null;
  readonly ciphers: readonly string[];
  readonly protocols: readonly string[];
}

/** One thing about TLS settings that Workers do otherwise. */
export interface SslProblem {
  readonly severity: "error" | "warning";
  readonly code: string;
  /** The element it is about: `TrustStore`, `Ciphers` and so on. */
  readonly element: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * What of these settings Workers cannot do. Calls over TLS always validate the certificate against the public
 * authorities and the URL's host, with TLS 1.2 or newer. A setting that asks for less is a warning, because
 * the call is only stricter than configured; one that asks for more is an error.
 */
export function checkSslInfo(info: SslInfo): SslProblem[] {
  const problems: SslProblem[] = [];
  const add = (
    severity: SslProblem["severity"],
    code: string,
    element: string,
    message: string,
    remedy: string,
  ) => problems.push({ severity, code, element, message, remedy });

  if (info.clientAuthEnabled) {
    const store = info.keyStore === null ? "" : ` (key store "${info.keyStore}")`;
    add(
      "error",
      "ClientCertificateNotSupported",
      "ClientAuthEnabled",
      `The target is to be shown a client certificate${store}, and this version cannot send one.`,
      "Use a target that accepts another proof, such as a token, and set ClientAuthEnabled to false.",
    );
  }
  if (info.trustStore !== null) {
    add(
      "error",
      "TrustStoreNotSupported",
      "TrustStore",
      `The trust store "${info.trustStore}" cannot be used: Workers trust the public certificate authorities, and no others.`,
      "Give the target a certificate of a public authority and remove TrustStore.",
    );
  }
  if (info.crlStore !== null) {
    add(
      "error",
      "CRLStoreNotSupported",
      "CRLStore",
      `The revocation list "${info.crlStore}" cannot be checked on Workers.`,
      "Remove CRLStore.",
    );
  }
  if (info.ignoreValidationErrors) {
    add(
      "warning",
      "IgnoreValidationErrorsNotSupported",
      "IgnoreValidationErrors",
      "Certificates are always validated on Workers; a target whose certificate is not valid cannot be called.",
      "Give the target a valid certificate and set IgnoreValidationErrors to false.",
    );
  }
  if (info.commonName !== null) {
    add(
      "warning",
      "CommonNameNotSupported",
      "CommonName",
      `The certificate must be valid for the host in the URL; the common name "${info.commonName}" is not compared.`,
      "Call the target by the name in its certificate and remove CommonName.",
    );
  }
  for (const [element, values] of [
    ["Ciphers", info.ciphers],
    ["Protocols", info.protocols],
  ] as const) {
    if (values.length === 0) continue;
    add(
      "warning",
      `${element}NotSupported`,
      element,
      `${element} (${values.join(", ")}) cannot be chosen on Workers, which use TLS 1.2 or newer.`,
      `Remove ${element}.`,
    );
  }
  return problems;
}
