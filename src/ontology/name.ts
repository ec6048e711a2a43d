/** What stands where a name is wanted, for a look-up: JSON of what is no text. `String` can throw. */
export function nameOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
}

/** How much a message shows of a name or a key. Characters. */
const LONGEST_SHOWN = 100;

/** A name or a key that somebody has sent, for a message: of a long one, its beginning. */
export function shownName(value: unknown): string {
  return nameOf(value).slice(0, LONGEST_SHOWN);
}
