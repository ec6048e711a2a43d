import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { XmlElement } from "../../src/documents/element.ts";
import { MAX_XML_DEPTH, MAX_XML_SIZE, parseXml } from "../../src/documents/parse.ts";
import { Report } from "../../src/documents/report.ts";
import { parse } from "./document.ts";

function refuse(document: string | Uint8Array) {
  const report = new Report();
  parseXml(document, "policies/P.xml", report);
  expect(report.failed).toBe(true);
  expect(report.problems).toHaveLength(1);
  const [problem] = report.problems;
  return `${problem?.code} ${problem?.line}:${problem?.column} ${problem?.message}`;
}

function places(element: XmlElement): string[] {
  return [`${element.name} ${element.line}:${element.column}`, ...element.elements().flatMap(places)];
}

describe("the position of an element is that of its start tag", () => {
  test.each([
    ["on one line", "<a><b/><c>x</c></a>", ["a 1:1", "b 1:4", "c 1:8"]],
    ["with line feeds", "<a>\n  <b/>\n  <c/>\n</a>", ["a 1:1", "b 2:3", "c 3:3"]],
    ["with CRLF", "<a>\r\n  <b/>\r\n\r\n  <c/>\r\n</a>", ["a 1:1", "b 2:3", "c 4:3"]],
    ["with lone carriage returns", "<a>\r  <b/>\r</a>", ["a 1:1", "b 2:3"]],
    ["a tab is one column", "<a>\n\t\t<b/></a>", ["a 1:1", "b 2:3"]],
    ["after a byte order mark", "\uFEFF<a>\n<b/></a>", ["a 1:1", "b 2:1"]],
    ["after a declaration", '<?xml version="1.0"?>\n\n<a/>', ["a 3:1"]],
    ["after comments", "<!-- one\n two -->\n<a><!-- x\n\n --><b/></a>", ["a 3:1", "b 5:5"]],
    ["after CDATA", "<a><![CDATA[ <x>\n]]]] > ]]><b/>\n<c/></a>", ["a 1:1", "b 2:11", "c 3:1"]],
    ["after an instruction", "<a><?p q\nr?><b/></a>", ["a 1:1", "b 2:4"]],
    [
      "with attributes on lines of their own",
      '<a\n x="1"\n y="2\n3">\n<b\n/>\n<c/></a>',
      ["a 1:1", "b 5:1", "c 7:1"],
    ],
    ["after references", "<a>&lt;&#x1F600;&amp;<b/></a>", ["a 1:1", "b 1:22"]],
    ["after characters beyond the BMP", "<a>😀<b/></a>", ["a 1:1", "b 1:6"]],
    ["U+2028 and U+0085 end no line", "<a>\u2028\u0085<b/></a>", ["a 1:1", "b 1:6"]],
  ])("%s", (_, document, expected) => {
    expect(places(parse(document))).toEqual(expected);
  });
});

