import { expect, test } from "vitest";
import { joinBytes } from "../../src/text/join-bytes.ts";

test("chunks become one, in their order", () => {
  const chunks = [[1, 2], [], [3]].map((bytes) => Uint8Array.from(bytes));
  expect(joinBytes(chunks, 3)).toEqual(Uint8Array.from([1, 2, 3]));
  expect(joinBytes([], 0)).toEqual(new Uint8Array());
});
