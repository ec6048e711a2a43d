import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExpressionError } from "../../src/expression/value.ts";
import { TooMuchWork } from "../../src/expression/work.ts";
import { compileXPath, parseXml } from "../../src/expression/xpath.ts";

const NO_NAMESPACES: ReadonlyMap<string, string> = new Map();
const select = (expression: string, xml: string, namespaces = NO_NAMESPACES) =>
  compileXPath(expression, namespaces).select(parseXml(xml));

const order = `<order id="7" state="open"><!--new--><item sku="a"><price>1.50</price></item><item sku="b"><price>2</price></item><note>call &lt;Ann&gt; <b>first</b></note></order>`;

describe("an expression reads as", () => {
  test.each<[string, "nodeset" | "string" | "number" | "boolean", string, readonly string[]]>([
    ["/order/@id", "nodeset", "7", ["7"]],
    ["/order/item/price", "nodeset", "1.50", ["<price>1.50</price>", "<price>2</price>"]],
    ["/order/item[2]/price/text()", "nodeset", "2", ["2"]],
    ["//item[@sku='b']", "nodeset", "2", [`<item sku="b"><price>2</price></item>`]],
    ["//price[. > 1.8]/../@sku", "nodeset", "b", ["b"]],
    ["//price | /order/@state", "nodeset", "open", ["open", "<price>1.50</price>", "<price>2</price>"]],
    ["/order/comment()", "nodeset", "new", ["new"]],
    ["/order/note", "nodeset", "call <Ann> first", ["<note>call &lt;Ann&gt; <b>first</b></note>"]],
    ["/order/missing", "nodeset", "", []],
    ["count(//item)", "number", "2", ["2"]],
    ["sum(//price)", "number", "3.5", ["3.5"]],
    ["//price = 2", "boolean", "true", ["true"]],
    ["concat(/order/@id, '-', //item[last()]/@sku)", "string", "7-b", ["7-b"]],
    ["normalize-space('  a   b ')", "string", "a b", ["a b"]],
    ["name(/*)", "string", "order", ["order"]],
    ["name(id('7'))", "string", "order", ["order"]],
    ["count(id('8 7 7'))", "number", "1", ["1"]],
    ["name(id(/order/@id))", "string", "order", ["order"]],
    ["//price[1]/ancestor::item/following-sibling::note/b", "nodeset", "first", ["<b>first</b>"]],
  ])("%s is a %s", (expression, type, text, nodes) => {
    const result = select(expression, order);
    expect([result.type, result.string(), result.nodes()]).toEqual([type, text, nodes]);
  });

  test("an element is serialised as XML", () => {
    expect(select("/tag/tagid", "<tag><tagid>250397</tagid></tag>").nodes()).toEqual([
      "<tagid>250397</tagid>",
    ]);
  });

  test("a number is that of the first node, a boolean is whether there is any", () => {
    expect(select("//price", order).number()).toBe(1.5);
    expect(select("//note", order).number()).toBeNaN();
    expect(select("//missing", order).number()).toBeNaN();
    expect(select("//price", order).boolean()).toBe(true);
    expect(select("//missing", order).boolean()).toBe(false);
    expect(select("'false'", order).boolean()).toBe(true);
  });
});

test.each([
  ["number(//missing)", "NaN"],
  ["number(//b)", "NaN"],
  ["number(//c)", "NaN"],
  ["number(//d)", "7"],
  ["//missing + 1", "NaN"],
  ["floor(//missing)", "NaN"],
  ["count(//*[number(@x) = 0])", "1"],
  ["count(//*[not(number(@x) = number(@x))])", "4"],
])("what is no number is not taken for zero: %s", (expression, text) => {
  expect(select(expression, '<r><a x="0"/><b/><c>1e3</c><d> 7 </d></r>').string()).toBe(text);
});

describe("namespaces", () => {
  const soap = `<s:Envelope xmlns:s="urn:soap"><s:Body><get xmlns="urn:app"><id>5</id></get></s:Body></s:Envelope>`;
  const declared = new Map([
    ["soap", "urn:soap"],
    ["a", "urn:app"],
  ]);

  test("prefixes are those declared for the expression, not those of the document", () => {
    expect(select("/soap:Envelope/soap:Body/a:get/a:id", soap, declared).string()).toBe("5");
    expect(select("//a:*", soap, declared).nodes()).toHaveLength(2);
    expect(() => select("/s:Envelope", soap, declared)).toThrow("the prefix s is not declared");
  });

  test("a name without prefix is in no namespace", () => {
    expect(select("//id", soap).nodes()).toEqual([]);
    expect(select("//*[local-name() = 'id']", soap).string()).toBe("5");
  });
});

