import { EnvironmentTokens } from "../../../src/clients/tokens/environment-tokens.ts";
import {
  notRevoked,
  type RevocationTimes,
  type StoredToken,
  type TokenStore,
} from "../../../src/clients/tokens/stored-token.ts";

/** Stores of tokens in memory, where a test can see and change everything. */
export class MemoryTokens {
  readonly stored = new Map<string, StoredToken>();
  readonly revoked = new Map<string, RevocationTimes>();
  /** How often a store was asked. */
  asked = 0;
  /** Stands in for every answer, while it is set. */
  trouble: (() => Promise<never>) | null = null;

  /** The tokens as one isolate has them. */
  isolate(log: (line: Record<string, unknown>) => void = () => {}, environment = "test"): EnvironmentTokens {
    return new EnvironmentTokens(environment, { store: (name) => this.#store(name), log });
  }

  #store(name: string): TokenStore {
    const answer = async <T>(work: () => T): Promise<T> => {
      this.asked++;
      await this.trouble?.();
      return work();
    };
    const { stored, revoked } = this;
    return {
      read: () => answer(() => stored.get(name) ?? null),
      write: (sealed, _keptUntil, version) =>
        answer(() => {
          if ((stored.get(name)?.version ?? null) !== version) return false;
          stored.set(name, { version: (version ?? 0) + 1, sealed });
          return true;
        }),
      take: () =>
        answer(() => {
          const found = stored.get(name) ?? null;
          stored.delete(name);
          return found;
        }),
      revoke: (kinds, before) =>
        answer(() => {
          const times = { ...(revoked.get(name) ?? notRevoked) };
          for (const kind of kinds) times[kind] = Math.max(before, times[kind]);
          revoked.set(name, times);
        }),
      revocations: () => answer(() => revoked.get(name) ?? notRevoked),
    };
  }
}
