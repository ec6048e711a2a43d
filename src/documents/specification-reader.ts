import type { PlacedValue } from "./checked-value.ts";
import type { Report } from "./report.ts";

/** Reads the text of OpenAPI specifications. */
export interface SpecificationReader {
  /** What a file holds, in plain values; null when it cannot be read, which is reported. */
  read(file: WrittenFile, report: Report): PlacedValue | null;
}

/** A file and its path, where problems in it are reported. */
export interface WrittenFile {
  readonly path: string;
  readonly content: Uint8Array;
}
