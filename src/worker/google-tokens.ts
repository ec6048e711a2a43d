import { GoogleTokens } from "../credentials/google-tokens.ts";
import { Keyring } from "../credentials/keyring.ts";
import { SealedStore } from "../credentials/sealed-store.ts";
import { isConfidential } from "../credentials/service-account.ts";
import type { Audit } from "../egress/audit/audit.ts";
import type { Connection } from "../egress/call.ts";
import { Egress } from "../egress/egress.ts";
import { compileEgressPolicy } from "../egress/egress-policy.ts";
import { internet } from "../egress/internet.ts";
import { tokenCalls } from "../egress/token-calls.ts";
import type { WorkerEnv } from "./worker-env.ts";

const IAM_CREDENTIALS = "https://iamcredentials.googleapis.com";

/**
 * The Google tokens that a Worker's secrets allow. What is wrong with a secret is logged, and only calls that
 * need it fail. Tokens come from where the keys say, whatever bundles may call: an egress of their own allows
 * those addresses and no others.
 */
export function makeGoogleTokens(
  env: WorkerEnv,
  connections: ReadonlyMap<string, Connection>,
  log: (line: Record<string, unknown>) => void,
  audit: Pick<Audit, "recorder">,
): GoogleTokens {
  const complain = (reason: string) => log({ level: "error", event: "google-authentication.secret", reason });
  const keyring = new Keyring({ ...env });
  for (const problem of keyring.problems) complain(problem);
  const iamCredentials = readIamCredentials(env, complain);
  const origins = [...keyring.tokenUris, iamCredentials].map((url) => new URL(url).origin);
  const policy = compileEgressPolicy({
    allow: [...new Set(origins)],
    advice: { list: "the key's token_uri" },
  });
  const egress = new Egress({ policy, internet, connections, log, audit });
  const send = tokenCalls(egress, "Google authentication");
  return new GoogleTokens({ keyring, send, iamCredentials, store: readStore(env, complain), log });
}

function readIamCredentials(
  { GOOGLE_IAM_CREDENTIALS }: WorkerEnv,
  complain: (reason: string) => void,
): string {
  if (GOOGLE_IAM_CREDENTIALS === undefined) return IAM_CREDENTIALS;
  if (isConfidential(GOOGLE_IAM_CREDENTIALS)) return new URL(GOOGLE_IAM_CREDENTIALS).origin;
  complain("GOOGLE_IAM_CREDENTIALS is not an https URL.");
  return IAM_CREDENTIALS;
}

/** Without a key to seal them with, tokens stay in memory. */
function readStore(
  { CONFIG, SEALING_KEY }: WorkerEnv,
  complain: (reason: string) => void,
): SealedStore | null {
  if (SEALING_KEY === undefined) return null;
  try {
    return new SealedStore(CONFIG, SEALING_KEY);
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return null;
  }
}
