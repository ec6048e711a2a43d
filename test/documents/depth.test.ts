import { expect, test } from "vitest";
import { findTooDeep } from "../../src/documents/depth.ts";

test.each([
  ["<a><b/></a>", 2, -1],
  ["<a><b/></a>", 1, 3],
  ["<a><b></b><c></c></a>", 2, -1],
  ["<a><b></b><c><d/></c></a>", 2, 13],
  ["<a/><!-- <b><c> --><?d <e>?><![CDATA[<f><g>]]>", 1, -1],
  ["<!DOCTYPE a><a></a>", 1, -1],
  [`<a b="<c>" d='<e>"'><f/></a>`, 1, 20],
  ["<a b='/'><c/></a>", 1, 9],
  ["<a <b><c><d>", 1, -1],
  ["<a b='<c><d>", 1, -1],
  ["<a><!-- <b>", 1, -1],
])("%s with at most %i levels is too deep at %i", (source, limit, offset) => {
  expect(findTooDeep(source, limit)).toBe(offset);
});
