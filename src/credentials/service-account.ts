import { importPKCS8 } from "jose";
import * as v from "valibot";
import { TokenError } from "./token-error.ts";

/** A service account key, as far as tokens need it. */
export interface ServiceAccountKey {
  /** The account's e-mail address. */
  readonly account: string;
  /** The key's own id; null when the file does not say. */
  readonly keyId: string | null;
  readonly tokenUri: string;
  /** Imports the private key, once. Rejects with {@link TokenError}. */
  privateKey(): Promise<CryptoKey>;
}

const text = (name: string) => v.pipe(v.string(`"${name}" is not a text`), v.nonEmpty(`"${name}" is empty`));

const keyFile = v.object(
  {
    type: v.literal("service_account", '"type" is not "service_account"'),
    client_email: v.pipe(text("client_email"), v.check(isServiceAccount, '"client_email" is not an account')),
    private_key: v.pipe(text("private_key"), v.check(isPkcs8, '"private_key" is not a PEM of PKCS #8')),
    private_key_id: v.nullish(text("private_key_id"), null),
    token_uri: v.pipe(
      v.nullish(text("token_uri"), "https://oauth2.googleapis.com/token"),
      v.check(isConfidential, '"token_uri" is not an https URL'),
    ),
  },
  "it is not a JSON object",
);

/**
 * Reads the JSON file that Google gives out for a service account key. Throws {@link TokenError} that says what
 * is wrong, and quotes nothing of it.
 * @param name where it comes from, such as the name of a secret
 */
export function readServiceAccountKey(json: string, name: string): ServiceAccountKey {
  const result = v.safeParse(keyFile, parsed(json));
  if (!result.success) {
    const reasons = result.issues.map((issue) =>
      issue.received === "undefined" ? `"${v.getDotPath(issue)}" is missing` : issue.message,
    );
    throw new TokenError(`${name} is not a service account key in JSON: ${reasons.join(", ")}.`, {
      isFinal: true,
    });
  }
  const {
    client_email: account,
    private_key: pem,
    private_key_id: keyId,
    token_uri: tokenUri,
  } = result.output;
  let imported: Promise<CryptoKey> | undefined;
  const privateKey = () => {
    imported ??= importPKCS8(pem, "RS256").catch(() => {
      throw new TokenError(`The private key in ${name} (${account}) is not a readable RSA key.`, {
        isFinal: true,
      });
    });
    return imported;
  };
  return { account, keyId, tokenUri, privateKey };
}

/** Whether a text can be the e-mail address of a Google service account. */
export function isServiceAccount(email: string): boolean {
  return email.length <= 320 && /^[a-z0-9][a-z0-9-]*@(?:[a-z0-9-]+\.)+gserviceaccount\.com$/i.test(email);
}

/** The parser's message would quote the text. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function isPkcs8(pem: string): boolean {
  return pem.trimStart().startsWith("-----BEGIN PRIVATE KEY-----");
}

/** Assertions and tokens travel encrypted, but for an issuer on this machine. */
export function isConfidential(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed?.protocol === "https:") return true;
  return parsed?.protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(parsed.hostname);
}