describe("a document that is not well-formed is refused as InvalidXML, at the place to look at", () => {
  test.each([
    ["", "InvalidXML 1:1 The document has no root element."],
    ["text", "InvalidXML 1:1 The document has no root element."],
    ["<a>\n <b>\n</a>", "InvalidXML 2:2 <b> is not closed"],
    ["<a>\n <b></b>\n", "InvalidXML 1:1 <a> is not closed"],
    ["<a>\n x &foo; y</a>", 'InvalidXML 2:4 The entity reference "&foo;" is not known.'],
    ["<a\n b='&foo;'/>", 'InvalidXML 2:5 The entity reference "&foo;" is not known.'],
    ["<a>\n x && y</a>", 'InvalidXML 2:4 A bare "&" is not allowed.'],
    ["<a b='1&2'/>", 'InvalidXML 1:8 A bare "&" is not allowed.'],
    ["<a>\n &amp</a>", 'InvalidXML 2:2 A bare "&" is not allowed.'],
    ["<a>]]></a>", 'InvalidXML 1:4 "]]>" is not allowed in text.'],
    ["<a>\n\u0001</a>", "InvalidXML 2:1 The character U+0001"],
    ["<a>\n&#0;</a>", "InvalidXML 2:1 The character U+0000"],
    ["<a>\n&#x110000;</a>", "InvalidXML 2:1 The character U+110000"],
    ["<a>\n&#xD800;</a>", "InvalidXML 2:1 The character U+D800"],
    ["<a>\uD800</a>", "InvalidXML 1:4 The character U+D800"],
    ["<a b=1/>", "InvalidXML 1:1 The value of an attribute has no quotes."],
    ["<a b/>", 'InvalidXML 1:1 The attribute "b" has no value.'],
    ["<a b='1' b='2'/>", 'InvalidXML 1:1 The attribute "b" is there twice.'],
    ["<a>\n<b c='<'/></a>", 'InvalidXML 2:1 The value of an attribute holds a "<"'],
    ["<a><p:b/></a>", "InvalidXML 1:4 A name has a prefix that stands for no namespace."],
    ["<a/><b/>", "InvalidXML 1:5 There is a second element beside the root element."],
    ["<a/>text", "There is text outside of the root element."],
    ["x<a/>", "InvalidXML 1:1 There is text outside of the root element."],
    ["<a><!-- -- --></a>", 'InvalidXML 1:4 A comment is not closed, or holds "--".'],
    [" <?xml version='1.0'?><a/>", "InvalidXML 1:2 The XML declaration is malformed, or does not stand"],
    ["<a b='", "InvalidXML 1:1"],
    ["<a b='x\">c</a>", "InvalidXML 1:1 The value of an attribute is not closed."],
    ["<a b='1'c='2'/>", 'InvalidXML 1:1 Nothing separates the attribute "b" from what follows.'],
    ["<a><![CDATA[x</a>", "InvalidXML 1:4 A CDATA section is not closed"],
    ["<a><?p x</a>", "InvalidXML 1:4 An instruction, which starts with <?, is not closed."],
    ["<a>1 < 2</a>", 'InvalidXML 1:6 There is a "<" that begins no tag.'],
    ["<a>x<y</a>", 'InvalidXML 1:5 There is a "<" that begins no tag.'],
    ["<1a/>", 'InvalidXML 1:1 "1a" is no name of an element.'],
    ["<a :b='1'/>", 'InvalidXML 1:1 ":b" is no name of an attribute.'],
    ["<a b='c' /c>", 'InvalidXML 1:1 The "/" of an empty element stands before something else.'],
    ["<a></ a>", "InvalidXML 1:1 An end tag is malformed or not closed."],
    ["<a><!DOCTYPE x></a>", 'InvalidXML 1:4 What starts with "<!" means nothing here.'],
    ["<a", "InvalidXML 1:1 A tag is not closed."],
  ])("%j", (document, expected) => {
    expect(refuse(document)).toContain(expected);
  });

  test("all that the parser lets pass is said, and the rest of the file is read", () => {
    const report = new Report();
    const root = parseXml("<a b='&'>\n x && y ]]> &#0;<c/></a>", "p.xml", report);
    expect(report.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
      '1:7 A bare "&" is not allowed.',
      '2:4 A bare "&" is not allowed.',
      '2:9 "]]>" is not allowed in text.',
      "2:13 The character U+0000 is not allowed in XML.",
    ]);
    expect(root?.child("c")?.name).toBe("c");
    const many = new Report();
    parseXml(`<a>${"& ".repeat(500_000)}</a>`, "p.xml", many);
    expect(many.problems).toHaveLength(20);
  });

  test("no problem shows the parser's words", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            "<a",
            "<",
            ">",
            "/",
            "=",
            "'",
            '"',
            "&",
            "b",
            " ",
            "!",
            "?",
            "-",
            "]]>",
            "<![CDATA[",
            "<!--",
            "<?xml",
            ":",
            "</a>",
            "\n",
          ),
          { maxLength: 12 },
        ),
        (pieces) => {
          const report = new Report();
          parseXml(pieces.join(""), "p.xml", report);
          for (const { message, remedy } of report.problems) {
            expect(`${message} ${remedy}`).not.toMatch(/Error|parse|well-formed|!!|missed|position/);
          }
        },
      ),
    );
  });

  test("every problem has a remedy and names the file", () => {
    const report = new Report();
    parseXml("<a>&foo;</a>", "policies/P.xml", report);
    expect(report.problems[0]).toMatchObject({ file: "policies/P.xml", severity: "error" });
    expect(report.problems[0]?.remedy).toContain("&amp;");
  });
});

