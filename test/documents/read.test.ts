import { describe, expect, test } from "vitest";
import {
  readBoolean,
  readBooleanAttribute,
  readInteger,
  readIntegerAttribute,
  readOneOf,
  readOneOfAttribute,
} from "../../src/documents/read.ts";
import { Report } from "../../src/documents/report.ts";
import { brief, parse } from "./document.ts";

describe("a boolean", () => {
  test.each([
    ["true", true],
    [" True\n", true],
    ["FALSE", false],
    ["", true],
    ["yes", true, "InvalidBoolean 1:1"],
    ["1", true, "InvalidBoolean 1:1"],
  ])("%j with fallback true is %j", (text, expected, ...problems) => {
    const report = new Report();
    expect(readBoolean(parse(`<Enabled>${text}</Enabled>`), true, report)).toBe(expected);
    expect(readBooleanAttribute(parse(`<P enabled="${text}"/>`), "enabled", true, report)).toBe(expected);
    expect(brief(report.problems)).toEqual([...problems, ...problems]);
  });

  test("whose fallback may protect less is an error where it is neither", () => {
    const report = new Report();
    expect(readBoolean(parse("<Enabled>yes</Enabled>"), false, report, "error")).toBe(false);
    expect(readBoolean(parse("<Enabled>true</Enabled>"), false, report, "error")).toBe(true);
    expect(report.problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      "error InvalidBoolean",
    ]);
  });

  test("a missing element or attribute is the fallback", () => {
    const report = new Report();
    expect(readBoolean(undefined, null, report)).toBeNull();
    expect(readBooleanAttribute(parse("<P/>"), "enabled", false, report)).toBe(false);
    expect(report.problems).toEqual([]);
  });
});

describe("an integer of at least 0 and at most 100", () => {
  test.each([
    ["42", 42],
    [" 0 ", 0],
    ["+7", 7],
    ["", -1],
    ["-3", -1, "InvalidInteger 1:1"],
    ["101", -1, "InvalidInteger 1:1"],
    ["1.5", -1, "InvalidInteger 1:1"],
    ["1e1", -1, "InvalidInteger 1:1"],
    ["{x}", -1, "InvalidInteger 1:1"],
    ["99999999999999999999", -1, "InvalidInteger 1:1"],
  ])("%j is %j", (text, expected, ...problems) => {
    const report = new Report();
    const bounds = { minimum: 0, maximum: 100 };
    expect(readInteger(parse(`<Timeout>${text}</Timeout>`), -1, report, bounds)).toBe(expected);
    expect(readIntegerAttribute(parse(`<P size="${text}"/>`), "size", -1, report, bounds)).toBe(expected);
    expect(brief(report.problems)).toEqual([...problems, ...problems]);
  });

  test("the message says what is allowed", () => {
    const report = new Report();
    readInteger(parse("<Timeout>-3</Timeout>"), undefined, report, { minimum: 1 });
    expect(report.problems[0]?.message).toBe(
      '<Timeout> is "-3", not a whole number of at least 1; it is read as if it were not there.',
    );
  });

  test("a missing element is the fallback", () => {
    expect(readInteger(undefined, undefined, new Report())).toBeUndefined();
  });
});

describe("one of several words", () => {
  const choices = ["Encode", "Decode"] as const;

  test.each([
    ["Encode", "Encode"],
    [" decode ", "Decode"],
    ["", null],
    ["Compress", null, "InvalidValue 1:1"],
  ])("%j is %j", (text, expected, ...problems) => {
    const report = new Report();
    expect(readOneOf(parse(`<Operation>${text}</Operation>`), choices, null, report)).toBe(expected);
    expect(readOneOfAttribute(parse(`<P type="${text}"/>`), "type", choices, null, report)).toBe(expected);
    expect(brief(report.problems)).toEqual([...problems, ...problems]);
  });

  test("the remedy lists the words", () => {
    const report = new Report();
    readOneOf(parse("<Operation>Compress</Operation>"), choices, null, report);
    expect(report.problems[0]?.remedy).toBe("Write one of: Encode, Decode.");
  });
});
