/**
 * Text as somebody may have meant it, one character for each byte of UTF-8. `starts` says where in the bytes of
 * the text each of them, and at last the end, comes from.
 */
export interface Reading {
  readonly bytes: string;
  readonly starts: Uint32Array;
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

/**
 * A text as it is, and with escapes of URLs, JSON and HTML undone, where it has any. They take many times its memory.
 * @param bytes its UTF-8, each byte as a character
 */
export function readingsOf(bytes: string): Reading[] {
  return readings(
    { bytes, starts: Uint32Array.from({ length: bytes.length + 1 }, (_, index) => index) },
    DEEPEST,
  );
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
  // What an escape stands for is never longer than the escape.
  const from = new Uint32Array(starts.length);
  const keep = (until: number) => {
    from.set(starts.subarray(end, until), decoded.length);
    decoded += bytes.slice(end, until);
  };
  for (const { 0: found, index } of bytes.matchAll(pattern)) {
    const meant = decode(found);
    if (meant === null) continue;
    keep(index);
    from.fill(starts[index] ?? 0, decoded.length, decoded.length + meant.length);
    decoded += meant;
    end = index + found.length;
  }
  if (end === 0) return null;
  keep(bytes.length);
  from[decoded.length] = starts[bytes.length] ?? 0;
  return { bytes: decoded, starts: from.subarray(0, decoded.length + 1) };
}
