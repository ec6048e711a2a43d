import { expect, test } from "vitest";
import { deployedSpecifications } from "../../src/documents/deployed-specifications.ts";
import { Report } from "../../src/documents/report.ts";
import { specifications } from "../../src/documents/specifications.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const fileOf = (path: string, text: string) => ({ path, content: bytes(text) });

test.each([
  ["api.yaml", "a: [", "error ResourceCompileFailed api.yaml:1:5"],
  ["api.YML", "a: !t b", "error ResourceCompileFailed api.YML:1:7"],
  ["api.json", "{", "error ResourceCompileFailed api.json:1:2"],
  ["api.json", `"${"a".repeat(2 * 1024 * 1024)}"`, "error ResourceCompileFailed api.json:1:1"],
])("%s that cannot be read", (path, text, expected) => {
  const report = new Report();
  expect(specifications.read(fileOf(path, text), report)).toBe(null);
  expect(
    report.problems.map(
      ({ severity, code, file, line, column }) => `${severity} ${code} ${file}:${line}:${column}`,
    ),
  ).toEqual([expected]);
});

test.each(["", "a: 1", "\xff"])("a deployed specification that is no JSON is reported: %j", (text) => {
  const report = new Report();
  expect(deployedSpecifications.read(fileOf("api.yaml", text), report)).toBe(null);
  expect(report.problems.map(({ code }) => code)).toEqual(["ResourceCompileFailed"]);
});

test.each<[string, (fields: string) => string]>([
  ["api.yaml", (fields) => `<<: {${fields}}`],
  ["api.json", (fields) => `{${fields}}`],
])("%s may have more fields than a stack holds", (path, textOf) => {
  const fields = Array.from({ length: 150_000 }, (_, index) => `"k${index}": 0`).join();
  const read = specifications.read(fileOf(path, textOf(fields)), new Report());
  expect(Object.keys(read?.value ?? {})).toHaveLength(150_000);
});
