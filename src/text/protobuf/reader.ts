import { decodeShortAscii, decodeUtf8 } from "../utf8.ts";
import { DELIMITED, FIXED64, type ProtobufWriter, VARINT } from "./writer.ts";

const START_GROUP = 3;
const FIXED32 = 5;

/** How deep groups of unknown fields may be in each other. */
const MOST_GROUPS = 100;

/** The tag of a field, from its number, when its type is a varint, such as int32, int64 or bool. */
export const varint = (field: number): number => ((field << 3) | VARINT) >>> 0;
/** The same for a double. */
export const fixed64 = (field: number): number => ((field << 3) | FIXED64) >>> 0;
/** The same for a text or a message. */
export const delimited = (field: number): number => ((field << 3) | DELIMITED) >>> 0;

/**
 * Reads the fields of a protobuf message one after another. A known field that is written in another way than its
 * type's has another tag, and is skipped like an unknown one. Throws RangeError where bytes are no message.
 * Format: "Encoding" of the Protocol Buffers documentation.
 */
export class ProtobufReader {
  /** One that lives on, as that of {@link ProtobufWriter}. */
  static readonly lasting = new ProtobufReader(new Uint8Array());

  readonly #bytes: Uint8Array;
  #at = 0;
  #end: number;
  /** The halves of the last varint, as signed numbers. */
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** The tag of the next field, whose value is to be read or skipped; 0 at the end of the message. */
  next(): number {
    return this.#at === this.#end ? 0 : this.#readTag();
  }

  /** @param tag that of the field that is not read */
  skip(tag: number, groups = 0): void {
    switch (tag & 7) {
      case VARINT:
        this.#readVarint();
        return;
      case FIXED64:
        this.#pass(8);
        return;
      case DELIMITED:
        this.#pass(this.#readLength());
        return;
      case FIXED32:
        this.#pass(4);
        return;
      case START_GROUP:
        if (groups === MOST_GROUPS) break;
        // Its end has the same number, and the type that follows.
        for (let inner = this.#readTag(); inner !== tag + 1; inner = this.#readTag()) {
          this.skip(inner, groups + 1);
        }
        return;
    }
    throw malformed();
  }

  /** Throws also for what is no UTF-8. */
  text(): string {
    const length = this.#readLength();
    const start = this.#at;
    this.#pass(length);
    const text =
      decodeShortAscii(this.#bytes, start, this.#at) ??
      decodeUtf8(this.#bytes.subarray(start, this.#at), "keep");
    if (text === null) throw malformed();
    return text;
  }

  bool(): boolean {
    this.#readVarint();
    return (this.#low | this.#high) !== 0;
  }

  int32(): number {
    this.#readVarint();
    return this.#low;
  }

  int64(): bigint {
    this.#readVarint();
    return (BigInt(this.#high) << 32n) | BigInt(this.#low >>> 0);
  }

  double(): number {
    const start = this.#at;
    this.#pass(8);
    const { buffer, byteOffset } = this.#bytes;
    return new DataView(buffer, byteOffset).getFloat64(start, true);
  }

  /** Has `read` read all fields of the message that is the field's value into `target`. Returns that. */
  message<T>(read: (reader: this, target: T) => void, target: T): T {
    const outerEnd = this.#end;
    const length = this.#readLength();
    if (length > outerEnd - this.#at) throw malformed();
    this.#end = this.#at + length;
    read(this, target);
    this.#end = outerEnd;
    return target;
  }

  #readTag(): number {
    const tag = this.#readLength();
    if (tag < 8) throw malformed();
    return tag;
  }

  /** A number without a sign. */
  #readLength(): number {
    this.#readVarint();
    if (this.#high !== 0) throw malformed();
    return this.#low >>> 0;
  }

  #readVarint(): void {
    this.#low = 0;
    this.#high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at === this.#end) throw malformed();
      const byte = this.#bytes[this.#at++] ?? 0;
      const bits = byte & 127;
      if (shift < 32) this.#low |= bits << shift;
      if (shift === 28) this.#high = bits >> 4;
      else if (shift > 28) this.#high |= bits << (shift - 32);
      if (byte < 128) return;
    }
    throw malformed();
  }

  #pass(length: number): void {
    if (length > this.#end - this.#at) throw malformed();
    this.#at += length;
  }
}

function malformed(): RangeError {
  return new RangeError("The bytes are no protobuf message.");
}
