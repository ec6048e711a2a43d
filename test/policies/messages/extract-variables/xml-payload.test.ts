import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Float } from "../../../../src/expression/value.ts";
import type { FlowContext } from "../../../../src/flow/context.ts";
import { ResponseMessage } from "../../../../src/flow/message.ts";
import { extractVariables } from "../../../../src/policies/messages/extract-variables/extract-variables.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";

/** A flow with this XML as its response. */
const xmlFlow = (body: string, contentType = "application/xml") =>
  flowOf({ response: new ResponseMessage({ headers: new Headers({ "content-type": contentType }), body }) });

const policy = (inside: string, payload = "<XMLPayload>") =>
  `<ExtractVariables name="EV">${payload}${inside}</XMLPayload></ExtractVariables>`;

const variable = (xpath: string, type = "", name = "found") =>
  `<Variable name="${name}"${type && ` type="${type}"`}><XPath>${xpath.replaceAll("<", "&lt;")}</XPath></Variable>`;

async function extracted(inside: string, flow: FlowContext, ...names: string[]) {
  await runPolicy(extractVariables, policy(inside), flow);
  return names.map((name) => variableOf(flow, name));
}

test("extracts the documented sample", async () => {
  const xml = `
    <ExtractVariables name="ExtractVariables-4">
      <Source>response</Source>
      <XMLPayload>
        <Namespaces><Namespace prefix="dir">urn:43BFF88D-D204-4427-B6BA-140AF393142F</Namespace></Namespaces>
        <Variable name="travelmode" type="string"><XPath>/dir:Directions/dir:route/dir:leg/dir:step/@mode</XPath></Variable>
        <Variable name="duration" type="string">
          <XPath>/dir:Directions/dir:route/dir:leg/dir:step/dir:duration/dir:value</XPath>
        </Variable>
        <Variable name="timeunit" type="string">
          <XPath>/dir:Directions/dir:route/dir:leg/dir:step/dir:duration/dir:text</XPath>
        </Variable>
      </XMLPayload>
      <VariablePrefix>directionsresponse</VariablePrefix>
    </ExtractVariables>`;
  const body = `<Directions xmlns="urn:43BFF88D-D204-4427-B6BA-140AF393142F"><status>OK</status><route><leg>
    <step mode="DRIVING"><duration><value>19</value><text>minutes</text></duration></step></leg></route></Directions>`;
  const flow = await runPolicy(extractVariables, xml, xmlFlow(body, "text/xml"));
  expect(
    ["travelmode", "duration", "timeunit"].map((name) => variableOf(flow, `directionsresponse.${name}`)),
  ).toEqual(["DRIVING", "19", "minutes"]);
});

const store = `<store open="true"><name>Ann &amp; Co</name><age> 41 </age><ratio>1.5</ratio><empty/>
<book><title>One</title></book><book><title>Two</title></book></store>`;

describe("a variable holds what its XPath finds, as its type", () => {
  test.each([
    ["/store/name", "", "Ann & Co"],
    ["/store/book/title", "", "One"],
    ["/store/book[2]/title", "", "Two"],
    ["/store/empty", "", ""],
    ["/store/missing", "", null],
    ["/store/@open", "boolean", true],
    ["/store/age", "integer", 41],
    ["/store/age", "long", 41n],
    ["/store/ratio", "double", new Float(1.5, "double")],
    ["/store/ratio", "float", new Float(1.5, "float")],
    ["count(/store/book)", "integer", 2],
    ["count(/store/book)", "", "2"],
    ["3 div 2", "integer", 1],
    ["count(/store/book) > 1", "boolean", true],
    ["count(/store/missing)", "", "0"],
    ["concat(/store/ratio, 'x')", "string", "1.5x"],
    ["local-name(/store/missing)", "string", null],
    ["/store/book", "nodeset", "<book><title>One</title></book><book><title>Two</title></book>"],
    ["/store/@open", "nodeset", "true"],
    ["/store/missing", "nodeset", null],
  ])("%s as %s", async (xpath, type, value) => {
    expect(await extracted(variable(xpath, type), xmlFlow(store), "found")).toEqual([value]);
  });

  test.each([
    ["/store/name", "integer", "Unable to cast value Ann & Co as INTEGER."],
    ["/store/ratio", "boolean", "Unable to cast value 1.5 as BOOLEAN."],
    ["/store/empty", "double", "Unable to cast value  as DOUBLE."],
  ])("%s as %s is UnableToCast", async (xpath, type, message) => {
    expect(await faultOf(extractVariables, policy(variable(xpath, type)), xmlFlow(store))).toMatchObject({
      code: "steps.extractvariables.UnableToCast",
      status: 500,
      message,
    });
  });
});

