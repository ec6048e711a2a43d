/**
 * Stands for a service of the environment where nothing is called: all that it has, and all that it returns, is
 * like it. What is built with it is checked and never runs.
 */
export const inert: never = new Proxy(() => {}, { get: () => inert, apply: () => inert }) as never;

/** The services that are given, and {@link inert} in the place of every other one. */
export function inertBut<T extends object>(given: Partial<T>): T {
  return new Proxy(given, { get: (known, name) => Reflect.get(known, name) ?? inert }) as T;
}