test.each([
  ["", 0, "cannot be empty"],
  ["/a/b[", 0, "a ] is missing"],
  ["/a b", 0, "no expression of XPath 1.0"],
  ["'abc", 0, "not closed"],
  ["/a/p:b", 3, "prefix p is not declared"],
  ["//*[p:b]", 4, "prefix p is not declared"],
  ["/a/constructor:b", 3, "prefix constructor is not declared"],
  ["/a[$x]", 3, "no variables"],
  ["/a[eval('1')]", 3, "no function eval()"],
  ["document('http://example.com')", 0, "no function document()"],
  ["p:f()", 0, "no function p:f()"],
  ["constructor()", 0, "no function constructor()"],
  ["/a/child-of::b", 11, "no such axis"],
  ["count('a')", 0, "the arguments of count()"],
  ["a".repeat(5000), 0, "at most 4096 characters"],
])("%s is refused at offset %i: %s", (expression, offset, message) => {
  let thrown: unknown;
  try {
    compileXPath(expression, NO_NAMESPACES);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ExpressionError);
  expect(thrown).toMatchObject({ offset, message: expect.stringContaining(message) });
});

describe("a document", () => {
  test.each([
    [`<a/>`, "/a"],
    [`\uFEFF<?xml version="1.0" encoding="UTF-8"?>\r\n<a/>`, "/a"],
    [`<!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a/>`, "/a"],
    [`<a><![CDATA[x & y]]><!-- & --><?p & ?></a>`, "/a[. = 'x & y']"],
    ["<a> b <![CDATA[<c>&]]>d</a>", "count(/a/text()) = 1 and /a/text() = ' b <c>&d'"],
    ["<a><![CDATA[b]]><![CDATA[c]]></a>", "/a/text() = 'bc'"],
    [
      "<a><!--<![CDATA[&]]>--><?p <![CDATA[&]]> ?>b</a>",
      "/a/comment() = '<![CDATA[&]]>' and /a/text() = 'b'",
    ],
    [`<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;</a>`, `/a[contains(., "'AB")]`],
    [`<a>\u2028\uFFFD</a>`, "/a[string-length(.) = 2]"],
  ])("%s is read", (xml, expression) => {
    expect(select(expression, xml).boolean()).toBe(true);
  });

  test.each([
    ["", 0],
    ["text", 0],
    ["<a>", 0],
    ["<a></b>", 0],
    ["<a/><b/>", 4],
    ["<a>\n<b c=d/></a>", 4],
    ["<a b/>", 0],
    ["<p:a/>", 0],
    ["<a>x & y</a>", 5],
    ["<a>]]></a>", 3],
    ["<a>\u0001</a>", 3],
    ["<a>&#0;</a>", 3],
    ["<a>&nbsp;</a>", 3],
    [`<!DOCTYPE a [<!ENTITY x "y">]><a/>`, 13],
    [`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, 57],
    [`<!DOCTYPE a [<!ENTITY x "yyyy"><!ENTITY z "&x;&x;">]><a>&z;</a>`, 56],
  ])("%j is refused at offset %i", (xml, offset) => {
    let thrown: unknown;
    try {
      parseXml(xml);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ExpressionError);
    expect(thrown).toMatchObject({ offset });
  });

  test.each([
    ["that stand in each other", (index: number) => `<a xmlns:p${index}='u'>`, "</a>"],
    ["that stand side by side", (index: number) => `<a xmlns:p${index}='u'/>`, ""],
  ])("has not many thousands of namespaces %s, which would take minutes", (_, open, close) => {
    const declaring = (count: number) =>
      `<r>${Array.from({ length: count }, (_, index) => open(index)).join("")}${close.repeat(count)}</r>`;
    expect(select("count(//a)", declaring(400)).number()).toBe(400);
    expect(() => parseXml(declaring(20_000))).toThrow(TooMuchWork);
  });

  test("may declare the same few namespaces again and again", () => {
    const item = `<s:a xmlns:s="urn:s" xmlns:t="urn:t" xmlns="urn:u"/>`;
    expect(select("count(/r/*)", `<r>${item.repeat(5_000)}</r>`).number()).toBe(5_000);
  });

  test("is nested at most 500 deep", () => {
    const nested = (depth: number) => `${"<a>".repeat(depth)}x${"</a>".repeat(depth)}`;
    expect(select("/", nested(499)).string()).toBe("x");
    expect(() => parseXml(nested(501))).toThrow("more than 500 deep");
    expect(() => parseXml(nested(20_000))).toThrow(ExpressionError);
  });

  test("with 20,000 items is searched and sorted", () => {
    const items = parseXml(`<r>${"<a><b>1</b></a>".repeat(20_000)}</r>`);
    const all = compileXPath("//b[1] | //a[last()]", NO_NAMESPACES).select(items);
    expect(all.nodes()).toHaveLength(20_001);
    expect(compileXPath("sum(//b)", NO_NAMESPACES).select(items).number()).toBe(20_000);
    expect(() => compileXPath("//*[//*]", NO_NAMESPACES).select(items)).toThrow(TooMuchWork);
  });
});

describe("the work of an evaluation is bounded, and what a document of its size needs is not refused", () => {
  const items = parseXml(`<r>${"<a>1</a><b>2</b>".repeat(20_000)}</r>`);
  const mixed = parseXml("<r><a>1</a><a>3</a><b>2</b><b>x</b><c>3</c><d>x</d><e/></r>");
  const longNumber = parseXml(`<r>${"1".repeat(300_000)}x</r>`);
  const deep = parseXml(`${"<a>".repeat(490)}${"<b>x</b>".repeat(20_000)}${"</a>".repeat(490)}`);

  test.each([
    ["//a = //b", false],
    ["//a != //b", true],
    ["//a < //b", true],
    ["//a > //b", false],
    ["//a >= //b", false],
  ])("two sets of 20,000 nodes are compared: %s", (expression, expected) => {
    expect(compileXPath(expression, NO_NAMESPACES).select(items).boolean()).toBe(expected);
  });

  test.each([
    ["//a = //b", false],
    ["//a = //c", true],
    ["//a != //c", true],
    ["//c != //c", false],
    ["//c != //none", false],
    ["//none = //none", false],
    ["//a < //b", true],
    ["//b < //a", true],
    ["//c <= //a", true],
    ["//c < //a", false],
    ["//c > //b", true],
    ["//b >= //c", false],
    ["//d < //a", false],
    ["//d >= //a", false],
    ["//none < //a", false],
  ])("as one by one: %s", (expression, expected) => {
    expect(compileXPath(expression, NO_NAMESPACES).select(mixed).boolean()).toBe(expected);
  });

  test("a text that is nearly a number is told from one at once", () => {
    expect(compileXPath("number(/r)", NO_NAMESPACES).select(longNumber).number()).toBeNaN();
  });

  test("20,000 ids are found by one look at the document", () => {
    const ids = Array.from({ length: 20_000 }, (_, id) => `n${id}`);
    const named = parseXml(
      `<r><all>${ids.join(" ")}</all>${ids.map((id) => `<a id="${id}"/>`).join("")}</r>`,
    );
    expect(compileXPath("count(id(/r/all))", NO_NAMESPACES).select(named).number()).toBe(20_000);
    expect(compileXPath("count(//a[id(@id)])", NO_NAMESPACES).select(named).number()).toBe(20_000);
  });

  test("what comes before a node is found at once, the nearest first", () => {
    const nearest = compileXPath("//b[last()]/preceding::*[1]", NO_NAMESPACES).select(items);
    expect(nearest.nodes()).toEqual(["<a>1</a>"]);
    expect(compileXPath("count(//b[last()]/preceding::*)", NO_NAMESPACES).select(items).number()).toBe(
      39_999,
    );
  });

  test.each([
    ["//*[. = //a]", items],
    [`//*[${Array(300).fill("1=1").join(" and ")}]`, items],
    [`(//*)${"[1=1]".repeat(500)}`, items],
    [`//*[normalize-space('${"x ".repeat(1500)}')]`, items],
    [`//*[translate('${"x".repeat(3000)}', 'x', 'y') = 'z']`, items],
    ["//*[lang('en')]", deep],
    ["//b/ancestor::*", deep],
    ["//b/namespace::*", deep],
    ["//*[count(preceding::*) > 5]", items],
    ["//*[string(/) = 'x']", items],
    ["//a[id(/r)]", items],
  ])("%s is refused", (expression, document) => {
    expect(() => compileXPath(expression, NO_NAMESPACES).select(document)).toThrow(TooMuchWork);
  });

  test("nodes within nodes are not written out without end", () => {
    const found = compileXPath("//a", NO_NAMESPACES).select(deep);
    expect(() => found.nodes()).toThrow(TooMuchWork);
  });
});

test("any text compiles or is refused with an ExpressionError", () => {
  const piece = fc.constantFrom(
    ..."/ // . .. @ * [ ] ( ) | = < + - $ :: : , ' a b and div 1".split(" "),
    " ",
  );
  const call = fc.constantFrom("text()", "count(", "string(", "child::", "id(", "'x'", "not(", "last()");
  const text = fc.array(fc.oneof(piece, call), { maxLength: 12 }).map((pieces) => pieces.join(""));
  const document = parseXml(order);
  fc.assert(
    fc.property(fc.oneof(fc.string(), text), (expression) => {
      try {
        compileXPath(expression, NO_NAMESPACES).select(document).nodes();
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError);
      }
    }),
    { numRuns: 500 },
  );
});

test("any text is XML or is refused with an ExpressionError", () => {
  const piece = fc.constantFrom(
    "<",
    ">",
    "/",
    "<a>",
    "</a>",
    "<a b='",
    "'",
    "&",
    "&amp;",
    "<!--",
    "-->",
    "<!",
    "]]>",
  );
  const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 12 });
  fc.assert(
    fc.property(text, (pieces) => {
      try {
        parseXml(pieces.join(""));
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError);
      }
    }),
    { numRuns: 500 },
  );
});
