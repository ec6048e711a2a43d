import { describe, expect, test } from "vitest";
import { ExpressionError } from "../../../src/expression/value.ts";
import { render } from "../render-template.ts";

const values = {
  fmt: "yyyy-MM-dd HH-mm-ss",
  iso: "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
  seconds: "1494390266",
  "system.timestamp": 1494390266057,
};

describe("a time is printed in UTC", () => {
  test.each([
    ["{timeFormat(fmt,seconds)}", "2017-05-10 04-24-26"],
    ["{timeFormatUTC(fmt,seconds)}", "2017-05-10 04-24-26"],
    ["{timeFormatMs(fmt,system.timestamp)}", "2017-05-10 04-24-26"],
    ["{timeFormatUTCMs(fmt,system.timestamp)}", "2017-05-10 04-24-26"],
    ["{timeFormatUTCMs(iso,system.timestamp)}", "2017-05-10T04:24:26.057Z"],
    ["{timeFormatUTCMs('yyyy-MM-dd'T'HH:mm:ss.SSS'Z'',system.timestamp)}", "2017-05-10T04:24:26.057Z"],
    ["{timeFormatUTCMs(yyyy.MMMM.dd,system.timestamp)}", "2017.May.10"],
    ["{timeFormatUTCMs(HH:mm:ss,system.timestamp)}", "04:24:26"],
    ["{timeFormatUTC(fmt,0)}", "1970-01-01 00-00-00"],
    ["{timeFormatUTC(fmt,-1)}", "1969-12-31 23-59-59"],
  ])("%s", (template, expected) => expect(render(template, values)).toBe(expected));
});

describe("what is no time gives an empty text", () => {
  test.each(["", "now", "1.5", "99999999999999999999"])("%j", (time) =>
    expect(render("{timeFormatUTC('yyyy',time)}", { time })).toBe(""),
  );
});

test("a literal format with a letter that has no meaning is refused at load; from a variable it gives an empty text", () => {
  expect(() => render("{timeFormatUTC('yyyy-bb',seconds)}", values)).toThrow(ExpressionError);
  expect(render("{timeFormatUTC(wrong,seconds)}", { ...values, wrong: "yyyy-bb" })).toBe("");
});
