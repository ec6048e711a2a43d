/** Stands for what a test does not give: using it fails. */
export function notGiven(part: PropertyKey): never {
  const refuse = () => {
    throw new Error(`the test gave no ${String(part)}`);
  };
  return new Proxy({}, { get: refuse }) as never;
}

/** What a test gives, where using anything else fails. */
export function nothingBut<T extends object>(given: Partial<T>): T {
  return new Proxy(given, { get: (known, part) => Reflect.get(known, part) ?? notGiven(part) }) as T;
}
