/**
 * Text as somebody may have meant it, one character for each byte of UTF-8. `starts` says where in the bytes of
 * the text each of them, and at last the end, comes from.
 */
export interface Reading {
  readonly bytes: string;
  readonly starts: readonly number[];
}

/** Escapes within escapes are undone as often. */
const DEEPEST = 2;

const HEX = "[0-9a-f]";

/** What an escape stands for: one kind of escapes after the other, because each leaves the others' signs alone. */
const kinds: readonly { readonly pattern: RegExp; decode(found: string): string | null }[] = [
  { pattern: new RegExp(`%${HEX}{2}`, "gi"), decode: (found) => String.fromCharCode(hex(found.slice(1))) },
  {
    // JSON and JavaScript.
    pattern: new RegExp(
      `\\\\ud[89ab]${HEX}{2}\\\\ud[c-f]${HEX}{2}|\\\\u${HEX}{4}|\\\\x${HEX}{2}|\\\\[^ux]`,
      "gi",
    ),
    decode(found) {
      const units = found.match(new RegExp(`(?<=\\\\[ux])${HEX}{2,4}`, "gi"));
      if (units) return bytesOf(String.fromCharCode(...units.map(hex)));
      const [, letter = ""] = found;
      return controls[letter] ?? letter;
    },
  },
  {
    pattern: new RegExp(`&(?:#\\d{1,9}|#x${HEX}{1,9}|amp|lt|gt|quot|apos);`, "gi"),
    decode(found) {
      const name = found.slice(1, -1).toLowerCase();
      const code = name.startsWith("#x") ? hex(name.slice(2)) : Number(name.slice(1));
      if (name in entities) return entities[name] ?? null;
      return code <= 0x10ffff ? bytesOf(String.fromCodePoint(code)) : null;
    },
  },
];

const controls: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const hex = (digits: string) => Number.parseInt(digits, 16);

/** The bytes of a text's UTF-8, each as a character. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** A text as it is, and with escapes of URLs, JSON and HTML undone, where it has any. */
export function readingsOf(text: string): Reading[] {
  const bytes = bytesOf(text);
  return readings({ bytes, starts: Array.from({ length: bytes.length + 1 }, (_, index) => index) }, DEEPEST);
}

function readings(reading: Reading, depth: number): Reading[] {
  if (depth === 0 || !/[%\\&]/.test(reading.bytes)) return [reading];
  const undone = kinds.flatMap((kind) => undo(reading, kind) ?? []);
  return [reading, ...undone.flatMap((each) => readings(each, depth - 1))];
}

/** Null where nothing is escaped. */
function undo({ bytes, starts }: Reading, { pattern, decode }: (typeof kinds)[number]): Reading | null {
  let decoded = "";
  let end = 0;
  const from: number[] = [];
  const keep = (until: number) => {
    decoded += bytes.slice(end, until);
    for (let index = end; index < until; index++) from.push(starts[index] ?? 0);
  };
  for (const { 0: found, index } of bytes.matchAll(pattern)) {
    const meant = decode(found);
    if (meant === null) continue;
    keep(index);
    decoded += meant;
    for (let byte = 0; byte < meant.length; byte++) from.push(starts[index] ?? 0);
    end = index + found.length;
  }
  if (end === 0) return null;
  keep(bytes.length);
  return { bytes: decoded, starts: [...from, starts[bytes.length] ?? 0] };
}
