/** What functions import as `@foundry/functions-utils` (TypeScript v1). */
export const Uuid = {
  /** A random UUID, as a primary key for example. */
  random: (): string => crypto.randomUUID(),
};
