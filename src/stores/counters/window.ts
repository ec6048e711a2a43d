/** Since when messages count, in epoch milliseconds and UTC. Apigee: "Quota policy" (types of quota). */
export type Window =
  /** From one point of time on, again and again. */
  | { readonly kind: "repeating"; readonly start: number; readonly ms: number }
  /** Whole months, counted from January 1970 on. */
  | { readonly kind: "months"; readonly months: number }
  /** From the first message on. */
  | { readonly kind: "first"; readonly ms: number }
  /** The time before now. */
  | { readonly kind: "rolling"; readonly ms: number };

/** Messages that count: when, in epoch milliseconds, and their weight. */
export type Entry = readonly [at: number, weight: number];

/** How many entries a rolling window has at most: each is kept a hundredth of the window too long, never too short. */
const ENTRIES = 100;

/** Those that count now. */
export function countingEntries(entries: readonly Entry[], window: Window, now: number): readonly Entry[] {
  const [first] = entries;
  if (first === undefined) return entries;
  if (window.kind === "rolling") {
    return first[0] > now - window.ms ? entries : entries.filter(([at]) => at > now - window.ms);
  }
  const start = window.kind === "first" ? now - window.ms + 1 : startOf(window, now);
  return first[0] >= start ? entries : [];
}

/** What all entries weigh together. */
export function weightOf(entries: readonly Entry[]): number {
  let sum = 0;
  for (const [, weight] of entries) sum += weight;
  return Math.min(sum, Number.MAX_SAFE_INTEGER);
}

/** The entries that count now, and one more. Only a rolling window needs to know when each of them was. */
export function withEntry(counting: readonly Entry[], window: Window, [at, weight]: Entry): readonly Entry[] {
  if (window.kind !== "rolling") {
    return [[counting[0]?.[0] ?? at, Math.min(weightOf(counting) + weight, Number.MAX_SAFE_INTEGER)]];
  }
  const grain = Math.ceil(window.ms / ENTRIES);
  const end = Math.ceil(at / grain) * grain;
  const last = counting.at(-1);
  if (last === undefined || last[0] < end) return [...counting, [end, weight]];
  return [...counting.slice(0, -1), [last[0], last[1] + weight]];
}

/** The entries that count now with less weight in all, and the oldest gone first; none weighs less than nothing. */
export function withoutWeight(counting: readonly Entry[], weight: number): readonly Entry[] {
  let rest = weight;
  return counting.flatMap(([at, each]) => {
    const taken = Math.min(each, rest);
    rest -= taken;
    return taken === each ? [] : [[at, each - taken] as const];
  });
}

/** When nothing of what counts now counts any more, by itself. */
export function endOf(counting: readonly Entry[], window: Window, now: number): number {
  switch (window.kind) {
    case "repeating":
      return startOf(window, now) + window.ms;
    case "months":
      return monthAfter(startOf(window, now), window.months);
    case "first":
      return (counting[0]?.[0] ?? now) + window.ms;
    case "rolling":
      return (counting.at(-1)?.[0] ?? now) + window.ms;
  }
}

function startOf(window: Window & { kind: "repeating" | "months" }, now: number): number {
  if (window.kind === "repeating") {
    return window.start + Math.floor((now - window.start) / window.ms) * window.ms;
  }
  const date = new Date(now);
  const month = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
  return Date.UTC(1970, Math.floor(month / window.months) * window.months);
}

function monthAfter(start: number, months: number): number {
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months);
}
