/** What reading found. A policy with an error in it is never built, and only such a one can lack it. */
export function whole<T>(part: T | null): T {
  if (part === null) throw new Error("a policy with errors was built");
  return part;
}
