import { relative } from "node:path";
import { expect, test } from "vitest";
import { sortieInProcess } from "../in-process.ts";
import { folderWith, repository } from "../sortie.ts";
import { bundleMistakes } from "./bundle-mistakes.ts";
import { environmentMistakes } from "./environment-mistakes.ts";
import { correct } from "./mistake.ts";
import { valueMistakes } from "./value-mistakes.ts";

const mistakes = [...bundleMistakes, ...valueMistakes, ...environmentMistakes];

test("an environment without mistakes has no problems", async () => {
  expect(await sortieInProcess(["check", "."], folderWith(correct))).toEqual({
    status: 0,
    stdout: "0 errors, 0 warnings.\n",
    stderr: "",
  });
});

test.each(mistakes)("of $mistake all is said, once, with what to do", async ({ files, answer }) => {
  const texts = Object.entries({ ...correct, ...files }).flatMap(([path, text]) =>
    text === null ? [] : [[path, text] as const],
  );
  const folder = folderWith(Object.fromEntries(texts));
  const { status, stdout, stderr } = await sortieInProcess(["check", "."], folder);
  const printed = stdout.replaceAll(`${relative(folder, repository)}/`, "");
  expect(printed.split("\n")).toEqual([...answer, ""]);
  expect([status, stderr]).toEqual([answer.at(-1)?.startsWith("0 errors") ? 0 : 1, ""]);
});
