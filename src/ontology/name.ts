/** What stands where a name is wanted, for a look-up or a message: JSON of what is no text. `String` can throw. */
export function nameOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
}
