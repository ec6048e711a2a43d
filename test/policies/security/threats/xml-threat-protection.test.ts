import fc from "fast-check";
import { SaxesParser } from "saxes";
import { expect, test } from "vitest";
import { RequestMessage } from "../../../../src/flow/message.ts";
import { scanXml, unlimited } from "../../../../src/policies/parts/scan-xml.ts";
import { xmlThreatProtection } from "../../../../src/policies/security/threats/xml-threat-protection.ts";
import { faultOf, flowOf, problemsOf, runPolicy } from "../../policy-kit.ts";

const XML = "http://www.w3.org/XML/1998/namespace";

const policy = (inside = "") => `<XMLThreatProtection name="X">${inside}</XMLThreatProtection>`;
const holding = (body: string | Uint8Array, type = "application/xml") =>
  flowOf({
    request: new RequestMessage({ verb: "POST", headers: new Headers({ "content-type": type }), body }),
  });
const names = (inside: string) => `<NameLimits>${inside}</NameLimits>`;
const structure = (inside: string) => `<StructureLimits>${inside}</StructureLimits>`;
const values = (inside: string) => `<ValueLimits>${inside}</ValueLimits>`;

async function refusal(inside: string, body: string | Uint8Array): Promise<string | null> {
  const thrown: unknown = await runPolicy(xmlThreatProtection, policy(inside), holding(body)).then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown === null) return null;
  const { code, status, message } = await faultOf(xmlThreatProtection, policy(inside), holding(body));
  expect([code, status]).toEqual(["steps.xmlthreatprotection.ExecutionFailed", 500]);
  const begin =
    "XMLThreatProtection stepDefinition X: Execution failed. reason: XMLThreatProtection stepDefinition X: ";
  expect(message.startsWith(begin)).toBe(true);
  return message.slice(begin.length).replace(/ at line.*| while parsing.*/, "");
}

test.each<[string, string, string | null]>([
  [names("<Element>5</Element>"), "<abcde/>", null],
  [names("<Element>5</Element>"), "<abcdef/>", "Element name length exceeded 5"],
  [names("<Element>5</Element>"), '<longer:abcde xmlns:longer="u"/>', null],
  [
    names("<NamespacePrefix>3</NamespacePrefix>"),
    '<long:a xmlns:long="u"/>',
    "Namespace prefix length exceeded 3",
  ],
  [names("<Attribute>2</Attribute>"), '<a ab="1"/>', null],
  [names("<Attribute>2</Attribute>"), '<a abc="1"/>', "Attribute name length exceeded 2"],
  [
    names("<ProcessingInstructionTarget>2</ProcessingInstructionTarget>"),
    "<a><?abc x?></a>",
    "Processing instruction target length exceeded 2",
  ],
  [structure("<NodeDepth>2</NodeDepth>"), "<a><b/><b/></a>", null],
  [structure("<NodeDepth>2</NodeDepth>"), "<a><b><c/></b></a>", "Node depth exceeded 2"],
  [
    structure("<AttributeCountPerElement>1</AttributeCountPerElement>"),
    '<a x="1" xmlns="u" xmlns:p="v"/>',
    null,
  ],
  [
    structure("<AttributeCountPerElement>1</AttributeCountPerElement>"),
    '<a x="1" y="2"/>',
    "Attribute count exceeded 1",
  ],
  [
    structure("<NamespaceCountPerElement>1</NamespaceCountPerElement>"),
    '<a xmlns="u" xmlns:p="v"/>',
    "Namespace count exceeded 1",
  ],
  [structure("<ChildCount>3</ChildCount>"), "<a><b/>x<!-- c --></a>", null],
  [structure("<ChildCount>3</ChildCount>"), "<a><b/>x<!-- c --><?p d?></a>", "Children count exceeded 3"],
  [
    structure(
      '<ChildCount includeComment="false" includeProcessingInstruction="false" includeText="false">1</ChildCount>',
    ),
    "<a>x<b/><!-- c --><?p d?></a>",
    null,
  ],
  [structure('<ChildCount includeElement="false">1</ChildCount>'), "<a><b/><b/></a>", null],
  [values("<Text>3</Text>"), "<a>abc</a>", null],
  [values("<Text>3</Text>"), "<a>abcd</a>", "Text length exceeded 3"],
  [values("<Text>3</Text>"), "<a><![CDATA[abcd]]></a>", "Text length exceeded 3"],
  [values("<Attribute>1</Attribute>"), '<a x="12"/>', "Attribute value length exceeded 1"],
  [values("<NamespaceURI>1</NamespaceURI>"), '<a xmlns="uv"/>', "Namespace URI length exceeded 1"],
  [values("<Comment>1</Comment>"), "<a><!--ab--></a>", "Comment length exceeded 1"],
  [
    values("<ProcessingInstructionData>1</ProcessingInstructionData>"),
    "<a><?p ab?></a>",
    "Processing instruction data length exceeded 1",
  ],
  [structure("<NodeDepth>-1</NodeDepth>"), "<a><b><c/></b></a>", null],
])("%s with %s", async (inside, body, expected) => {
  expect(await refusal(inside, body)).toBe(expected);
});

test.each([
  ["a comment", "<a>abc<!-- -->def</a>"],
  ["CDATA", "<a>abc<![CDATA[def]]></a>"],
  ["an instruction", "<a>abc<?x?>def</a>"],
])("a text in two parts with %s between is one", async (_, body) => {
  expect(await refusal(values("<Text>5</Text>"), body)).toBe("Text length exceeded 5");
  expect(await refusal(values("<Text>6</Text>"), body)).toBeNull();
});

test("texts with an element between are two", async () => {
  expect(await refusal(values("<Text>5</Text>"), "<a>abcde<b>abcde</b>abcde</a>")).toBeNull();
});

