import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestMessage } from "../../../src/flow/message.ts";
import { jsonToXml } from "../../../src/policies/mediation/json-to-xml/json-to-xml.ts";
import { xmlToJson } from "../../../src/policies/mediation/xml-to-json/xml-to-json.ts";
import { scanXml, unlimited } from "../../../src/policies/parts/scan-xml.ts";
import { faultOf, flowOf, runPolicy, variableOf } from "../policy-kit.ts";

const policy = (options = "", rest = "<Source>request</Source>") =>
  `<JSONToXML name="J2X">${rest}<Options>${options}</Options></JSONToXML>`;

function request(content: string, contentType = "application/json") {
  const message = new RequestMessage({ verb: "POST" });
  message.setContent(content, contentType);
  return message;
}

async function converted(json: unknown, options = ""): Promise<string> {
  const message = request(typeof json === "string" ? json : JSON.stringify(json));
  await runPolicy(
    jsonToXml,
    policy(`<OmitXmlDeclaration>true</OmitXmlDeclaration>${options}`),
    flowOf({ request: message }),
  );
  return message.content;
}

const namespaces =
  "<NamespaceBlockName>#namespaceblock</NamespaceBlockName><DefaultNamespaceNodeName>$default</DefaultNamespaceNodeName><NamespaceSeparator>:</NamespaceSeparator>";

describe("Options, by the examples of the documentation", () => {
  test.each<[name: string, json: unknown, options: string, xml: string]>([
    [
      "namespaces",
      {
        vehicle: {
          "#namespaceblock": {
            $default: "http://www.w3.org/1999/name",
            model: "http://www.w3.org/1999/model",
          },
          name: "Car",
          "model:name": "Alto",
        },
      },
      namespaces,
      '<vehicle xmlns="http://www.w3.org/1999/name" xmlns:model="http://www.w3.org/1999/model"><name>Car</name><model:name>Alto</model:name></vehicle>',
    ],
    [
      "TextNodeName",
      { person: { firstName: "Adam", age: 30, lastName: "Philip" } },
      "<TextNodeName>age</TextNodeName>",
      "<person><firstName>Adam</firstName>30<lastName>Philip</lastName></person>",
    ],
    [
      "AttributeBlockName",
      { person: { "#attrs": { firstName: "Adam" }, location: "California" } },
      "<AttributeBlockName>#attrs</AttributeBlockName>",
      '<person firstName="Adam"><location>California</location></person>',
    ],
    [
      "AttributePrefix",
      { person: { "#firstName": "Adam", location: "California" } },
      "<AttributePrefix>#</AttributePrefix>",
      '<person firstName="Adam"><location>California</location></person>',
    ],
    [
      "AttributeBlockName with AttributePrefix, as XMLToJSON writes them",
      { car: { "#attrs": { "@doors": 4, seats: 5 }, "@year": 1999, name: "Alto" } },
      "<AttributeBlockName>#attrs</AttributeBlockName><AttributePrefix>@</AttributePrefix>",
      '<car doors="4" seats="5" year="1999"><name>Alto</name></car>',
    ],
    [
      "AttributePrefix that the name of the block of namespaces begins with",
      { car: { "@xmlns": { $: "urn:cars" }, "@year": 1999 } },
      `<NamespaceBlockName>@xmlns</NamespaceBlockName><NamespaceSeparator>:</NamespaceSeparator>
      <DefaultNamespaceNodeName>$</DefaultNamespaceNodeName><AttributePrefix>@</AttributePrefix>`,
      '<car xmlns="urn:cars" year="1999"/>',
    ],
    [
      "InvalidCharsReplacement",
      { "First%%%Name": "Adam" },
      "<InvalidCharsReplacement>_</InvalidCharsReplacement>",
      "<First___Name>Adam</First___Name>",
    ],
    ["a digit in front", { "1a": 1 }, "<InvalidCharsReplacement>_</InvalidCharsReplacement>", "<_a>1</_a>"],
    [
      "ObjectRootElementName",
      { a: 1, b: 2 },
      "<ObjectRootElementName>Order</ObjectRootElementName>",
      "<Order><a>1</a><b>2</b></Order>",
    ],
    ["its default", { a: 1, b: 2 }, "", "<Root><a>1</a><b>2</b></Root>"],
    [
      "ArrayRootElementName and ArrayItemElementName",
      ["Doctor", { occupation: "Engineer" }],
      "<ArrayRootElementName>Jobs</ArrayRootElementName><ArrayItemElementName>Job</ArrayItemElementName>",
      "<Jobs><Job>Doctor</Job><Job><occupation>Engineer</occupation></Job></Jobs>",
    ],
    [
      "their defaults",
      ["Doctor", ["a"]],
      "",
      "<Array><Item>Doctor</Item><Item><Item>a</Item></Item></Array>",
    ],
    ["NullValue", { a: { b: null, c: "NULL", d: "nil" } }, "", "<a><b/><c/><d>nil</d></a>"],
    [
      "another NullValue",
      { a: { c: "NULL", d: "nil" } },
      "<NullValue>nil</NullValue>",
      "<a><c>NULL</c><d/></a>",
    ],
    [
      "Indent",
      { a: { b: 1, c: [2, 3] } },
      "<Indent>true</Indent>",
      "<a>\n  <b>1</b>\n  <c>2</c>\n  <c>3</c>\n</a>",
    ],
  ])("%s", async (_, json, options, xml) => {
    expect(await converted(json, options)).toBe(xml);
  });

  test("OmitXmlDeclaration is false by default", async () => {
    const message = request('{"a":1}');
    await runPolicy(jsonToXml, policy(), flowOf({ request: message }));
    expect(message.content).toBe('<?xml version="1.0" encoding="UTF-8"?><a>1</a>');
    expect(message.contentType).toBe("application/xml");
  });
});

