import type { TokenKind } from "./issued-tokens.ts";

/** What is stored of a token. */
export interface StoredToken {
  /** Another one after each change. */
  readonly version: number;
  readonly sealed: Uint8Array;
}

/** Where the tokens of an environment are: one such store for each, which all isolates share. */
export interface TokenStore {
  read(): Promise<StoredToken | null>;
  /**
   * Writes what is known of the token, where nobody else has since `version` was read: null where nothing was. Says whether
   * it has.
   * @param keptUntil epoch milliseconds; null for good
   */
  write(sealed: Uint8Array, keptUntil: number | null, version: number | null): Promise<boolean>;
  /** Reads and deletes. */
  take(): Promise<StoredToken | null>;
  /** Revokes tokens of these kinds that were issued before a time, in epoch milliseconds; the latest time counts. */
  revoke(kinds: readonly TokenKind[], before: number): Promise<void>;
  revocations(): Promise<RevocationTimes>;
}

/** Before when tokens of each kind are revoked: epoch milliseconds, 0 where they are not. */
export type RevocationTimes = Readonly<Record<TokenKind, number>>;

export const notRevoked: RevocationTimes = { access: 0, refresh: 0, code: 0 };

const TOKEN = "token";
const REVOKED = "revoked before";

/** A token, or a revocation, in the storage of a Durable Object. None of it waits, so that nothing comes in between. */
export class TokenInStorage {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  read(): StoredToken | null {
    return this.#storage.kv.get<StoredToken>(TOKEN) ?? null;
  }

  write(sealed: Uint8Array, keptUntil: number | null, version: number | null): boolean {
    const found = this.read();
    if ((found?.version ?? null) !== version) return false;
    this.#storage.kv.put<StoredToken>(TOKEN, { version: (version ?? 0) + 1, sealed });
    void (keptUntil === null ? this.#storage.deleteAlarm() : this.#storage.setAlarm(keptUntil));
    return true;
  }

  take(): StoredToken | null {
    const found = this.read();
    if (found) {
      this.#storage.kv.delete(TOKEN);
      void this.#storage.deleteAlarm();
    }
    return found;
  }

  revoke(kinds: readonly TokenKind[], before: number): void {
    const times = { ...this.revocations() };
    for (const kind of kinds) times[kind] = Math.max(before, times[kind]);
    this.#storage.kv.put(REVOKED, times);
  }

  revocations(): RevocationTimes {
    return this.#storage.kv.get<RevocationTimes>(REVOKED) ?? notRevoked;
  }
}
