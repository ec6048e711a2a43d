import type { Connection } from "./call.ts";

/** A binding of the Worker as something to call through; undefined when it is none that can fetch. */
export function connectionOf(binding: unknown): Connection | undefined {
  const canFetch =
    typeof binding === "object" &&
    binding !== null &&
    "fetch" in binding &&
    typeof binding.fetch === "function";
  if (!canFetch) return undefined;
  const { fetch } = binding as Connection;
  return { fetch: (url, init) => fetch.call(binding, url, init) };
}