describe("what every conversion does", () => {
  test.each<[name: string, json: unknown, xml: string]>([
    [
      "items of an array are elements of its name",
      { a: { b: [1, { c: 2 }] } },
      "<a><b>1</b><b><c>2</c></b></a>",
    ],
    ["an array alone cannot be the root", { a: [1, 2] }, "<Root><a>1</a><a>2</a></Root>"],
    ["scalars have a root, too", '"x"', "<Root>x</Root>"],
    ["long numbers keep their digits", '{"a":12345678901234567890}', "<a>12345678901234567890</a>"],
    ["markup is escaped", { a: "<b>&\"'" }, "<a>&lt;b&gt;&amp;\"'</a>"],
  ])("%s", async (_, json, xml) => {
    expect(await converted(json)).toBe(xml);
  });

  test("markup in attributes is escaped", async () => {
    const xml = await converted({ a: { "@b": '"<\n' } }, "<AttributePrefix>@</AttributePrefix>");
    expect(xml).toBe('<a b="&quot;&lt;&#10;"/>');
  });

  test("a message of another type stays as it is", async () => {
    const message = request('{"a":1}', "text/plain");
    await runPolicy(jsonToXml, policy(), flowOf({ request: message }));
    expect(message.content).toBe('{"a":1}');
  });
});

describe("steps.json2xml.ExecutionFailed", () => {
  test.each([
    ["no JSON", "{", "The content is not valid JSON"],
    ["a name that is none", '{"a b":1}', '"a b" is not the name of an XML element'],
    ["a name with a way out", '{"a><b":1}', '"a><b" is not the name of an XML element'],
    ["a prefix that nobody declared", '{"a:b":1}', '"a:b" is not the name of an XML element'],
    [
      "a character that XML does not allow",
      '{"a":"\\u0000"}',
      "A text holds a character that XML does not allow",
    ],
    [
      "nested too deep",
      `${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`,
      "The JSON is nested more than 500 deep",
    ],
  ])("%s", async (_, json, reason) => {
    expect(await faultOf(jsonToXml, policy(), flowOf({ request: request(json) }))).toMatchObject({
      code: "steps.json2xml.ExecutionFailed",
      status: 500,
      message: `JSONToXML[J2X]: Execution failed. reason: ${reason}`,
    });
  });

  test("steps.json2xml.SourceUnavailable", async () => {
    expect(await faultOf(jsonToXml, policy("", "<Source>nothing</Source>"), flowOf())).toMatchObject({
      code: "steps.json2xml.SourceUnavailable",
      message: "JSONToXML[J2X]: Source nothing is not available",
    });
  });
});

