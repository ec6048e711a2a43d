import type { PlacedValue } from "./checked-value.ts";
import { JsonFile } from "./json-file.ts";
import { Report } from "./report.ts";
import type { SpecificationReader, WrittenFile } from "./specification-reader.ts";
import { YamlFile } from "./yaml-file.ts";

/** How large a specification may be, in bytes. */
const MAX_SPECIFICATION_BYTES = 2 * 1024 * 1024;

const yamlLimits = { bytes: MAX_SPECIFICATION_BYTES, depth: 100, aliased: 100_000 };

/** Reads specifications in JSON and YAML as they stand in bundles. Reports ResourceCompileFailed. */
export const specifications: SpecificationReader = {
  read(file, report) {
    const own = new Report();
    const read = readWritten(file, own);
    for (const problem of own.problems) {
      report.error("ResourceCompileFailed", problem, problem.message, problem.remedy);
    }
    return own.failed || read.value === undefined ? null : read;
  },
};

function readWritten({ path, content }: WrittenFile, report: Report): PlacedValue {
  if (/\.ya?ml$/i.test(path)) return new YamlFile(path, content, report, yamlLimits);
  if (content.length > MAX_SPECIFICATION_BYTES) {
    const at = { file: path, line: 1, column: 1 };
    report.error(
      "FileTooLarge",
      at,
      `The file is larger than ${MAX_SPECIFICATION_BYTES} bytes.`,
      "Make it smaller.",
    );
    return { value: undefined, at: () => at, atName: () => at };
  }
  return new JsonFile(path, content, report);
}

/** A specification in YAML written in JSON, in lines that can be compared; as it is when it cannot be read. */
export function specificationInJson({ path, content }: WrittenFile): Uint8Array {
  const { value } = new YamlFile(path, content, new Report(), yamlLimits);
  return value === undefined ? content : new TextEncoder().encode(JSON.stringify(value, null, 1));
}
