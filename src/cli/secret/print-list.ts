import type { DeclaredSecrets } from "./declared.ts";

/** A secret that is set. */
export interface SetSecret {
  readonly source: string;
  readonly name: string;
  /** Whether the key that there is opens it. */
  readonly isCurrent: boolean;
}

/** A line for each secret that is set or declared: source, name, and what is the matter with it. */
export function formatSecrets(set: readonly SetSecret[], declared: DeclaredSecrets): string {
  const states = new Map<string, string>();
  for (const [source, names] of declared) {
    for (const name of names) states.set(`${source}  ${name}`, "  not set");
  }
  for (const { source, name, isCurrent } of set) {
    const key = `${source}  ${name}`;
    const state = isCurrent ? "" : "  sealed for another key: set it again";
    states.set(key, states.has(key) ? state : "  not declared");
  }
  return [...states]
    .map(([key, state]) => `${key}${state}\n`)
    .sort()
    .join("");
}