describe("properties", () => {
  const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,8}$/).filter((text) => text !== "#text");
  const text = fc
    .string({ minLength: 1, unit: "grapheme" })
    .filter(
      (value) =>
        value.trim() === value &&
        value !== "NULL" &&
        !/[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(value),
    );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      text,
      fc.array(text, { minLength: 2, maxLength: 4 }),
      fc.dictionary(name, tie("tree"), { minKeys: 1, maxKeys: 4 }),
    ),
  }));

  async function through(json: unknown): Promise<unknown> {
    const flow = flowOf({ variables: { json: JSON.stringify(json) } });
    await runPolicy(jsonToXml, policy("", "<Source>json</Source><OutputVariable>xml</OutputVariable>"), flow);
    await runPolicy(
      xmlToJson,
      '<XMLToJSON name="X2J"><Source>xml</Source><OutputVariable>back</OutputVariable></XMLToJSON>',
      flow,
    );
    return JSON.parse(String(variableOf(flow, "back")));
  }

  test("JSON that became XML becomes the same JSON", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, tree, { minKeys: 2, maxKeys: 4 }), async (json) => {
        const plain = JSON.parse(JSON.stringify(json));
        expect(await through(plain)).toEqual({ Root: plain });
      }),
    );
  });

  test("whatever JSON there is, the answer is XML or the documented fault", async () => {
    const options =
      "<InvalidCharsReplacement>_</InvalidCharsReplacement><AttributePrefix>@</AttributePrefix>";
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (json) => {
        const xml = await converted(JSON.stringify(json), options).catch(() => null);
        if (xml === null) {
          const fault = await faultOf(
            jsonToXml,
            policy(options),
            flowOf({ request: request(JSON.stringify(json)) }),
          );
          expect(fault.code).toBe("steps.json2xml.ExecutionFailed");
          return;
        }
        const flow = flowOf({ variables: { xml } });
        await runPolicy(
          xmlToJson,
          '<XMLToJSON name="X2J"><Source>xml</Source><OutputVariable>back</OutputVariable></XMLToJSON>',
          flow,
        );
      }),
    );
  });
});

test.each([
  [
    "of one name after the replacement",
    '{"a":{"@b%":1,"@b$":2}}',
    "<InvalidCharsReplacement>_</InvalidCharsReplacement>",
  ],
  ["of the block and beside it", '{"a":{"#":{"b":1},"@b":2}}', "<AttributeBlockName>#</AttributeBlockName>"],
])("attributes %s are not written twice", async (_, json, options) => {
  const xml = policy(`<AttributePrefix>@</AttributePrefix>${options}`);
  const fault = await faultOf(jsonToXml, xml, flowOf({ request: request(json) }));
  expect(fault.message).toMatch(/An element would have the attribute b_? twice$/);
});

const declarations =
  "<NamespaceBlockName>#ns</NamespaceBlockName><DefaultNamespaceNodeName>$</DefaultNamespaceNodeName><NamespaceSeparator>:</NamespaceSeparator>";

test.each([
  ["for nothing", '{"a":{"#ns":{"p":""}}}'],
  ["for xmlns", '{"a":{"#ns":{"xmlns":"u"}}}'],
  ["for xml", '{"a":{"#ns":{"xml":"u"}}}'],
  ["with a reserved name", '{"a":{"#ns":{"$":"http://www.w3.org/2000/xmlns/"}}}'],
  ["as an attribute", '{"a":{"@xmlns":"http://www.w3.org/XML/1998/namespace"}}'],
])("a namespace %s is not declared", async (_, json) => {
  const xml = policy(`${declarations}<AttributePrefix>@</AttributePrefix>`);
  const fault = await faultOf(jsonToXml, xml, flowOf({ request: request(json) }));
  expect(fault.message).toContain("No namespace can be declared by xmlns");
});

