import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestMessage } from "../../../../src/flow/message.ts";
import { unlimited as endless, scanJson } from "../../../../src/policies/parts/scan-json.ts";
import { jsonThreatProtection } from "../../../../src/policies/security/threats/json-threat-protection.ts";
import { faultOf, flowOf, problemsOf, runPolicy } from "../../policy-kit.ts";

const policy = (inside = "") => `<JSONThreatProtection name="J">${inside}</JSONThreatProtection>`;
const holding = (body: string | Uint8Array, type = "application/json") =>
  flowOf({
    request: new RequestMessage({ verb: "POST", headers: new Headers({ "content-type": type }), body }),
  });
const depth = "<ContainerDepth>3</ContainerDepth>";
const elements = "<ArrayElementCount>2</ArrayElementCount>";
const entries = "<ObjectEntryCount>2</ObjectEntryCount>";
const name = "<ObjectEntryNameLength>3</ObjectEntryNameLength>";
const value = "<StringValueLength>3</StringValueLength>";

describe("limits", () => {
  test.each<[string, string, string | null]>([
    [depth, "[[[1]]]", null],
    [depth, '[{"a":{"b":[]}}]', "Exceeded container depth at line 1"],
    [depth, "[[[]],[[[]]]]", "Exceeded container depth at line 1"],
    [elements, "[1,2]", null],
    [elements, "[1,\n2,\n3]", "Exceeded array element count at line 3"],
    [elements, '{"a":[1,2],"b":[[1,2],[]]}', null],
    [elements, "[[1],[2],[3]]", "Exceeded array element count at line 1"],
    [entries, '{"a":1,"b":{"c":1,"d":2}}', null],
    [entries, '{"a":1,"b":2,"c":3}', "Exceeded object entry count at line 1"],
    [entries, '{"a":1,"a":2,"a":3}', "Exceeded object entry count at line 1"],
    [name, '{"abc":1}', null],
    [name, '{\n"abcd":1}', "Exceeded object entry name length at line 2"],
    [name, '{"\\u0061bc":1}', null],
    [value, '["abc"]', null],
    [value, '["abcd"]', "Exceeded string value length at line 1"],
    [value, '{"long name":"abc"}', null],
    [value, '["\\n\\u0041\\""]', null],
    ["<ArrayElementCount>-1</ArrayElementCount>", "[1,2,3]", null],
    ["", "[1,2,3]", null],
  ])("%s with %s", async (inside, body, expected) => {
    if (expected === null) await runPolicy(jsonThreatProtection, policy(inside), holding(body));
    else {
      const fault = await faultOf(jsonThreatProtection, policy(inside), holding(body));
      expect([fault.code, fault.status, fault.message]).toEqual([
        "steps.jsonthreatprotection.ExecutionFailed",
        500,
        `JSONThreatProtection[J]: Execution failed. reason: JSONThreatProtection[J]: ${expected}`,
      ]);
    }
  });
});

describe("well-formed is what JSON.parse takes", () => {
  const isParsed = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  test.each([
    "",
    " ",
    "{",
    "[1,]",
    '{"a":1,}',
    "{,}",
    "[,1]",
    "01",
    "1.",
    "-",
    "+1",
    ".5",
    "1e",
    "nul",
    "tru",
    "NaN",
    "'a'",
    '"a',
    '"\\x"',
    '"\\u12"',
    '"\n"',
    "[1 2]",
    '{"a" 1}',
    '{"a"::1}',
    "{1:2}",
    "[]]",
    "}",
    "1 2",
    "[1}",
    '{"a":1]',
    "\uFEFF{}",
    "/**/1",
    "undefined",
  ])("%j is not", (text) => {
    expect([scanJson(text, endless) === null, isParsed(text)]).toEqual([false, false]);
  });

  test("any value, and any text made of its parts", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.nat(), (json, from, length) => {
        const cut =
          json.slice(0, from % (json.length + 1)) + json.slice((from % (json.length + 1)) + (length % 3));
        for (const text of [json, cut]) expect(scanJson(text, endless) === null).toBe(isParsed(text));
      }),
    );
    const parts = fc.array(
      fc.constantFrom(
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"',
        "a",
        "1",
        "-",
        "e",
        ".",
        "\\",
        "true",
        " ",
        "\n",
        "u0041",
      ),
    );
    fc.assert(
      fc.property(parts, (list) => {
        expect(scanJson(list.join(""), endless) === null).toBe(isParsed(list.join("")));
      }),
    );
  });
});

test("a text that is nested deep ends at a bound of its own", () => {
  expect(scanJson("[".repeat(5_000_000), endless)?.reason).toBe("Exceeded container depth");
  expect(scanJson("[".repeat(9_999) + "]".repeat(9_999), endless)).toBeNull();
});

test("10 MB in one string, one list and one object", () => {
  const long = "x".repeat(10_000_000);
  expect(scanJson(`"${long}"`, { ...endless, stringLength: 100 })?.reason).toBe(
    "Exceeded string value length",
  );
  expect(scanJson(`[${"1,".repeat(5_000_000)}1]`, { ...endless, arrayElements: 100 })?.reason).toBe(
    "Exceeded array element count",
  );
  expect(
    scanJson(`{${'"a":1,'.repeat(1_000_000)}"a":1}`, { ...endless, objectEntries: 1_000_001 }),
  ).toBeNull();
});

test.each([
  ["bytes that are not UTF-8", holding(new Uint8Array([0x22, 0xff, 0x22]))],
  ["bytes that claim to be UTF-7", holding('{"a":"+ACIAfQ-"}', 'application/json; charset="utf-7"')],
  ["bytes with two charsets", holding("{}", "application/json; charset=utf-8; charset=utf-16")],
  ["UTF-16", holding(new Uint8Array([0xff, 0xfe, 0x31, 0x00]), "application/json;charset=utf-16")],
])("%s are refused", async (_, flow) => {
  expect((await faultOf(jsonThreatProtection, policy(), flow)).message).toMatch(
    /Content is not UTF-8 at line 1$/,
  );
});

test.each([
  ["no payload", flowOf()],
  ["another type", holding("{", "text/plain")],
])("%s passes", async (_, flow) => {
  await runPolicy(jsonThreatProtection, policy(), flow);
});

test.each([
  "application/json; charset=utf-8",
  "application/json; charset=ISO-8859-1",
  "application/problem+json",
  "APPLICATION/JSON",
  "application/json, text/plain",
  "text/plain; charset=utf-8, application/json",
])("%s is JSON", async (type) => {
  expect((await faultOf(jsonThreatProtection, policy(), holding("{", type))).faultName).toBe(
    "ExecutionFailed",
  );
});

test.each([
  ["response", "SourceUnavailable", "Source response is not available"],
  ["missing", "SourceUnavailable", "Source missing is not available"],
  ["text", "NonMessageVariable", "Variable text does not resolve to a Message"],
])("Source %s: %s", async (source, code, text) => {
  const flow = flowOf({ variables: { text: "{}" } });
  const fault = await faultOf(jsonThreatProtection, policy(`<Source>${source}</Source>`), flow);
  expect([fault.faultName, fault.message]).toEqual([code, `JSONThreatProtection[J]: ${text}`]);
});

test("a limit that is no number is refused", () => {
  expect(problemsOf(jsonThreatProtection, policy("<ContainerDepth>deep</ContainerDepth>"))).toEqual([
    "error InvalidLimit 1:32",
  ]);
});
