import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileDateFormat } from "../../../src/expression/functions/date-format.ts";
import { ExpressionError } from "../../../src/expression/value.ts";

const afternoon = new Date(Date.UTC(2001, 6, 4, 13, 8, 56, 35));
const midnight = new Date(Date.UTC(2023, 11, 31));

function print(pattern: string, date = afternoon): string {
  return compileDateFormat(pattern)(date);
}

describe("each pattern letter prints as SimpleDateFormat prints it", () => {
  test.each([
    ["G GGGG", "AD AD"],
    ["y yy yyy yyyy yyyyy", "2001 01 2001 2001 02001"],
    ["M MM MMM MMMM MMMMM", "7 07 Jul July July"],
    ["L LL LLL LLLL", "7 07 Jul July"],
    ["Y YY YYYY", "2001 01 2001"],
    ["w ww", "27 27"],
    ["W WW", "1 01"],
    ["D DDD DDDD", "185 185 0185"],
    ["d dd ddd", "4 04 004"],
    ["F FF", "1 01"],
    ["E EE EEE EEEE EEEEE", "Wed Wed Wed Wednesday Wednesday"],
    ["u uu uuuu", "3 03 0003"],
    ["a aa aaaa", "PM PM PM"],
    ["H HH k kk K KK h hh", "13 13 13 13 1 01 1 01"],
    ["m mm mmm s ss sss", "8 08 008 56 56 056"],
    ["S SS SSS SSSSSS", "35 35 035 000035"],
    ["z zzz zzzz", "UTC UTC Coordinated Universal Time"],
    ["Z ZZZZ X XX XXX", "+0000 +0000 Z Z Z"],
  ])("%s", (pattern, expected) => expect(print(pattern)).toBe(expected));

  test.each([
    ["H k K h a", "0 24 0 12 AM"],
    ["u E F W", "7 Sun 5 6"],
    ["YYYY YY ww", "2024 24 01"],
  ])("%s at midnight before new year", (pattern, expected) =>
    expect(print(pattern, midnight)).toBe(expected),
  );
});

describe("the patterns of the Java reference", () => {
  test.each([
    ["yyyy.MM.dd G 'at' HH:mm:ss z", "2001.07.04 AD at 13:08:56 UTC"],
    ["EEE, MMM d, ''yy", "Wed, Jul 4, '01"],
    ["hh 'o''clock' a, zzzz", "01 o'clock PM, Coordinated Universal Time"],
    ["yyMMddHHmmssZ", "010704130856+0000"],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2001-07-04T13:08:56.035Z"],
    ["YYYY-'W'ww-u", "2001-W27-3"],
    ["'T':'x'z''", "T:xUTC'"],
    ["", ""],
    ["12/é\n", "12/é\n"],
  ])("%j", (pattern, expected) => expect(print(pattern)).toBe(expected));
});

describe("a format that cannot be read is refused", () => {
  test.each([
    ["yyyy-bb", '"b" has no meaning', 5],
    ["yyyyTHH", '"T" has no meaning', 4],
    ["yyyy'T", "not closed", 4],
    ["y".repeat(257), "256 characters", 0],
  ])("%s", (pattern, message, offset) => {
    expect(() => compileDateFormat(pattern)).toThrow(ExpressionError);
    expect(() => compileDateFormat(pattern)).toThrow(message);
    expect(() => compileDateFormat(pattern)).toThrow(expect.objectContaining({ offset }));
  });

  test("any text prints something or is refused", () => {
    const text = fc.array(fc.constantFrom(..."GyYMLwWDdFEuaHkKhmsSzZX'' -:.Tb")).map((all) => all.join(""));
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), fc.date({ noInvalidDate: true }), (pattern, date) => {
        try {
          expect(typeof print(pattern, date)).toBe("string");
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
        }
      }),
    );
  });
});
