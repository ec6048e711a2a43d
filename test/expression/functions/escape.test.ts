import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { render } from "../render-template.ts";

describe("escapes", () => {
  test.each([
    ["escapeJSON", 'say "hi" \\ /\n\t\u0001é', 'say \\"hi\\" \\\\ /\\n\\t\\u0001é'],
    ["escapeXML", `"bread" & <'butter'>`, "&quot;bread&quot; &amp; &lt;&apos;butter&apos;&gt;"],
    ["escapeXML", "a\u0000\u0001\u000b\ufffe\ud800b\t\n\u0085😀", "ab\t\n\u0085😀"],
    ["escapeXML11", `"bread" & <'butter'>`, "&quot;bread&quot; &amp; &lt;&apos;butter&apos;&gt;"],
    ["escapeXML11", "a\u0000\uffff\ud800b\t\n\u0085😀", "ab\t\n\u0085😀"],
    [
      "escapeXML11",
      "\u0001\u0008\u000b\u001f\u007f\u0084\u0086\u009f",
      "&#1;&#8;&#11;&#31;&#127;&#132;&#134;&#159;",
    ],
    ["encodeHTML", `"bread" & <'butter'>`, "&quot;bread&quot; &amp; &lt;&#39;butter&#39;&gt;"],
    ["escapeHTML", `"bread" & "butter"`, "&quot;bread&quot; &amp; &quot;butter&quot;"],
  ])("%s(%j) is %j", (name, text, expected) => expect(render(`{${name}(text)}`, { text })).toBe(expected));

  test("a JSON string around an escaped text reads as that text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(JSON.parse(render('"{escapeJSON(text)}"', { text }))).toBe(text);
      }),
    );
  });
});
