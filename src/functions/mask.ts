const MASK = "***";

/** Lines of a secret that is shorter than this, such as the dashes around a key, say nothing of it. Characters. */
const SHORTEST_LINE = 8;

/**
 * Replaces secrets in text: as they are, as JSON, percent-encoded or base64 writes them, and of one that has
 * several lines each line.
 */
export function maskOf(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set([...secrets].flatMap(formsOf).filter((form) => form !== ""));
  if (forms.size === 0) return (text) => text;
  // The longest first, so that of two secrets of which one begins like the other nothing is left.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escaped).join("|"), "g");
  return (text) => text.replace(pattern, MASK);
}

function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE);
  const base64 = Buffer.from(secret).toString("base64");
  return [
    secret,
    ...(lines.length > 1 ? lines : []),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    new URLSearchParams([["", secret]]).toString().slice(1),
    base64,
    base64.replace(/=+$/, ""),
    base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
  ];
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
