/**
 * Stands for a service of the environment where nothing is called: all that it has, and all that it returns, is
 * like it. What is built with it is checked and never runs.
 */
export const inert: never = new Proxy(() => {}, { get: () => inert, apply: () => inert }) as never;
