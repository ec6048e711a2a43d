/** How many letters may differ at most. */
const MOST_EDITS = 2;

/** Longer names are not compared: nobody mistypes them, and comparing takes its time. */
const LONGEST_NAME = 100;

/** How many names are suggested at most. */
const MOST_SUGGESTIONS = 3;

/** How much of a longer name one must be to stand for it: `orders` for `orders-v1`. */
const SHORTEST_BEGINNING = 4;

/**
 * The names that `name` is probably a misspelling of, the nearest first: those that differ in no more than letter
 * case and separators, in up to two letters, or where one goes on where the other ends.
 */
export function nearestNames(name: string, known: Iterable<string>): string[] {
  if (name.length > LONGEST_NAME) return [];
  const wanted = essence(name);
  const near = [...known].flatMap((candidate) => {
    const distance =
      candidate === name ? Number.POSITIVE_INFINITY : distanceBetween(wanted, essence(candidate));
    return distance === Number.POSITIVE_INFINITY ? [] : [{ candidate, distance }];
  });
  near.sort((one, other) => one.distance - other.distance);
  return near.slice(0, MOST_SUGGESTIONS).map(({ candidate }) => candidate);
}

/**
 * What to do about a name that nothing has: a question when another one was probably meant, and what else can be
 * done, which begins in lower case.
 *
 * @param quote how a name is written where it belongs, such as `<NAME>` for an element
 */
export function didYouMean(
  name: string,
  known: Iterable<string>,
  otherwise: string,
  quote = (candidate: string) => candidate,
): string {
  const near = nearestNames(name, known).map(quote);
  return near.length > 0
    ? `Did you mean ${near.join(" or ")}? Otherwise ${otherwise}`
    : otherwise.charAt(0).toUpperCase() + otherwise.slice(1);
}

/** What is compared of a name; `proxies` is as near to `proxy` as `targets` to `target`. */
function essence(name: string): string {
  return name
    .toLowerCase()
    .replace(/[-_. ]/g, "")
    .replace(/ies$/, "y");
}

function distanceBetween(from: string, to: string): number {
  // In names of one to three letters, two others make a different name.
  const limit = Math.min(MOST_EDITS, Math.floor(Math.min(from.length, to.length) / 2));
  const edits = editDistance(from, to, limit);
  if (edits <= limit) return edits;
  const [shorter, longer] = from.length < to.length ? [from, to] : [to, from];
  const continues = shorter.length >= SHORTEST_BEGINNING && longer.startsWith(shorter);
  return continues ? MOST_EDITS + longer.length - shorter.length : Number.POSITIVE_INFINITY;
}

/**
 * Letters to insert, delete, replace, or swap with the next one, to turn one word into the other; infinite when
 * there are more than `limit`.
 */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          (last[column - 1] ?? 0) + (same ? 0 : 1),
          (last[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          swapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    if (Math.min(...current) > limit) return Number.POSITIVE_INFINITY;
    beforeLast = last;
    last = current;
  }
  const edits = last[to.length] ?? 0;
  return edits <= limit ? edits : Number.POSITIVE_INFINITY;
}