describe("stopPayloadProcessing", () => {
  const three = variable("/a/none", "", "x") + variable("/a/b", "", "y") + variable("/a/c", "", "z");
  test.each([
    ["true", [null, "1", null]],
    ["false", [null, "1", "2"]],
  ])("%s", async (stop, values) => {
    const flow = xmlFlow("<a><b>1</b><c>2</c></a>");
    await runPolicy(extractVariables, policy(three, `<XMLPayload stopPayloadProcessing="${stop}">`), flow);
    expect(["x", "y", "z"].map((name) => variableOf(flow, name))).toEqual(values);
  });
});

describe("XML is extracted only from content of an XML type", () => {
  test.each([
    ["text/xml", "1"],
    ["text/xml; charset=utf-8", "1"],
    ["application/xml", "1"],
    ["application/soap+xml", "1"],
    ["application/json", null],
    ["application/xmlx", null],
    ["text/plain+xml", null],
    ["", null],
  ])("%s", async (type, value) => {
    expect(await extracted(variable("/a"), xmlFlow("<a>1</a>", type), "found")).toEqual([value]);
  });

  test("the text of a variable needs no Content-Type", async () => {
    const xml = policy(variable("/a")).replace("</XMLPayload>", "</XMLPayload><Source>saved</Source>");
    const flow = await runPolicy(extractVariables, xml, flowOf({ variables: { saved: "<a>1</a>" } }));
    expect(variableOf(flow, "found")).toBe("1");
  });
});

test.each([
  "",
  " ",
  "plain",
  "<a>",
  "<a/><b/>",
  "<a>&unknown;</a>",
  '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
  "{}",
])("ExecutionFailed: the payload is %j", async (body) => {
  expect(await faultOf(extractVariables, policy(variable("/a")), xmlFlow(body))).toMatchObject({
    code: "steps.extractvariables.ExecutionFailed",
    status: 500,
    message: "Failed to execute the ExtractVariables: EV",
  });
});

describe("what is wrong with XMLPayload is reported with its place", () => {
  const namespaces = (inside: string) => `<Namespaces>${inside}</Namespaces>${variable("/a")}`;
  const holding = (inside: string) => `<Variable name="v">${inside}</Variable>`;
  test.each([
    ["", "error NoXPathsToEvaluate 1:29"],
    [holding(""), "error NoXPathsToEvaluate 1:41"],
    [holding("<XPath/>"), "error EmptyXPathExpression 1:60"],
    [holding("<XPath>/a[</XPath>"), "error XPathCompilationFailed 1:60"],
    [holding("<XPath>/apigee:Directions/apigee:route</XPath>"), "error XPathCompilationFailed 1:60"],
    [holding("<XPath>today()</XPath>"), "error XPathCompilationFailed 1:60"],
    [variable("123", "nodeset"), "error CannotBeConvertedToNodeset 1:79"],
    [variable("concat('a', 'b')", "nodeset"), "error CannotBeConvertedToNodeset 1:79"],
    [variable("/a", "number"), "warning InvalidValue 1:41"],
    ["<Variable><XPath>/a</XPath></Variable>", "warning MissingName 1:41"],
    [namespaces('<Namespace prefix="apigee"></Namespace>'), "error NONEmptyPrefixMappedToEmptyURI 1:53"],
    [namespaces("<Namespace>urn:a</Namespace>"), "error MissingPrefix 1:53"],
    [
      namespaces('<Namespace prefix="a">urn:a</Namespace><Namespace prefix="a">urn:a</Namespace>'),
      "error DuplicatePrefix 1:92",
    ],
  ])("%s", (inside, problem) => {
    expect(problemsOf(extractVariables, policy(inside))).toEqual([problem]);
  });

  test("an XPath is no message template", async () => {
    expect(problemsOf(extractVariables, policy(variable("/{a}")))).toEqual([
      "error XPathCompilationFailed 1:64",
    ]);
  });
});

test("the content of the source is declared", () => {
  expect([...loadPolicy(extractVariables, policy(variable("/a"))).reads]).toEqual(["message"]);
});

test("text that is planted in a document is found again", async () => {
  const name = fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom(..."abcdef") });
  const text = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((value) => !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(value));
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 8 }), text, async (names, value) => {
      const escaped = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      const body = names.reduceRight((inner, tag) => `<${tag}><other/>${inner}</${tag}>`, escaped);
      const path = names.map((tag) => `/${tag}`).join("");
      expect(await extracted(variable(path), xmlFlow(body), "found")).toEqual([value]);
    }),
  );
});

test("no content makes the policy fail otherwise than with its faults", async () => {
  const markup = fc.string({
    unit: fc.constantFrom(..."<>/&;=\"'!-[]?ab: ", "<a>", "</a>", "<!--", "<![CDATA["),
  });
  await fc.assert(
    fc.asyncProperty(markup, async (body) => {
      for (const xpath of ["/a", "//*", "count(//@a)"]) {
        await runPolicy(extractVariables, policy(variable(xpath)), xmlFlow(body)).catch((fault: unknown) =>
          expect(fault).toMatchObject({ code: "steps.extractvariables.ExecutionFailed" }),
        );
      }
    }),
  );
});
