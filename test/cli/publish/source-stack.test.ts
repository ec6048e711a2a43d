import { expect, test, vi } from "vitest";
import { stackInSource } from "../../../src/cli/publish/source-stack.ts";
import { publish } from "./kit.ts";

test("a stack names the places in the files that the function was made from", async () => {
  const { functions } = await publish({
    "functions/it/it.ts": `import { helper } from "./helper";
export default function it(): string {
  return helper();
}`,
    "functions/it/helper.ts": "\nexport function helper(): string {\n  throw new Error('no');\n}\n",
  });
  const [built] = functions;
  const lines = new TextDecoder().decode(built?.module).split("\n");
  const place = (text: string) => {
    const line = lines.findIndex((each) => each.includes(text));
    return `function.js:${line + 1}:${(lines[line] ?? "").indexOf(text) + 1}`;
  };
  const stack = [
    "Error: at function.js:1:1",
    `    at helper (${place('new Error("no")')})`,
    `    at it (${place("helper();")})`,
    `    at ${place("helper();")}`,
    `    at answerOf (${place("await runCall(")})`,
    "    at Map.forEach (<anonymous>)",
    "    at answerOf (main.js:11:24)",
    "    at elsewhere (other.js:99999:1)",
  ].join("\n");
  expect(stackInSource(stack, built?.sourceMap ?? "")).toBe(
    [
      "Error: at function.js:1:1",
      "    at helper (functions/it/helper.ts:3:9)",
      "    at it (functions/it/it.ts:3:10)",
      "    at functions/it/it.ts:3:10",
      "    at Map.forEach (<anonymous>)",
      "    at elsewhere (other.js:99999:1)",
    ].join("\n"),
  );
});

test("a thousand lines of a console need the source map once", async () => {
  const { functions } = await publish({ "functions/it/it.ts": "export default (): string => 'it';" });
  const sourceMap = `${functions[0]?.sourceMap} `;
  const read = vi.spyOn(JSON, "parse");
  for (let line = 0; line < 1000; line++) stackInSource(`${line}\n    at it (function.js:1:1)`, sourceMap);
  expect(read).toHaveBeenCalledTimes(1);
  read.mockRestore();
});

test("what was not bundled stays what it is", () => {
  expect(stackInSource("see app.js:1:2\n    at it (function.js:1:1)", "")).toBe(
    "see app.js:1:2\n    at it (function.js:1:1)",
  );
});
