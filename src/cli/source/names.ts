import { onOneLine } from "../visible.ts";

/** A name of a certificate as one reads it: its parts from the particular to the general. */
export function shortName(name: string): string {
  const parts = name.split("\n").filter((part) => part !== "");
  return onOneLine(parts.reverse().join(", ")) || "a certificate without a name";
}
