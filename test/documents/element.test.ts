import { describe, expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { brief, parse } from "./document.ts";

describe("what an element holds", () => {
  test("attributes are read as written, with references resolved", () => {
    const element = parse("<P name='a &amp; b' empty=''/>");
    expect(element.attribute("name")).toBe("a & b");
    expect(element.attribute("empty")).toBe("");
    expect(element.attribute("missing")).toBeUndefined();
  });

  test("children are found by name, in document order", () => {
    const element = parse("<P><A>1</A><B/><A>2</A></P>");
    expect(element.child("A")?.text()).toBe("2");
    expect(element.children("A").map((child) => child.text())).toEqual(["1", "2"]);
    expect(element.elements().map((child) => child.name)).toEqual(["A", "B", "A"]);
    expect(element.child("C")).toBeUndefined();
    expect(element.children("C")).toEqual([]);
  });

  test("names from outside cannot reach a prototype", () => {
    const element = parse("<P/>");
    expect(element.attribute("constructor")).toBeUndefined();
    expect(element.child("__proto__")).toBeUndefined();
  });

  test("text is the element's own text and CDATA, trimmed unless asked raw", () => {
    const element = parse("<P> a<!-- no --><![CDATA[ <b> ]]><C>not this</C>&lt; </P>");
    expect(element.text()).toBe("a <b> <");
    expect(element.rawText()).toBe(" a <b> < ");
  });
});

describe("content as a payload", () => {
  test.each([
    ["text with references resolved", "<P> {&quot;a&quot;: &lt;} </P>", ' {"a": <} '],
    ["CDATA as its text", "<P><![CDATA[<a>&amp;</a>]]></P>", "<a>&amp;</a>"],
    ["elements as XML", "<P>\n<a b='1'>x &amp; y<c/></a>\n</P>", '\n<a b="1">x &amp; y<c/></a>\n'],
    ["elements beside CDATA", "<P><![CDATA[<?xml?>]]><a/></P>", "<?xml?><a/>"],
    ["CDATA inside an element stays CDATA", "<P><a><![CDATA[<]]></a></P>", "<a><![CDATA[<]]></a>"],
    ["namespaces declared above are kept", "<P xmlns:s='urn:s'><s:a/></P>", '<s:a xmlns:s="urn:s"/>'],
    ["nothing", "<P/>", ""],
  ])("%s", (_, document, markup) => {
    expect(parse(document).markup()).toBe(markup);
  });
});

describe("what nobody asked for is unknown", () => {
  test("unasked children and attributes are warned about at their own position", () => {
    const element = parse('<P name="x"\n  colour="y">\n  <A/>\n  <B/></P>');
    const report = new Report();
    element.attribute("name");
    element.child("A");
    element.reportUnknown(report);
    expect(brief(report.problems)).toEqual(["UnknownAttribute 2:10", "UnknownElement 4:3"]);
    expect(report.failed).toBe(false);
  });

  test("the tree is walked below known children, not below unknown or ignored ones", () => {
    const element = parse("<P><A><X/></A><B><Y/></B><C><Z/></C></P>");
    const report = new Report();
    element.child("A");
    element.ignore("C");
    element.reportUnknown(report);
    expect(report.problems.map((problem) => problem.message)).toEqual([
      "<X> is not known inside <A> and has no effect.",
      "<B> is not known inside <P> and has no effect.",
    ]);
  });

  test("the others of a list are left to who asks for them, other attributes are not", () => {
    const element = parse("<P a='1'\n  b='2' xml:lang='en'><A/><B><X/></B><A/></P>");
    const report = new Report();
    expect(element.others("A").map(({ name }) => name)).toEqual(["B"]);
    expect(element.otherAttributes("a")).toEqual(["b"]);
    element.attribute("a");
    element.children("A");
    element.reportUnknown(report);
    expect(brief(report.problems)).toEqual(["UnknownAttribute 2:5"]);
  });

  test("a misspelled name is answered with the name that was probably meant", () => {
    const element = parse("<P enable='true'><Responce/><Condidtion/><Quux/></P>");
    const report = new Report();
    element.attribute("enabled");
    element.child("Response");
    element.child("Condition");
    element.reportUnknown(report);
    expect(report.problems.map((problem) => problem.remedy)).toEqual([
      'Did you mean "enabled"? Otherwise remove the attribute.',
      "Did you mean <Response>? Otherwise remove the element.",
      "Did you mean <Condition>? Otherwise remove the element.",
      "Remove the element, or write one that is known here: <Response>, <Condition>.",
    ]);
  });

  test("what is misspelt is an error where it was to keep something out", () => {
    const element = parse("<P enable='true'>\n<Responce/>\n<Quux b='1'/></P>");
    const report = new Report();
    element.attribute("enabled");
    element.child("Response");
    element.child("Quux")?.attribute("a");
    element.reportUnknown(report, { protects: true });
    expect(report.problems.map(({ severity, code, line }) => `${severity} ${code} ${line}`)).toEqual([
      "error UnknownAttribute 1",
      "error UnknownElement 2",
      "warning UnknownAttribute 3",
    ]);
    expect(report.problems[1]).toMatchObject({
      message:
        "<Responce> is not known inside <P> and has no effect. So the policy lets more pass than it was meant to.",
      remedy: "Did you mean <Response>? Otherwise remove the element.",
    });
  });

  test("all but the last child where only one is read are duplicates", () => {
    const element = parse("<P>\n<A/>\n<A/>\n<B/><B/></P>");
    const report = new Report();
    element.child("A");
    element.child("B");
    element.children("B");
    element.reportUnknown(report);
    expect(brief(report.problems)).toEqual(["DuplicateElement 2:1"]);
  });

  test("everything is known after elements() one level down, and after markup() at any depth", () => {
    const element = parse("<P><A><X><Y z='1'/></X></A></P>");
    const report = new Report();
    element.elements()[0]?.markup();
    element.reportUnknown(report);
    expect(report.problems).toEqual([]);
  });

  test("attributes that belong to XML itself are always known", () => {
    const element = parse(
      "<P xmlns='urn:a' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='T' xml:space='preserve'/>",
    );
    const report = new Report();
    element.reportUnknown(report);
    expect(report.problems).toEqual([]);
  });
});
