import { OWN_KEY } from "../../credentials/keyring.ts";
import { GoogleIssuer } from "../example/google-issuer.ts";

/** Where a gateway on this machine gets Google tokens. */
export interface DevGoogle {
  /** For proxies whose deployment names no service account; null when that is an error. */
  readonly defaultAccount: string | null;
  /** For the Worker, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const DEV_ACCOUNT = "local@sortie.iam.gserviceaccount.com";

/** Tokens from an issuer on this machine, which has every service account that somebody names. */
export async function startDevIssuer(): Promise<DevGoogle> {
  const issuer = await GoogleIssuer.start({ actsForAnyone: DEV_ACCOUNT });
  return {
    defaultAccount: DEV_ACCOUNT,
    secrets: { [OWN_KEY]: await issuer.createAccount(DEV_ACCOUNT), GOOGLE_IAM_CREDENTIALS: issuer.url },
    stop: () => issuer.stop(),
  };
}

/** Tokens from wherever the keys in variables say, such as the command's own: from Google. */
export function googleKeysIn(variables: Readonly<Record<string, string | undefined>>): DevGoogle {
  const named = Object.entries(variables).flatMap(([name, value]) =>
    value !== undefined && (name === OWN_KEY || name.startsWith(`${OWN_KEY}_`)) ? [[name, value]] : [],
  );
  return { defaultAccount: null, secrets: Object.fromEntries(named), stop: async () => {} };
}