test("the fault says where", async () => {
  const fault = await faultOf(
    xmlThreatProtection,
    policy(names("<Element>5</Element>")),
    holding("<a>\n<abcdef/></a>"),
  );
  expect(fault.message).toMatch(/Element name length exceeded 5 at line 2\(possibly around char \d+\)$/);
});

test.each([
  ["ends early", "<a><b>", "Premature end of document"],
  ["is empty of elements", "<!-- x -->", "Premature end of document"],
  ["has another end tag", "<a></b>", null],
  ["has an attribute twice", '<a x="1" x="2"/>', null],
  ["has an unknown prefix", "<p:a/>", null],
  ["has an unknown prefix at an attribute", '<a p:b=""/>', null],
  ["has a prefix that is known elsewhere", '<a><b xmlns:p="u"/><p:b/></a>', null],
  ["has an attribute twice under two prefixes", '<a xmlns:p="u" xmlns:q="u" p:b="" q:b=""/>', null],
  ["has a prefix for nothing", '<a xmlns:p=""/>', null],
  ["declares a prefix without a name", '<a xmlns:="u"/>', null],
  ["declares xmlns", '<a xmlns:xmlns="u"/>', null],
  ["declares xml anew", '<a xmlns:xml="u"/>', null],
  ["has two prefixes at once", '<a:b:c xmlns:a="u"/>', null],
  ["has a name of a prefix alone", '<a: xmlns:a="u"/>', null],
  ["has an unknown entity", "<a>&b;</a>", null],
  ["has a bare ampersand", "<a>&</a>", null],
  ["has two roots", "<a/><b/>", null],
  ["is text", "hello", null],
  ["has a forbidden character", "<a>\u0001</a>", null],
])("what %s is refused", async (_, body, expected) => {
  const reason = await refusal("", body);
  expect(reason).not.toBeNull();
  if (expected !== null) expect(reason).toBe(expected);
});

test.each([
  ["a billion laughs", `<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "${"&a;".repeat(10)}">]><l>&b;</l>`],
  ["an external entity", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
  ["any document type", "<!DOCTYPE a><a/>"],
])("%s is refused", async (_, body) => {
  expect(await refusal("", body)).toBe("Document type declarations are not allowed");
});

test("10 MB, deep and broad", async () => {
  expect(await refusal("", "<a>".repeat(3_000_000))).toBe("Node depth exceeded 10000");
  expect(await refusal(structure("<ChildCount>10</ChildCount>"), `<a>${"<b/>".repeat(2_000_000)}</a>`)).toBe(
    "Children count exceeded 10",
  );
  expect(await refusal(values("<Text>10</Text>"), `<a>${"x".repeat(9_000_000)}</a>`)).toBe(
    "Text length exceeded 10",
  );
});

test("the document is as well-formed as the parser's own look at namespaces finds it", () => {
  const prefix = fc.constantFrom("", "p:", "q:", "xml:", "xmlns:");
  const attribute = fc
    .tuple(
      fc.constantFrom("xmlns", "xmlns:p", "xmlns:q", "a", "p:a", "q:a", "xml:a"),
      fc.constantFrom("u", "v", XML),
    )
    .map(([name, value]) => `${name}="${value}"`);
  const elementOf = (inside: fc.Arbitrary<string[]>) =>
    fc
      .tuple(prefix, fc.array(attribute, { maxLength: 3 }), inside)
      .map(([name, held, children]) => `<${name}e ${held.join(" ")}>${children.join("")}</${name}e>`);
  const some = (child: fc.Arbitrary<string>) => fc.array(child, { maxLength: 2 });
  const element = elementOf(some(elementOf(some(elementOf(fc.constant([]))))));
  fc.assert(
    fc.property(element, (text) => {
      const parser = new SaxesParser({ xmlns: true });
      let isWrong = false;
      parser.on("error", () => {
        isWrong = true;
      });
      parser.write(text).close();
      expect(scanXml(text, unlimited) !== null).toBe(isWrong);
    }),
    { numRuns: 500 },
  );
});

test("prefixes that are declared far outside", async () => {
  const [deep, broad] = [9_000, 400_000];
  const body = `<p:a xmlns:p="u">${"<p:a>".repeat(deep)}${"<p:b/>".repeat(broad)}${"</p:a>".repeat(deep + 1)}`;
  expect(await refusal("", body)).toBeNull();
});

test.each(["utf-7", "UTF-16", "cp037"])("a document that says it is %s is refused", async (encoding) => {
  const body = `<?xml version="1.0" encoding='${encoding}'?><a>+ADwAIQ-</a>`;
  expect(await refusal("", body)).toBe("Content is not UTF-8");
  expect(await refusal("", `\uFEFF${body}`)).toBe("Content is not UTF-8");
});

test("bytes that are not UTF-8 are refused", async () => {
  expect(await refusal("", new Uint8Array([0x3c, 0x61, 0xff, 0x2f, 0x3e]))).toBe("Content is not UTF-8");
});

test.each([
  ["no payload", flowOf()],
  ["another type", holding("<a", "application/json")],
])("%s passes", async (_, flow) => {
  await runPolicy(xmlThreatProtection, policy(), flow);
});

test.each(["text/xml", "application/soap+xml; charset=utf-8", "text/plain, application/xml"])(
  "%s is XML",
  async (type) => {
    expect((await faultOf(xmlThreatProtection, policy(), holding("<a", type))).faultName).toBe(
      "ExecutionFailed",
    );
  },
);

test("a limit that is no number is refused", () => {
  expect(problemsOf(xmlThreatProtection, policy(structure("<NodeDepth>deep</NodeDepth>")))).toEqual([
    "error InvalidLimit 1:48",
  ]);
});
