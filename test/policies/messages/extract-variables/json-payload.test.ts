import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Float } from "../../../../src/expression/value.ts";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { extractVariables } from "../../../../src/policies/messages/extract-variables/extract-variables.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";

const jsonType = { "content-type": "application/json" };

/** A flow whose request carries this text as JSON. */
const jsonFlow = (body: string, variables = {}, headers: Record<string, string> = jsonType) =>
  flowOf({ request: new RequestMessage({ verb: "POST", headers: new Headers(headers), body }), variables });

/** A policy named EV with one variable. */
const policy = (path: string, { type = "", ignore = false, name = "found" } = {}) => `
<ExtractVariables name="EV">
  <JSONPayload>
    <Variable name="${name}"${type && ` type="${type}"`}><JSONPath>${path.replaceAll("<", "&lt;")}</JSONPath></Variable>
  </JSONPayload>
  <IgnoreUnresolvedVariables>${ignore}</IgnoreUnresolvedVariables>
</ExtractVariables>`;

test("extracts the documented sample", async () => {
  const response = new ResponseMessage({
    headers: new Headers(jsonType),
    body: `{"results": [{"geometry": {"location": {"lat": 37.42291810, "lng": -122.08542120}, "location_type": "ROOFTOP"}}]}`,
  });
  const xml = `
    <ExtractVariables name="ExtractVariables-3">
      <Source>response</Source>
      <JSONPayload>
        <Variable name="latitude" type="float"><JSONPath>$.results[0].geometry.location.lat</JSONPath></Variable>
        <Variable name="longitude" type="float"><JSONPath>$.results[0].geometry.location.lng</JSONPath></Variable>
      </JSONPayload>
      <VariablePrefix>geocoderesponse</VariablePrefix>
    </ExtractVariables>`;
  const flow = await runPolicy(extractVariables, xml, flowOf({ response }));
  expect(variableOf(flow, "geocoderesponse.latitude")).toEqual(new Float(37.4229181, "float"));
  expect(variableOf(flow, "geocoderesponse.longitude")).toEqual(new Float(-122.0854212, "float"));
});

const store = {
  name: "Ann",
  age: 41,
  ratio: 1.5,
  member: true,
  nothing: null,
  id: "17",
  tags: ["a", "b"],
  empty: [],
  address: { city: "Bonn", zip: "53111" },
  books: [
    { title: "One", price: 8 },
    { title: "Two", price: 12 },
  ],
};

describe("a variable holds what its JSONPath finds, as its type", () => {
  test.each([
    ["$.name", "", "Ann"],
    ["$.age", "", "41"],
    ["$.ratio", "", "1.5"],
    ["$.member", "", "true"],
    ["$.nothing", "", null],
    ["$.tags", "", '["a","b"]'],
    ["$.address", "", '{"city":"Bonn","zip":"53111"}'],
    ["$.tags[1]", "", "b"],
    ["name", "", "Ann"],
    ["$['address']['city']", "", "Bonn"],
    ["$.age", "string", "41"],
    ["$.address", "string", '{"city":"Bonn","zip":"53111"}'],
    ["$.age", "String", "41"],
    ["$.age", "integer", 41],
    ["$.ratio", "integer", 1],
    ["$.id", "integer", 17],
    ["$.age", "long", 41n],
    ["$.id", "long", 17n],
    ["$.ratio", "float", new Float(1.5, "float")],
    ["$.age", "double", new Float(41, "double")],
    ["$.id", "double", new Float(17, "double")],
    ["$.member", "boolean", true],
    ["$.nothing", "integer", null],
    ["$.address", "nodeset", '{"city":"Bonn","zip":"53111"}'],
    ["$.name", "nodeset", '"Ann"'],
    ["$.nothing", "nodeset", "null"],
    ["$.books[*].title", "", '["One","Two"]'],
    ["$..price", "", "[8,12]"],
    ["$.books[?(@.price > 10)].title", "string", '["Two"]'],
    ["$.books[?(@.price > 99)].title", "", "[]"],
    ["$.books[*]", "nodeset", '[{"title":"One","price":8},{"title":"Two","price":12}]'],
    ["$.books.length()", "integer", 2],
  ])("%s as %s", async (path, type, value) => {
    const flow = await runPolicy(extractVariables, policy(path, { type }), jsonFlow(JSON.stringify(store)));
    expect(variableOf(flow, "found")).toEqual(value);
  });

  test.each([
    ["$.id", "long", 9007199254740993n],
    ["$.id", "", "9007199254740993"],
    ["$.id", "string", "9007199254740993"],
    ["$", "", '{"id":9007199254740993,"small":7}'],
    ["$.small", "integer", 7],
  ])("a whole number that JavaScript cannot hold stays exact: %s as %s", async (path, type, value) => {
    const body = '{"id": 9007199254740993, "small": 7}';
    const flow = await runPolicy(extractVariables, policy(path, { type }), jsonFlow(body));
    expect(variableOf(flow, "found")).toEqual(value);
  });
});

