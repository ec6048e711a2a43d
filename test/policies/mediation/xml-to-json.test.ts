import { describe, expect, test } from "vitest";
import { ResponseMessage } from "../../../src/flow/message.ts";
import { xmlToJson } from "../../../src/policies/mediation/xml-to-json/xml-to-json.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const policy = (options = "", rest = "<Source>response</Source>") =>
  `<XMLToJSON name="X2J">${rest}${options}</XMLToJSON>`;

function response(content: string, contentType = "application/xml") {
  const message = new ResponseMessage();
  message.setContent(content, contentType);
  return message;
}

async function converted(xml: string, options = "", contentType?: string): Promise<string> {
  const message = response(xml, contentType);
  await runPolicy(xmlToJson, policy(options), flowOf({ response: message }));
  return message.content;
}

const options = (text: string) => `<Options>${text}</Options>`;

describe("Options, by the examples of the documentation", () => {
  const mixed = "<a><b>value1</b><c>value2<d>value3</d>value4</c></a>";
  const namespaced = '<x xmlns="http://abc.com" xmlns:abc1="http://abc1.com"><abc1:y>value</abc1:y></x>';
  const attributes = '<a att1="value1" att2="value2"/>';
  const employers =
    "<employers><employername><name>Adam</name><employees><name>emp1</name></employees></employername></employers>";

  test.each<[name: string, xml: string, options: string, json: string]>([
    ["none", "<a><y>999</y><z>true</z><w/></a>", "", '{"a":{"y":"999","z":"true","w":{}}}'],
    [
      "RecognizeNumber",
      "<a><y>999</y><z>007</z></a>",
      "<RecognizeNumber>true</RecognizeNumber>",
      '{"a":{"y":999,"z":"007"}}',
    ],
    [
      "RecognizeNumber keeps every digit",
      "<a>12345678901234567890.10</a>",
      "<RecognizeNumber>true</RecognizeNumber>",
      '{"a":12345678901234567890.10}',
    ],
    [
      "RecognizeBoolean",
      "<a><y>false</y><z>no</z></a>",
      "<RecognizeBoolean>true</RecognizeBoolean>",
      '{"a":{"y":false,"z":"no"}}',
    ],
    [
      "RecognizeNull",
      "<a><y/><z>NULL</z></a>",
      "<RecognizeNull>true</RecognizeNull>",
      '{"a":{"y":null,"z":null}}',
    ],
    [
      "NullValue",
      "<a><y>nil</y></a>",
      "<RecognizeNull>true</RecognizeNull><NullValue>nil</NullValue>",
      '{"a":{"y":null}}',
    ],
    ["namespaces are dropped", namespaced, "", '{"x":{"y":"value"}}'],
    [
      "NamespaceBlockName and its like",
      namespaced,
      "<NamespaceBlockName>#namespaces</NamespaceBlockName><DefaultNamespaceNodeName>$default</DefaultNamespaceNodeName><NamespaceSeparator>:</NamespaceSeparator>",
      '{"x":{"#namespaces":{"$default":"http://abc.com","abc1":"http://abc1.com"},"abc1:y":"value"}}',
    ],
    [
      "TextAlwaysAsProperty",
      mixed,
      "<TextAlwaysAsProperty>true</TextAlwaysAsProperty><TextNodeName>TEXT</TextNodeName>",
      '{"a":{"b":{"TEXT":"value1"},"c":{"TEXT":["value2","value4"],"d":{"TEXT":"value3"}}}}',
    ],
    [
      "TextNodeName",
      mixed,
      "<TextNodeName>TEXT</TextNodeName>",
      '{"a":{"b":"value1","c":{"TEXT":["value2","value4"],"d":"value3"}}}',
    ],
    ["attributes", attributes, "", '{"a":{"att1":"value1","att2":"value2"}}'],
    [
      "AttributePrefix",
      attributes,
      "<AttributePrefix>BAR_</AttributePrefix>",
      '{"a":{"BAR_att1":"value1","BAR_att2":"value2"}}',
    ],
    [
      "AttributeBlockName",
      attributes,
      "<AttributeBlockName>FOO_BLOCK</AttributeBlockName><AttributePrefix>BAR_</AttributePrefix>",
      '{"a":{"FOO_BLOCK":{"BAR_att1":"value1","BAR_att2":"value2"}}}',
    ],
    [
      "OutputPrefix and OutputSuffix",
      "<a>1</a>",
      "<OutputPrefix>PREFIX_</OutputPrefix><OutputSuffix>_SUFFIX</OutputSuffix>",
      'PREFIX_{"a":"1"}_SUFFIX',
    ],
    ["StripLevels", "<a><b><c>1</c></b></a>", "<StripLevels>2</StripLevels>", '{"c":"1"}'],
    [
      "StripLevels ends where there are several",
      "<a><b>1</b><c>2</c></a>",
      "<StripLevels>3</StripLevels>",
      '{"b":"1","c":"2"}',
    ],
    [
      "TreatAsArray",
      employers,
      "<TreatAsArray><Path>employers/employername/employees/name</Path></TreatAsArray>",
      '{"employers":{"employername":{"name":"Adam","employees":{"name":["emp1"]}}}}',
    ],
    [
      "TreatAsArray unwrap",
      employers,
      '<TreatAsArray><Path unwrap="true">employers/employername/employees/name</Path></TreatAsArray>',
      '{"employers":{"employername":{"name":"Adam","employees":["emp1"]}}}',
    ],
  ])("%s", async (_, xml, given, json) => {
    expect(await converted(xml, options(given))).toBe(json);
  });
});

