import { bytesOf, type Reading, readingsOf } from "./escapes.ts";

const MASK = "***";

/** Lines of a secret that is shorter than this, such as the dashes around a key, say nothing of it. Characters. */
const SHORTEST_LINE = 8;

/** Less of a base64 text, or of what escapes in a secret stand for, is in many other texts, too. Characters. */
const SHORTEST_FOUND = 4;

/** How much of a text is read at once, beside the length of a secret: reading takes many times its memory. Bytes. */
const PART = 32 * 1024;

/** How often a byte of a secret may be written, as an escape in an escape; and what may stand around. Bytes. */
const LONGEST_BYTE = 12;
const MARGIN = 64;

/** From and to, in bytes. */
type Range = readonly [from: number, to: number];

/**
 * Replaces secrets in text: as they are; as URLs, forms, JSON and HTML escape them, also twice and in part; in
 * base64 of either alphabet, also in the midst of more, as in `Basic` credentials, which then go as a whole; and of
 * a secret that has several lines each line.
 */
export function maskOf(secrets: Iterable<string>): (text: string) => string {
  const all = [...new Set([...secrets].flatMap(withLines))].filter((secret) => secret !== "");
  if (all.length === 0) return (text) => text;
  const plain = [...new Set(all.flatMap(plainOf))];
  const base64 = [...new Set(all.flatMap(base64Of))];
  const overlap = MARGIN + LONGEST_BYTE * Math.max(...all.map((secret) => Buffer.byteLength(secret)));
  const rangesIn = (part: string): Range[] =>
    readingsOf(part).flatMap((reading) => [
      ...rangesOf(reading, withoutPlus(reading.bytes), plain, () => false),
      ...rangesOf(reading, standardAlphabet(reading.bytes), base64, (byte) => /[\w+/=-]/.test(byte)),
    ]);
  return (text) => {
    const bytes = bytesOf(text);
    const found: Range[] = [];
    // Wherever a secret begins, one part has all of it.
    for (let start = 0; start === 0 || start + overlap < bytes.length; start += PART) {
      for (const [from, to] of rangesIn(bytes.slice(start, start + PART + overlap))) {
        found.push([start + from, start + to]);
      }
    }
    return found.length === 0 ? text : masked(Buffer.from(text), found);
  };
}

function withLines(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE);
  return lines.length > 1 ? [secret, ...lines] : [secret];
}

/** As it is, and as it is read where escapes are undone: some writers leave those alone that a secret has itself. */
function plainOf(secret: string): string[] {
  const [asItIs, ...undone] = readingsOf(bytesOf(secret)).map(({ bytes }) => withoutPlus(bytes));
  return [asItIs ?? "", ...undone.filter((bytes) => bytes.length >= SHORTEST_FOUND)];
}

/** Forms write spaces as plus signs. */
function withoutPlus(bytes: string): string {
  return bytes.replaceAll("+", " ");
}

function standardAlphabet(bytes: string): string {
  return bytes.replaceAll("-", "+").replaceAll("_", "/");
}

/** What is common to the base64 of all texts that have the secret in them, by how many bytes come before it. */
function base64Of(secret: string): string[] {
  const written = [
    secret,
    new URLSearchParams([["", secret]]).toString().slice(1),
    encodeURIComponent(secret.toWellFormed()),
  ];
  const aligned = written.flatMap((text) =>
    [0, 1, 2].map((before) => {
      const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
      const first = Math.ceil((before * 8) / 6);
      const last = Math.floor((bytes.length * 8) / 6);
      return bytes.toString("base64").slice(first, last);
    }),
  );
  return aligned.filter((text) => text.length >= SHORTEST_FOUND);
}

/** Where the forms stand in a reading, in bytes of the text. */
function rangesOf(
  { bytes, starts }: Reading,
  comparable: string,
  forms: readonly string[],
  belongs: (byte: string) => boolean,
): Range[] {
  return forms.flatMap((form) => {
    const ranges: Range[] = [];
    let searched = 0;
    for (let at = comparable.indexOf(form); at >= 0; at = comparable.indexOf(form, searched)) {
      let [from, to] = [at, at + form.length];
      while (from > searched && belongs(bytes[from - 1] ?? "")) from--;
      while (to < bytes.length && belongs(bytes[to] ?? "")) to++;
      ranges.push([starts[from] ?? 0, starts[to] ?? 0]);
      // The rest of a word that went as a whole need not be searched again.
      searched = Math.max(at + 1, to - form.length + 1);
    }
    return ranges;
  });
}

function masked(bytes: Buffer, found: readonly Range[]): string {
  let text = "";
  let end = 0;
  for (const [from, to] of found.toSorted(([a], [b]) => a - b)) {
    if (from >= end) text += bytes.toString("utf8", end, from) + MASK;
    end = Math.max(end, to);
  }
  return text + bytes.toString("utf8", end);
}