describe("UnableToCast", () => {
  test.each([
    ["$.v", "36.231", "boolean", "Unable to cast value 36.231 as BOOLEAN."],
    ["$.v", '"abc"', "integer", "Unable to cast value abc as INTEGER."],
    ["$.v", '"1.5"', "integer", "Unable to cast value 1.5 as INTEGER."],
    ["$.v", "2147483648", "integer", "Unable to cast value 2147483648 as INTEGER."],
    ["$.v", "9223372036854775808", "long", "Unable to cast value 9223372036854775808 as LONG."],
    ["$.v", "true", "long", "Unable to cast value true as LONG."],
    ["$.v", '""', "double", "Unable to cast value  as DOUBLE."],
    ["$.v", "[1]", "float", "Unable to cast value [1] as FLOAT."],
    ["$..v", "1", "integer", "Unable to cast value [1] as INTEGER."],
  ])("%s of {v: %s} as %s", async (path, value, type, message) => {
    const fault = await faultOf(extractVariables, policy(path, { type }), jsonFlow(`{"v": ${value}}`));
    expect(fault).toMatchObject({ code: "steps.extractvariables.UnableToCast", status: 500, message });
  });

  test("does not show the value of a private variable, nor all of a long one", async () => {
    const body = JSON.stringify({ v: "x".repeat(1000) });
    const hidden = await faultOf(
      extractVariables,
      policy("$.v", { type: "long", name: "private.v" }),
      jsonFlow(body),
    );
    expect(hidden.message).toBe("Unable to cast value ***** as LONG.");
    const long = await faultOf(extractVariables, policy("$.v", { type: "long" }), jsonFlow(body));
    expect(long.message).toBe(`Unable to cast value ${"x".repeat(200)}… as LONG.`);
  });
});

describe("JSON extraction is performed only when the Content-Type is JSON", () => {
  test.each([
    ["application/json", "v"],
    ["application/json; charset=utf-8", "v"],
    ["Application/JSON", "v"],
    ["application/problem+json", "v"],
    ["application/vnd.api+json; version=1", "v"],
    ["text/plain", null],
    ["text/json", null],
    ["application/jsonlines", null],
    ["", null],
  ])("%s", async (type, value) => {
    const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
    const flow = await runPolicy(extractVariables, policy("$.a"), jsonFlow('{"a": "v"}', {}, headers));
    expect(variableOf(flow, "found")).toBe(value);
  });

  test("the text of a variable needs no Content-Type", async () => {
    const xml = policy("$.a").replace("</JSONPayload>", "</JSONPayload><Source>saved</Source>");
    const flow = await runPolicy(extractVariables, xml, flowOf({ variables: { saved: '{"a": 1}' } }));
    expect(variableOf(flow, "found")).toBe("1");
  });
});

describe("ExecutionFailed: the payload is empty or malformed, whatever IgnoreUnresolvedVariables says", () => {
  test.each(["", "  ", '[ "args" : ["name" : "amar" ]]', "{", "<a/>"])("%j", async (body) => {
    for (const ignore of [true, false]) {
      expect(await faultOf(extractVariables, policy("$.a", { ignore }), jsonFlow(body))).toMatchObject({
        code: "steps.extractvariables.ExecutionFailed",
        status: 500,
        message: "Failed to execute the ExtractVariables: EV",
      });
    }
  });

  test("also when the document is nested too deep to be read", async () => {
    const deep = `${"[".repeat(200_000)}9007199254740993${"]".repeat(200_000)}`;
    expect(await faultOf(extractVariables, policy("$"), jsonFlow(deep))).toMatchObject({
      code: "steps.extractvariables.ExecutionFailed",
    });
  });
});

describe("a path that the document does not have", () => {
  test("is a fault when unresolved variables are not ignored", async () => {
    expect(
      await faultOf(extractVariables, policy("$.Name"), jsonFlow('{"firstName": "John"}')),
    ).toMatchObject({
      code: "steps.extractvariables.InvalidJSONPath",
      status: 500,
      message: "Invalid JSON path $.Name in policy EV.",
    });
  });

  test("otherwise creates no variable and leaves an earlier value", async () => {
    const xml = policy("$.Name", { ignore: true });
    expect(variableOf(await runPolicy(extractVariables, xml, jsonFlow("{}")), "found")).toBeNull();
    const flow = await runPolicy(extractVariables, xml, jsonFlow("{}", { found: "earlier" }));
    expect(variableOf(flow, "found")).toBe("earlier");
  });

  test("comes after the variables that stand before it", async () => {
    const xml = policy("$.Name").replace(
      "<JSONPayload>",
      '<JSONPayload><Variable name="first"><JSONPath>$.a</JSONPath></Variable>',
    );
    const flow = jsonFlow('{"a": 1}');
    await faultOf(extractVariables, xml, flow);
    expect(variableOf(flow, "first")).toBe("1");
  });
});