describe("ampersands and section ends are free where XML allows them", () => {
  test.each([
    ["<a><![CDATA[x && y &foo;]]></a>", "x && y &foo;"],
    ["<a><!-- x && y ]]> -->&amp;&#38;&#x26;</a>", "&&&"],
    ["<a>]]&gt;</a>", "]]>"],
    ["<a>\uFFFD</a>", "\uFFFD"],
  ])("%j", (document, text) => {
    expect(parse(document).text()).toBe(text);
  });
});

describe("document type declarations", () => {
  test.each([
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    '<!DOCTYPE a PUBLIC "-//X" "http://example.com/x.dtd"><a/>',
    "<!DOCTYPE a []><a/>",
  ])("%s is refused", (document) => {
    expect(refuse(document)).toContain("DoctypeNotAllowed 1:1");
  });

  test("the place of a refused DOCTYPE is known behind comments and instructions", () => {
    expect(refuse("<?xml version='1.0'?>\n<!-- <!DOCTYPE b> -->\n <!DOCTYPE a []><a/>")).toContain(
      "DoctypeNotAllowed 3:2",
    );
  });

  test("a DOCTYPE that only names the root element is accepted", () => {
    expect(parse("<!DOCTYPE a><a/>").name).toBe("a");
  });
});

describe("encodings", () => {
  test("UTF-8 bytes are read, with or without byte order mark", () => {
    expect(parse(new TextEncoder().encode("<a>ü</a>")).text()).toBe("ü");
    expect(parse(new TextEncoder().encode("\uFEFF<a>ü</a>")).text()).toBe("ü");
  });

  test.each(["UTF-8", "utf-8", "UTF8", "US-ASCII"])("a declared %s is accepted", (encoding) => {
    expect(parse(`<?xml version="1.0" encoding="${encoding}" standalone="yes"?><a/>`).name).toBe("a");
  });

  test("another declared encoding is refused by name", () => {
    expect(refuse('<?xml version="1.0" encoding="ISO-8859-1"?><a/>')).toContain('"ISO-8859-1"');
  });

  test("bytes that are not UTF-8 are refused", () => {
    expect(refuse(new Uint8Array([0x3c, 0x61, 0xff]))).toContain("not UTF-8");
    expect(refuse(new Uint8Array([0xff, 0xfe, 0x3c, 0]))).toContain("UTF-16");
  });
});

describe("limits", () => {
  const nested = (depth: number) => "<a>".repeat(depth) + "</a>".repeat(depth);

  test("elements may be nested up to the limit", () => {
    expect(parse(nested(MAX_XML_DEPTH)).name).toBe("a");
    expect(refuse(nested(MAX_XML_DEPTH + 1))).toContain(
      `InvalidXML 1:${3 * MAX_XML_DEPTH + 1} Elements are nested`,
    );
  });

  test("ten thousand namespace prefixes are refused before they take their time", () => {
    const prefixes = Array.from({ length: 10_000 }, (_, index) => `xmlns:p${index}="u"`).join(" ");
    expect(refuse(`<a ${prefixes}/>`)).toContain("namespace prefixes, which are declared too often");
  });

  test("nesting a hundred thousand deep is refused like any other", () => {
    expect(refuse(nested(100_000))).toContain("nested more than");
  });

  test("a document above the size limit is refused", () => {
    expect(refuse(`<a>${" ".repeat(MAX_XML_SIZE)}</a>`)).toContain("larger than");
  });
});
