import { expect, test } from "vitest";
import { announced, during } from "../../../src/cli/kv/progress.ts";
import { MemoryKv, textEntry } from "../../environment/memory-kv.ts";

function output(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
}

const CLEAR = "\r\u001b[2K";

test("a terminal shows what goes on with a KV namespace, and nothing of it stays", async () => {
  const terminal = output(true);
  const kv = announced(new MemoryKv(), terminal);
  await kv.put([textEntry("a", "x".repeat(2000)), textEntry("b", "")]);
  await kv.getTexts(["a"]);
  await kv.getBytes("a");
  await kv.list("environment/");
  await kv.remove(["a", "b"]);
  expect(terminal.written).toEqual(
    [
      "Writing 2 values, 2 KiB",
      "Reading 1 value",
      "Reading a",
      "Listing environment/",
      "Removing 2 values",
    ].flatMap((text) => [`${CLEAR}${text} …`, CLEAR]),
  );
});

test("what fails is cleared from the terminal as well", async () => {
  const terminal = output(true);
  await expect(during(terminal, "Trying", Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(terminal.written).toEqual([`${CLEAR}Trying …`, CLEAR]);
});

test("files and pipes get nothing of it", async () => {
  const file = output(false);
  await announced(new MemoryKv(), file).list("");
  expect(await during(file, "Trying", Promise.resolve(1))).toBe(1);
  expect(file.written).toEqual([]);
});
