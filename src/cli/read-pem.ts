import { readFileSync } from "node:fs";
import { InvalidArgumentError } from "commander";

/** A file that an option names. Throws InvalidArgumentError. */
export function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