test("whatever JSON there is, the XML is well-formed, also with namespaces, or there is the documented fault", async () => {
  const options = `${declarations}<AttributePrefix>@</AttributePrefix><AttributeBlockName>#attrs</AttributeBlockName><InvalidCharsReplacement>_</InvalidCharsReplacement>`;
  const key = fc.constantFrom(
    "#ns",
    "#attrs",
    "@a",
    "@p:a",
    "@xmlns",
    "@xml:lang",
    "a",
    "p:a",
    "a:b:c",
    ":a",
    "a:",
    "$",
    "p",
    "",
    "@",
    "é%",
    "xml",
    "xmlns",
    "@xmlns:p",
  );
  const leaf = fc.constantFrom(
    "u",
    "",
    null,
    1,
    "http://www.w3.org/2000/xmlns/",
    "http://www.w3.org/XML/1998/namespace",
    "<&\">'\u0001",
  );
  const inner = fc.oneof(leaf, fc.dictionary(key, leaf, { maxKeys: 3 }), fc.array(leaf, { maxLength: 2 }));
  const outer = fc.dictionary(key, fc.oneof(inner, fc.dictionary(key, inner, { maxKeys: 3 })), {
    maxKeys: 3,
  });
  await fc.assert(
    fc.asyncProperty(outer, async (json) => {
      const flow = flowOf({ request: request(JSON.stringify(json)) });
      const thrown: unknown = await runPolicy(jsonToXml, policy(options), flow).then(
        () => null,
        (error: unknown) => error,
      );
      if (thrown !== null) expect(thrown).toMatchObject({ code: "steps.json2xml.ExecutionFailed" });
      else expect(scanXml(flow.request.content, unlimited)).toBeNull();
    }),
    { numRuns: 500 },
  );
});

test("a prefix counts in its element and no further", async () => {
  const options =
    "<NamespaceBlockName>#ns</NamespaceBlockName><DefaultNamespaceNodeName>$</DefaultNamespaceNodeName><NamespaceSeparator>:</NamespaceSeparator>";
  const inside = '{"#ns":{"p":"u"},"p:b":{"#ns":{"p":"v"},"p:c":1},"p:d":1}';
  expect(await converted(`{"a":${inside}}`, options)).toBe(
    '<a xmlns:p="u"><p:b xmlns:p="v"><p:c>1</p:c></p:b><p:d>1</p:d></a>',
  );
  const fault = await faultOf(
    jsonToXml,
    policy(options),
    flowOf({ request: request(`{"r":{"a":${inside},"p:e":1}}`) }),
  );
  expect(fault.message).toContain('"p:e" is not the name of an XML element');
});

describe("much of it", () => {
  test("a hundred thousand prefixes, and as many elements in which they count", async () => {
    const options =
      "<NamespaceBlockName>#ns</NamespaceBlockName><DefaultNamespaceNodeName>$</DefaultNamespaceNodeName><NamespaceSeparator>:</NamespaceSeparator>";
    const many = Array.from({ length: 100_000 }, (_, at) => `"p${at}":"u"`).join();
    const xml = await converted(`{"r":{"#ns":{${many}},"a":[${"1,".repeat(99_999)}1]}}`, options);
    expect(xml.match(/<a>/g)).toHaveLength(100_000);
  });

  test("a million empty elements take no more than their length", async () => {
    expect((await converted(`[${"null,".repeat(999_999)}null]`)).length).toBe(7 * 1_000_000 + 15);
  });

  test("a document that names make longer than it may be is a fault, and not the end of the isolate", async () => {
    const json = `{"a":{"${"n".repeat(100_000)}":[${"1,".repeat(1000)}1]}}`;
    const fault = await faultOf(jsonToXml, policy(), flowOf({ request: request(json) }));
    expect(fault.message).toBe("JSONToXML[J2X]: Execution failed. reason: The XML would be too long");
  });
});
