import { describe, expect, test } from "vitest";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { extractVariables } from "../../../../src/policies/messages/extract-variables/extract-variables.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";

const policy = (inside: string) => `<ExtractVariables name="EV">${inside}</ExtractVariables>`;
const header = '<Header name="a"><Pattern>{found}</Pattern></Header>';
const json = '<JSONPayload><Variable name="found"><JSONPath>$.a</JSONPath></Variable></JSONPayload>';
const jsonHeaders = () => new Headers({ "content-type": "application/json", a: "header" });

describe("Source", () => {
  test("is the message that the flow works on, when the policy does not say", async () => {
    const request = new RequestMessage({ headers: new Headers({ a: "request" }) });
    const response = new ResponseMessage({ headers: new Headers({ a: "response" }) });
    const error = new ResponseMessage({ headers: new Headers({ a: "error" }) });
    const flows = [flowOf({ request }), flowOf({ request, response }), flowOf({ request, response, error })];
    for (const flow of flows) await runPolicy(extractVariables, policy(header), flow);
    expect(flows.map((flow) => variableOf(flow, "found"))).toEqual(["request", "response", "error"]);
  });

  test("may be a message that another policy made", async () => {
    const callout = new ResponseMessage({ headers: jsonHeaders(), body: '{"a": "json"}' });
    for (const [part, value] of [
      [header, "header"],
      [json, "json"],
    ]) {
      const flow = flowOf({ variables: { callout } });
      await runPolicy(extractVariables, policy(`<Source>callout</Source>${part}`), flow);
      expect(variableOf(flow, "found")).toBe(value);
    }
  });

  test("may be the content of a message", async () => {
    const request = new RequestMessage({ body: '{"a": "json"}' });
    const flow = await runPolicy(
      extractVariables,
      policy(`<Source>request.content</Source>${json}`),
      flowOf({ request }),
    );
    expect(variableOf(flow, "found")).toBe("json");
  });

  test.each([
    [
      "response",
      header,
      "SourceMessageNotAvailable",
      "response message is not available for ExtractVariable: EV",
    ],
    [
      "response",
      json,
      "SourceMessageNotAvailable",
      "response message is not available for ExtractVariable: EV",
    ],
    [
      "callout",
      json,
      "SourceMessageNotAvailable",
      "callout message is not available for ExtractVariable: EV",
    ],
    ["text", header, "SourceMessageNotAvailable", "text message is not available for ExtractVariable: EV"],
    [
      "response.content",
      json,
      "JsonPathParsingFailure",
      "ExtractVariables EV: Json path parsing failed for for flow variables response.content",
    ],
  ])("%s that is missing or no message, with %s, is %s", async (source, part, name, message) => {
    for (const ignore of ["true", "false"]) {
      const xml = policy(
        `<Source>${source}</Source>${part}<IgnoreUnresolvedVariables>${ignore}</IgnoreUnresolvedVariables>`,
      );
      expect(await faultOf(extractVariables, xml, flowOf({ variables: { text: "t" } }))).toMatchObject({
        code: `steps.extractvariables.${name}`,
        status: 500,
        message,
      });
    }
  });

  test.each([
    ["true", ""],
    ["false", '{"a": 1}'],
  ])("clearPayload=%s", async (clear, content) => {
    const request = new RequestMessage({ headers: jsonHeaders(), body: '{"a": 1}' });
    const xml = policy(`<Source clearPayload="${clear}">request</Source>${json}`);
    const flow = await runPolicy(extractVariables, xml, flowOf({ request }));
    expect([variableOf(flow, "found"), request.content]).toEqual(["1", content]);
  });
});

describe("a variable that cannot be set", () => {
  const set = (pattern: string) => policy(`<Header name="a"><Pattern>${pattern}</Pattern></Header>`);
  const flow = () => flowOf({ request: new RequestMessage({ headers: jsonHeaders() }) });

  test.each(["{client.ip}", "{messageid}", "{request.uri}", "{request.headers.count}"])(
    "%s is read-only: ImmutableVariable",
    async (pattern) => {
      expect(await faultOf(extractVariables, set(pattern), flow())).toMatchObject({
        code: "steps.extractvariables.ImmutableVariable",
        status: 500,
        message: `Variable ${pattern.slice(1, -1)} is immutable in ExtractVariables: EV`,
      });
    },
  );

  test("has a name that begins like another variable's: SetVariableFailed", async () => {
    const xml = `
      <ExtractVariables name="ExtractColors">
        <DisplayName>ExtractColors</DisplayName>
        <Source>request</Source>
        <QueryParam name="color"><Pattern ignoreCase="true">{color}</Pattern></QueryParam>
        <QueryParam name="nextcolor"><Pattern ignoreCase="true">{color.next}</Pattern></QueryParam>
        <VariablePrefix>var</VariablePrefix>
      </ExtractVariables>`;
    const request = new RequestMessage({ query: "color=blue&nextcolor=red" });
    expect(await faultOf(extractVariables, xml, flowOf({ request }))).toMatchObject({
      code: "steps.extractvariables.SetVariableFailed",
      status: 500,
      message: "Failed to set variable var.color.next value red from ExtractVariables: ExtractColors",
    });
  });

  test("is a status that does not exist: SetVariableFailed", async () => {
    const response = new ResponseMessage({ headers: jsonHeaders() });
    expect(
      await faultOf(extractVariables, set("{response.status.code}"), flowOf({ response })),
    ).toMatchObject({
      code: "steps.extractvariables.SetVariableFailed",
    });
  });

  test("parts of messages can be set", async () => {
    const to = flow();
    await runPolicy(extractVariables, set("{request.header.b}"), to);
    expect(to.request.headers.get("b")).toBe("header");
  });
});

test("the elements are worked through in document order", async () => {
  const request = new RequestMessage({ headers: jsonHeaders(), body: '{"a": "json"}' });
  const last = async (inside: string) =>
    variableOf(await runPolicy(extractVariables, policy(inside), flowOf({ request })), "found");
  expect([await last(json + header), await last(header + json)]).toEqual(["header", "json"]);
});

test.each([
  ["", "error NothingToExtract 1:1"],
  ["<Source>request</Source><VariablePrefix>p</VariablePrefix>", "error NothingToExtract 1:1"],
  [`${header}<Source clearPayload="perhaps">request</Source>`, "warning InvalidBoolean 1:81"],
  [`<IgnoreUnresolvedVariables>no</IgnoreUnresolvedVariables>${header}`, "warning InvalidBoolean 1:29"],
  [`${header}<Patern/>`, "warning UnknownElement 1:81"],
])("%j is reported", (inside, problem) => {
  expect(problemsOf(extractVariables, policy(inside))).toEqual([problem]);
});

test("a policy with nothing but a Variable extracts from that", async () => {
  const xml = policy('<Variable name="v"><Pattern>a{rest}</Pattern></Variable>');
  expect(loadPolicy(extractVariables, xml).report.problems).toEqual([]);
});

test("a policy runs without waiting", () => {
  const { step } = loadPolicy(extractVariables, policy(header));
  expect(step?.(flowOf())).toBeUndefined();
});
