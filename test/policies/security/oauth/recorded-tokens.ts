import type { IssuedToken, IssuedTokens, TokenKind } from "../../../../src/clients/tokens/issued-tokens.ts";
import type { StoreContext } from "../../../../src/stores/store-context.ts";
import { MemoryTokens } from "../../../clients/tokens/memory-tokens.ts";

/** The tokens of one isolate, and what became of them. */
export class RecordedTokens implements IssuedTokens {
  readonly #memory = new MemoryTokens();
  readonly #isolate = this.#memory.isolate();
  /** What is stored, by kind and text. */
  readonly tokens = new Map<string, IssuedToken>();
  /** How old what is remembered might have been, for each look-up. */
  readonly asked: number[] = [];

  /** Whether the stores have trouble. */
  set isDown(isDown: boolean) {
    this.#memory.trouble = isDown ? () => Promise.reject(new Error("the stores have trouble")) : null;
  }

  find(kind: TokenKind, token: string, maxAgeMs: number, context: StoreContext) {
    this.asked.push(maxAgeMs);
    return this.#isolate.find(kind, token, maxAgeMs, context);
  }

  async add(tokens: readonly IssuedToken[], context: StoreContext): Promise<boolean> {
    const isAdded = await this.#isolate.add(tokens, context);
    if (isAdded) for (const token of tokens) this.tokens.set(`${token.kind} ${token.token}`, token);
    return isAdded;
  }

  async change(found: IssuedToken, changed: IssuedToken, context: StoreContext): Promise<boolean> {
    const isChanged = await this.#isolate.change(found, changed, context);
    if (isChanged) this.tokens.set(`${found.kind} ${found.token}`, changed);
    return isChanged;
  }

  async take(kind: TokenKind, token: string, context: StoreContext): Promise<IssuedToken | null> {
    const taken = await this.#isolate.take(kind, token, context);
    this.tokens.delete(`${kind} ${token}`);
    return taken;
  }

  revoke(...args: Parameters<IssuedTokens["revoke"]>): Promise<void> {
    return this.#isolate.revoke(...args);
  }
}
