/** Gives back what it is given, as far as it is there. */
export default function echo(
  counts: Record<string, number>,
  days: readonly { day: string; note?: string }[],
  big?: string,
) {
  return { counts, days, big };
}
