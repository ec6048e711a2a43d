const encoder = new TextEncoder();

/** Called so, V8 need not look it up for each of the ways in which it keeps texts; so with the length, outside of loops. */
const { charCodeAt } = String.prototype;

/** Up to this length a loop over the characters is faster than the platform's encoder. */
const SHORT_TEXT = 64;

/** The most bytes that a field's tag and a length or number after it take. */
const MOST_BYTES_BEFORE_CONTENT = 15;

/** How a field's value is written, the lowest three bits of its tag. */
export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;

/**
 * Writes the fields of a protobuf message one after another, into one piece of memory. Unless it is said otherwise, a
 * value is written also when it is its type's default. Format: "Encoding" of the Protocol Buffers documentation.
 */
export class ProtobufWriter {
  /**
   * One that lives on. V8 gives up the code that it has optimized when the last object of the kind that the code is for
   * is collected, and others are written and done with between two collections.
   */
  static readonly lasting = new ProtobufWriter();

  #bytes = new Uint8Array(1024);
  #at: number;

  /** @param room how many bytes stay free before the message, for whoever sends it */
  constructor(room = 0) {
    this.#at = room;
  }

  /** Nothing for an empty text. */
  text(field: number, text: string): void {
    if (text !== "") this.item(field, text);
  }

  /** One text of a list, a map's key, or one of a oneof. What is no character becomes U+FFFD. */
  item(field: number, text: string): void {
    const { length } = text;
    this.#reserve(MOST_BYTES_BEFORE_CONTENT + length * 3);
    this.#varint((field << 3) | DELIMITED);
    const start = this.#at;
    this.#varint(length);
    if (length > SHORT_TEXT || !this.#writeAscii(text)) {
      this.#at = start + lengthOfVarint(length);
      this.#at += encoder.encodeInto(text, this.#bytes.subarray(this.#at)).written;
      this.#putLength(start, lengthOfVarint(length));
    }
  }

  bool(field: number, value: boolean): void {
    this.int32(field, value ? 1 : 0);
  }

  int32(field: number, value: number): void {
    if (value < 0) this.int64(field, BigInt(value));
    else {
      this.#reserve(MOST_BYTES_BEFORE_CONTENT);
      this.#varint((field << 3) | VARINT);
      this.#varint(value);
    }
  }

  int64(field: number, value: bigint): void {
    this.#reserve(MOST_BYTES_BEFORE_CONTENT);
    this.#varint((field << 3) | VARINT);
    let rest = BigInt.asUintN(64, value);
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 127n) | 128;
    this.#bytes[this.#at++] = Number(rest);
  }

  double(field: number, value: number): void {
    this.#reserve(MOST_BYTES_BEFORE_CONTENT);
    this.#varint((field << 3) | FIXED64);
    new DataView(this.#bytes.buffer).setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** Begins a message in a field. @returns what {@link end} ends it with */
  begin(field: number): number {
    this.#reserve(MOST_BYTES_BEFORE_CONTENT);
    this.#varint((field << 3) | DELIMITED);
    return this.#at++;
  }

  end(start: number): void {
    this.#putLength(start, 1);
  }

  /** All that was written, behind the room. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  /** Puts the length of what stands behind `start` there, where so many bytes are free for it. */
  #putLength(start: number, free: number): void {
    const length = this.#at - start - free;
    const needed = lengthOfVarint(length);
    if (needed !== free) {
      this.#reserve(needed);
      this.#bytes.copyWithin(start + needed, start + free, this.#at);
    }
    this.#at = start;
    this.#varint(length);
    this.#at += length;
  }

  /** Says whether all characters are of ASCII; else nothing is written. */
  #writeAscii(text: string): boolean {
    const bytes = this.#bytes;
    const start = this.#at;
    const { length } = text;
    for (let index = 0; index < length; index++) {
      const code = charCodeAt.call(text, index);
      if (code > 127) return false;
      bytes[start + index] = code;
    }
    this.#at = start + length;
    return true;
  }

  /** Of 32 bits. */
  #varint(value: number): void {
    let rest = value >>> 0;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#at++] = (rest & 127) | 128;
    this.#bytes[this.#at++] = rest;
  }

  #reserve(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}

function lengthOfVarint(value: number): number {
  let length = 1;
  for (let rest = value; rest > 127; rest >>>= 7) length++;
  return length;
}
