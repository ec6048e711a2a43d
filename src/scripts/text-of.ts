/** The text of a script's file. */
export function scriptTextOf(content: Uint8Array): string {
  return new TextDecoder().decode(content);
}
