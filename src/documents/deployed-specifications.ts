import { decodeUtf8 } from "../text/utf8.ts";
import type { SpecificationReader } from "./specification-reader.ts";

/**
 * Reads the specifications of a deployed environment, which are all in JSON; see `deployedZip`. They were checked when
 * they were deployed, so that no place in them is told. Reports ResourceCompileFailed.
 */
export const deployedSpecifications: SpecificationReader = {
  read({ path, content }, report) {
    const at = () => ({ file: path, line: 1, column: 1 });
    try {
      return { value: JSON.parse(decodeUtf8(content) ?? ""), at, atName: at };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      report.error(
        "ResourceCompileFailed",
        at(),
        "The specification is not JSON.",
        "Deploy the environment again.",
      );
      return null;
    }
  },
};
