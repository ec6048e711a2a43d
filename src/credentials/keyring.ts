import { readServiceAccountKey, type ServiceAccountKey } from "./service-account.ts";
import { TokenError } from "./token-error.ts";

/** The secret with the key of the gateway's own account, which may act for accounts that have no key here. */
export const OWN_KEY = "GOOGLE_SERVICE_ACCOUNT";

/** The service account keys that a Worker has: the secret `GOOGLE_SERVICE_ACCOUNT`, and any `GOOGLE_SERVICE_ACCOUNT_…`. */
export class Keyring {
  readonly #keys = new Map<string, ServiceAccountKey>();
  readonly #own: ServiceAccountKey | null = null;
  /** What is wrong with secrets that cannot be used. */
  readonly problems: readonly string[];

  /** @param bindings everything that the Worker is bound to; other names are left alone */
  constructor(bindings: Readonly<Record<string, unknown>>) {
    const problems: string[] = [];
    for (const [name, value] of Object.entries(bindings)) {
      if (typeof value !== "string" || (name !== OWN_KEY && !name.startsWith(`${OWN_KEY}_`))) continue;
      try {
        const key = readServiceAccountKey(value, name);
        this.#keys.set(key.account, key);
        if (name === OWN_KEY) this.#own = key;
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        problems.push(error.message);
      }
    }
    this.problems = problems;
  }

  /** Where tokens are fetched. */
  get tokenUris(): string[] {
    return [...this.#keys.values()].map(({ tokenUri }) => tokenUri);
  }

  /** The account's own key, or else that of the gateway's own account. Throws {@link TokenError}. */
  keyFor(account: string): ServiceAccountKey {
    const key = this.#keys.get(account) ?? this.#own;
    if (key) return key;
    const reason = this.problems.length > 0 ? ` ${this.problems.join(" ")}` : "";
    throw new TokenError(
      `There is no key for the service account ${account}. Put one into the secret ${OWN_KEY}.${reason}`,
      { isFinal: true },
    );
  }
}