describe("what every conversion does", () => {
  test.each([
    [
      "children of one name become an array",
      "<a><b>1</b><c>2</c><b>3</b></a>",
      '{"a":{"b":["1","3"],"c":"2"}}',
    ],
    [
      "comments and processing instructions are dropped",
      "<?x y?><a><!-- no --><b>1</b></a>",
      '{"a":{"b":"1"}}',
    ],
    ["CDATA is text", "<a><![CDATA[<b>]]></a>", '{"a":"<b>"}'],
    ["white space around text is dropped", "<a>\n  <b> 1 </b>\n</a>", '{"a":{"b":"1"}}'],
    [
      "names that objects have are names",
      "<a><__proto__>1</__proto__><constructor>2</constructor></a>",
      '{"a":{"__proto__":"1","constructor":"2"}}',
    ],
  ])("%s", async (_, xml, json) => {
    expect(await converted(xml)).toBe(json);
  });
});

describe("Format", () => {
  const xml = '<a n="1"><b>2</b></a>';
  test.each([
    ["xml.com", '{"a":{"@n":"1","b":"2"}}'],
    ["yahoo", '{"a":{"n":1,"b":2}}'],
    ["google", '{"a":{"n":"1","b":{"$t":"2"}}}'],
    ["badgerFish", '{"a":{"@n":"1","b":{"$":"2"}}}'],
  ])("%s", async (format, json) => {
    expect(await converted(xml, `<Format>${format}</Format>`)).toBe(json);
  });

  test("an unknown one, or Options as well, is an error of the deployment", () => {
    const codes = (xml: string) => problemsOf(xmlToJson, xml).map((line) => line.replace(/ [\d:]+$/, ""));
    expect(codes(policy("<Format>jahoo</Format>"))).toEqual(["error UnknownFormat"]);
    expect(codes(policy(`<Format>yahoo</Format>${options("")}`))).toEqual(["error EitherOptionOrFormat"]);
  });

  test("options beside it are known, and misspelt ones are asked about", () => {
    const xml = (inside: string) => policy(`<Format>yahoo</Format>${options(inside)}`);
    const remedies = (inside: string) =>
      loadPolicy(xmlToJson, xml(inside)).report.problems.map(({ code, remedy }) => [code, remedy]);
    const both = ["EitherOptionOrFormat", "Take one of them out."];
    expect(remedies("<RecognizeNull>true</RecognizeNull>")).toEqual([both]);
    expect(remedies("<RecognizeNul>true</RecognizeNul>")).toEqual([
      both,
      ["UnknownElement", "Did you mean <RecognizeNull>? Otherwise remove the element."],
    ]);
  });
});

describe("Source and OutputVariable", () => {
  test("a message becomes JSON with its type", async () => {
    const message = response("<a>1</a>", "text/xml;charset=utf-8");
    await runPolicy(xmlToJson, policy(), flowOf({ response: message }));
    expect([message.content, message.contentType]).toEqual(['{"a":"1"}', "application/json"]);
  });

  test("a message of another type stays as it is", async () => {
    expect(await converted("<a>1</a>", "", "text/html")).toBe("<a>1</a>");
  });

  test("a message gives a message of its kind", async () => {
    const flow = flowOf({ response: response("<a>1</a>") });
    await runPolicy(xmlToJson, policy("<OutputVariable>json</OutputVariable>"), flow);
    expect(variableOf(flow, "json.content")).toBe('{"a":"1"}');
    expect(flow.response?.content).toBe("<a>1</a>");
  });

  test("a text gives a text", async () => {
    const flow = flowOf({ variables: { xml: "<a>1</a>" } });
    await runPolicy(xmlToJson, policy("<OutputVariable>json</OutputVariable>", "<Source>xml</Source>"), flow);
    expect(variableOf(flow, "json")).toBe('{"a":"1"}');
  });
});

describe("faults", () => {
  const text = (source: string, output = "") =>
    policy(output && `<OutputVariable>${output}</OutputVariable>`, `<Source>${source}</Source>`);

  test.each<[code: string, xml: string, fault: string]>([
    ["SourceUnavailable", text("nothing"), "XMLToJSON[X2J]: Source nothing is not available"],
    ["OutputVariableIsNotAvailable", text("xml"), "XMLToJSON[X2J]: Output variable is not available."],
    [
      "InCompatibleTypes",
      text("xml", "request"),
      "XMLToJSON[X2J]: String can not be assigned to message type.",
    ],
    [
      "InvalidSourceType",
      text("number", "json"),
      "XMLToJSON[class java.lang.Integer]: Invalid source type class java.lang.Integer. Valid source types are [message, string].",
    ],
    [
      "ExecutionFailed",
      text("empty", "json"),
      "XMLToJSON[X2J]: Execution failed. reason: Premature end of document while parsing at line 1(possibly  around char 0)",
    ],
  ])("steps.xml2json.%s", async (code, xml, message) => {
    const flow = flowOf({ variables: { xml: "<a/>", number: 1, empty: "" } });
    expect(await faultOf(xmlToJson, xml, flow)).toMatchObject({
      code: `steps.xml2json.${code}`,
      status: 500,
      message,
    });
  });

  test.each([
    ["not well-formed", "<a><b></a>"],
    ["an entity", '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'],
    ["2 MB of empty elements", `<a>${"<b/>".repeat(500_000)}</a>`],
    ["2 MB of attributes", `<a ${Array.from({ length: 200_000 }, (_, at) => `a${at}="1"`).join(" ")}/>`],
    ["nested too deep", "<a>".repeat(20_000) + "</a>".repeat(20_000)],
  ])("steps.xml2json.ExecutionFailed: %s", async (_, xml) => {
    const fault = await faultOf(xmlToJson, policy(), flowOf({ response: response(xml) }));
    expect(fault).toMatchObject({ code: "steps.xml2json.ExecutionFailed", status: 500 });
  });
});