describe("a JSONPath may be a message template", () => {
  const json = JSON.stringify({
    books: [
      { id: "a", title: "One" },
      { id: "b", title: "Two" },
    ],
    b: "plain",
  });

  test.each([
    ["$.{key}", "plain"],
    ["{path}", "plain"],
    ["$.books[?(@.id == '{key}')].title", '["Two"]'],
    ["$.books[{index}].title", "Two"],
    ["$.books[{missing:0}].title", "One"],
  ])("%s", async (path, value) => {
    const flow = jsonFlow(json, { key: "b", path: "$.b", index: 1 });
    await runPolicy(extractVariables, policy(path), flow);
    expect(variableOf(flow, "found")).toBe(value);
  });

  test("a template that becomes no path is InvalidJSONPath", async () => {
    const xml = policy("$.books[{key}", { ignore: true });
    expect(await faultOf(extractVariables, xml, jsonFlow(json, { key: "x" }))).toMatchObject({
      code: "steps.extractvariables.InvalidJSONPath",
      message: "Invalid JSON path $.books[x in policy EV.",
    });
  });

  test("a variable in it that is not set is JsonPathParsingFailure, or empty when that is ignored", async () => {
    expect(await faultOf(extractVariables, policy("$.b{no}"), jsonFlow(json))).toMatchObject({
      code: "steps.extractvariables.JsonPathParsingFailure",
      status: 500,
      message: "ExtractVariables EV: Json path parsing failed for for flow variables no",
    });
    const flow = await runPolicy(extractVariables, policy("$.b{no}", { ignore: true }), jsonFlow(json));
    expect(variableOf(flow, "found")).toBe("plain");
  });
});

describe("what is wrong with JSONPayload is reported with its place", () => {
  const wrap = (inside: string) => `<ExtractVariables name="EV">${inside}</ExtractVariables>`;
  const variable = (inside: string) =>
    wrap(`<JSONPayload><Variable name="v">${inside}</Variable></JSONPayload>`);
  test.each([
    [wrap("<JSONPayload/>"), "error NoJSONPathsToEvaluate 1:29"],
    [variable(""), "error NoJSONPathsToEvaluate 1:42"],
    [variable("<JSONPath> </JSONPath>"), "error EmptyJSONPathExpression 1:61"],
    [variable("<JSONPath>$.a[</JSONPath>"), "error JSONPathCompilationFailed 1:61"],
    [variable("<JSONPath>$.{toUpperCase(}</JSONPath>"), "error InvalidTemplate 1:61"],
    [
      wrap("<JSONPayload><Variable><JSONPath>$</JSONPath></Variable></JSONPayload>"),
      "warning MissingName 1:42",
    ],
    [
      wrap('<JSONPayload><Variable name="v" type="number"><JSONPath>$</JSONPath></Variable></JSONPayload>'),
      "warning InvalidValue 1:42",
    ],
    [variable("<JSONPath>$.a</JSONPath><JSONPath>$.b</JSONPath>"), "warning DuplicateElement 1:61"],
  ])("%s", (xml, problem) => {
    expect(problemsOf(extractVariables, xml)).toEqual([problem]);
  });
});

test("the content of the source is declared", () => {
  expect([...loadPolicy(extractVariables, policy("$.a")).reads]).toEqual(["message"]);
  const xml = policy("$.a").replace("</JSONPayload>", "</JSONPayload><Source>callout</Source>");
  expect([...loadPolicy(extractVariables, xml).reads]).toEqual(["callout"]);
});

test("a value that is planted anywhere in a document is found again", async () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
  const step = fc.oneof(fc.string({ minLength: 1, unit: "grapheme-ascii" }), fc.nat(5));
  await fc.assert(
    fc.asyncProperty(
      leaf,
      fc.array(step, { minLength: 1, maxLength: 8 }),
      fc.object(),
      async (value, steps, noise) => {
        const planted = steps.reduceRight<unknown>(
          (inner, key) =>
            typeof key === "number" ? [...Array(key).fill(noise), inner] : { ...noise, [key]: inner },
          value,
        );
        const path = steps
          .map((key) => (typeof key === "number" ? `[${key}]` : `['${key.replace(/['\\]/g, "\\$&")}']`))
          .join("");
        const flow = jsonFlow(JSON.stringify(planted), { path: `$${path}` });
        await runPolicy(extractVariables, policy("{path}"), flow);
        expect(variableOf(flow, "found")).toBe(String(value));
      },
    ),
  );
});

test("no content makes the policy fail otherwise than with its faults", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (body) => {
      for (const path of ["$", "$..*", "$.*", "$[0]", "$..a[?(@ > 1)]"]) {
        const flow = jsonFlow(body);
        await runPolicy(extractVariables, policy(path, { ignore: true }), flow).catch((fault: unknown) =>
          expect(fault).toMatchObject({ code: "steps.extractvariables.ExecutionFailed" }),
        );
      }
    }),
  );
});
