import { expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { checkEnvironment } from "../../src/environment/check.ts";
import { type BuiltFunction, readEnvironment } from "../../src/environment/read-environment.ts";

function built(name: string, file: string): BuiltFunction {
  return {
    published: {
      name,
      revision: "0",
      language: "typescript-v2",
      runtime: null,
      isQuery: false,
      parameters: [],
      output: null,
      sources: [],
      edits: [],
      mode: "serverless",
      limits: { timeoutMs: 1, cpuMs: null, subRequests: null, resultBytes: 1, logLines: 1 },
    },
    module: new Uint8Array(),
    runtime: null,
    sourceMap: "",
    at: { file, line: 3, column: 5 },
    sourcesAt: new Map(),
  };
}

test("a name belongs to one function of an environment", () => {
  const report = new Report();
  const model = readEnvironment(new Map(), "test", report);
  const functions = [
    built("a", "functions/a/a.ts"),
    built("b", "functions/b/b.ts"),
    built("a", "functions/c/c.ts"),
  ];
  checkEnvironment({ ...model, functions }, report);
  expect(report.problems).toMatchObject([
    {
      code: "DuplicateFunction",
      file: "functions/c/c.ts",
      line: 3,
      column: 5,
      message: "There is another function a in functions/a/a.ts.",
    },
  ]);
});
