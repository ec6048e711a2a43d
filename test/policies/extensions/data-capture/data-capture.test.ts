import { describe, expect, test } from "vitest";
import type { CollectorType } from "../../../../src/egress/analytics/settings.ts";
import { Float, type Value } from "../../../../src/expression/value.ts";
import type { FlowContext } from "../../../../src/flow/context.ts";
import { Fault } from "../../../../src/flow/fault.ts";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { dataCapture } from "../../../../src/policies/extensions/data-capture/data-capture.ts";
import { type FlowState, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";
import { keptAnalytics, recordOf } from "../analytics-kit.ts";

const capture = (collect: string, collector = "dc_x") =>
  `<Capture>${collect}<DataCollector>${collector}</DataCollector></Capture>`;
const policy = (inside: string) => `<DataCapture name="DC">${inside}</DataCapture>`;
const ignoring = "<IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>";
const throwing = "<ThrowExceptionOnLimit>true</ThrowExceptionOnLimit>";

/** Runs a policy, and tells its fault, what was captured, and the errors in the variable. */
async function run(inside: string, flow: FlowContext = flowOf(), listed: Record<string, CollectorType> = {}) {
  const { given, records } = keptAnalytics(listed);
  const fault = await runPolicy(dataCapture, policy(inside), flow, given).then(
    () => null,
    (thrown: unknown) => {
      if (thrown instanceof Fault) return thrown;
      throw thrown;
    },
  );
  const errors = variableOf(flow, "dataCapturePolicyErrors");
  return {
    fault: fault && `${fault.status} ${fault.code}`,
    captured: recordOf(flow, records)?.captured ?? {},
    errors: typeof errors === "string" ? JSON.parse(errors) : null,
    record: records[0],
  };
}

const request = new RequestMessage({
  verb: "POST",
  path: "/v1/things",
  query: "code=a&code=B-7&empty=",
  headers: new Headers([
    ["authorization", "Bearer abc"],
    ["x-many", "one"],
    ["x-many", "two"],
    ["content-type", "application/json"],
  ]),
  body: '{"results":[{"currency":"EUR","n":5,"o":{"a":1},"none":null}],"id":12345678901234567890}',
});
const form = new RequestMessage({
  verb: "POST",
  headers: new Headers({ "content-type": "application/x-www-form-urlencoded" }),
  body: "greeting=hello+world",
});
const soap = new ResponseMessage({
  headers: new Headers({ "content-type": "application/soap+xml" }),
  body: '<s:E xmlns:s="urn:s"><s:B><op a="1">7</op><op>8</op></s:B></s:E>',
});
const namespaces = '<Namespaces><Namespace prefix="soap">urn:s</Namespace></Namespaces>';

describe("what Collect finds:", () => {
  const path = (...patterns: readonly string[]) =>
    `<URIPath>${patterns.map((text) => `<Pattern>${text}</Pattern>`).join("")}</URIPath>`;
  const json = (text: string) => `<JSONPayload><JSONPath>${text}</JSONPath></JSONPayload>`;
  const xml = (text: string) => `<XMLPayload>${namespaces}<XPath>${text}</XPath></XMLPayload>`;

  test.each<[string, FlowState, unknown]>([
    [path("/{$}"), {}, "things"],
    [path("/nothing/{$}", "/th{$}"), {}, "ings"],
    [path("/t{$}", "/th{$}"), {}, "hings"],
    ['<URIPath><Pattern ignoreCase="true">/TH{$}</Pattern></URIPath>', {}, "ings"],
    ['<QueryParam name="code"><Pattern>{$}</Pattern></QueryParam>', { request }, "a"],
    ['<QueryParam name="code.2"><Pattern ignoreCase="true">b-{$}</Pattern></QueryParam>', { request }, "7"],
    ['<Header name="Authorization"><Pattern>Bearer {$}</Pattern></Header>', { request }, "abc"],
    ['<Header name="x-many.2"><Pattern>{$}</Pattern></Header>', { request }, "two"],
    ['<Header name="x-many.values"><Pattern>{$}</Pattern></Header>', { request }, "[one, two]"],
    ['<FormParam name="greeting"><Pattern>hello {$}</Pattern></FormParam>', { request: form }, "world"],
    [json("$.results[0].currency"), { request }, "EUR"],
    [json("results[0].n"), { request }, 5],
    [json("$.results[0].o"), { request }, '{"a":1}'],
    [json("$.results[*].n"), { request }, "[5]"],
    [json("$.id"), { request }, "12345678901234567890"],
    [json("$.results[0].{part}"), { request, variables: { part: "currency" } }, "EUR"],
    [xml("/soap:E/soap:B/op"), { response: soap }, "7"],
    [xml("/soap:E/soap:B/op/@a"), { response: soap }, "1"],
    [xml("local-name(/soap:E/soap:B/*[2])"), { response: soap }, "op"],
    [xml("count(//op)"), { response: soap }, 2],
    [`<Source>request</Source>${json("$.results[0].n")}`, { request, response: soap }, 5],
    [`<Source>mine</Source>${json("$.results[0].n")}`, { variables: { mine: request } }, 5],
  ])("%s", async (inside, state, expected) => {
    const { captured, fault, errors } = await run(capture(`<Collect>${inside}</Collect>`), flowOf(state));
    expect([captured.dc_x, fault, errors]).toEqual([expected, null, null]);
  });

  test.each<[Value, unknown]>([
    ["text", "text"],
    [7, 7],
    [true, true],
    [2n ** 40n, 2 ** 40],
    [new Float(1.5), 1.5],
    [["a", "b"], "[a, b]"],
    ["", ""],
  ])("a variable with %s", async (value, expected) => {
    const { captured } = await run(capture('<Collect ref="v"/>'), flowOf({ variables: { v: value } }));
    expect(captured).toEqual({ dc_x: expected });
  });

  test("all elements of a policy, each for its data collector", async () => {
    const { captured } = await run(
      capture('<Collect ref="request.verb"/>', "dc_verb") +
        capture('<Collect ref="request.content"/>', "dc_content"),
      flowOf({ request }),
    );
    expect(captured).toEqual({ dc_verb: "POST", dc_content: request.content });
  });
});

describe("where there is nothing", () => {
  const page = new ResponseMessage({
    headers: new Headers({ "content-type": "text/html" }),
    body: "<p/>",
  });
  const absent: [string, FlowState, string][] = [
    ['ref="nobody">', {}, "UnresolvedVariable"],
    ['ref="request">', {}, "UnresolvedVariable"],
    ["><URIPath><Pattern>/x/{$}</Pattern></URIPath>", {}, "ExtractionFailure"],
    ['><QueryParam name="none"><Pattern>{$}</Pattern></QueryParam>', { request }, "ExtractionFailure"],
    ['><Header name="none"><Pattern>{$}</Pattern></Header>', { request }, "ExtractionFailure"],
    ['><FormParam name="greeting"><Pattern>{$}</Pattern></FormParam>', { request }, "ExtractionFailure"],
    ["><JSONPayload><JSONPath>$.x</JSONPath></JSONPayload>", { request }, "JSONPathQueryFailed"],
    ["><JSONPayload><JSONPath>$..x</JSONPath></JSONPayload>", { request }, "JSONPathQueryFailed"],
    [
      "><JSONPayload><JSONPath>$.results[0].none</JSONPath></JSONPayload>",
      { request },
      "JSONPathQueryFailed",
    ],
    ["><JSONPayload><JSONPath>$.{nobody}[</JSONPath></JSONPayload>", { request }, "JSONPathQueryFailed"],
    ["><JSONPayload><JSONPath>$.x</JSONPath></JSONPayload>", { response: page }, "InvalidMsgContentType"],
    ["><XMLPayload><XPath>/x</XPath></XMLPayload>", { response: soap }, "XPathEvaluationFailed"],
    ["><XMLPayload><XPath>0 div 0</XPath></XMLPayload>", { response: soap }, "XPathEvaluationFailed"],
    ["><XMLPayload><XPath>/x</XPath></XMLPayload>", { request }, "InvalidMsgContentType"],
  ];

  test.each(absent)("<Collect %s is a fault", async (inside, state, name) => {
    const { fault, captured, errors } = await run(capture(`<Collect ${inside}</Collect>`), flowOf(state));
    expect(fault).toBe(`500 steps.datacapture.${name}`);
    expect(captured).toEqual({});
    expect(errors).toEqual([{ errorType: name, policyName: "DC", dataCollector: "dc_x" }]);
  });

  test.each(absent)("<Collect %s has its default, which is no template", async (inside, state) => {
    const { fault, captured } = await run(
      capture(`<Collect default="{messageid}" ${inside}</Collect>`),
      flowOf(state),
    );
    expect([fault, captured]).toEqual([null, { dc_x: "{messageid}" }]);
  });

  test.each<[CollectorType | null, unknown]>([
    [null, "Not set"],
    ["STRING", "Not set"],
    ["INTEGER", null],
    ["FLOAT", null],
  ])(
    "and IgnoreUnresolvedVariables is true, a data collector of the type %s gets %j",
    async (type, expected) => {
      const listed = type === null ? {} : { dc_x: type };
      const { fault, captured } = await run(ignoring + capture('<Collect ref="nobody"/>'), flowOf(), listed);
      expect([fault, captured]).toEqual([null, { dc_x: expected }]);
    },
  );

  test.each<[CollectorType | null, string, unknown]>([
    [null, "", ""],
    ["STRING", "", ""],
    ["INTEGER", "", null],
    ["BOOLEAN", "", null],
    ["INTEGER", "0", 0],
    ["INTEGER", "none", "none"],
  ])("a data collector of the type %s has for the default %j: %j", async (type, text, expected) => {
    const listed = type === null ? {} : { dc_x: type };
    const { fault, captured } = await run(
      capture(`<Collect ref="nobody" default="${text}"/>`),
      flowOf(),
      listed,
    );
    expect([fault, captured]).toEqual([null, { dc_x: expected }]);
  });

  test.each([
    "<URIPath><Pattern>/{$}</Pattern></URIPath>",
    '<QueryParam name="code"><Pattern>{$}</Pattern></QueryParam>',
  ])("because a response has none: %s does nothing", async (inside) => {
    const { fault, captured, errors } = await run(
      capture(`<Collect>${inside}</Collect>`),
      flowOf({ request, response: soap }),
    );
    expect([fault, captured, errors]).toEqual([null, {}, null]);
  });
});

describe("what cannot be captured is a fault, whatever the default:", () => {
  const json = "<JSONPayload><JSONPath>$.x</JSONPath></JSONPayload>";
  const broken = (type: string, content: string) =>
    flowOf({
      request: new RequestMessage({ headers: new Headers({ "content-type": type }), body: content }),
    });

  test.each<[string, FlowContext, string]>([
    [`><Source>nobody</Source>${json}`, flowOf(), "NonMsgVariable"],
    [`><Source>v</Source>${json}`, flowOf({ variables: { v: "{}" } }), "NonMsgVariable"],
    [`>${json}`, broken("application/json", "{"), "MsgContentParsingFailed"],
    [`>${json}`, broken("application/json", "["), "MsgContentParsingFailed"],
    ["><XMLPayload><XPath>/x</XPath></XMLPayload>", broken("text/xml", "<x>"), "MsgContentParsingFailed"],
  ])("<Collect %s", async (inside, flow, name) => {
    const { fault, captured } = await run(
      ignoring + capture(`<Collect default="d" ${inside}</Collect>`),
      flow,
    );
    expect([fault, captured]).toEqual([`500 steps.datacapture.${name}`, {}]);
  });
});

describe("the type of a data collector that the environment lists", () => {
  test.each<[CollectorType, Value, unknown]>([
    ["STRING", 7, "7"],
    ["DATETIME", "2026-01-02", "2026-01-02"],
    ["INTEGER", "7", 7],
    ["INTEGER", new Float(3), 3],
    ["FLOAT", "1.5", 1.5],
    ["FLOAT", 2, 2],
    ["BOOLEAN", "True", true],
  ])("%s takes %s as %s", async (type, value, expected) => {
    const { captured } = await run(capture('<Collect ref="v"/>'), flowOf({ variables: { v: value } }), {
      dc_x: type,
    });
    expect(captured).toEqual({ dc_x: expected });
  });

  test.each<[CollectorType, Value]>([
    ["INTEGER", "seven"],
    ["INTEGER", new Float(1.5)],
    ["FLOAT", "x"],
    ["BOOLEAN", "maybe"],
    ["BOOLEAN", 1],
  ])("%s does not take %s", async (type, value) => {
    const flow = flowOf({ variables: { v: value } });
    const { captured, fault, errors } = await run(capture('<Collect ref="v" default="0"/>'), flow, {
      dc_x: type,
    });
    expect([fault, captured]).toEqual(["500 steps.datacapture.DataCollectorTypeMismatch", {}]);
    expect(errors).toEqual([{ errorType: "TypeMismatch", policyName: "DC", dataCollector: "dc_x" }]);
  });

  test("is not checked where it lists none", async () => {
    expect((await run(capture('<Collect ref="request.verb"/>'))).captured).toEqual({ dc_x: "GET" });
  });
});

test.each([
  '<Collect ref="private.key" default="d"/>',
  '<Collect default="d"><Source>private.key</Source><URIPath><Pattern>/{$}</Pattern></URIPath></Collect>',
])("%s is a fault: what is private is not captured", (collect) => {
  const { given, records } = keptAnalytics();
  const { step } = loadPolicy(dataCapture, policy(capture(collect)), given);
  const flow = flowOf({ variables: { "private.key": "secret" } });
  expect(() => step?.(flow)).toThrow(
    "DataCapture[DC]: dc_x is not captured: private variables are not captured",
  );
  expect(recordOf(flow, records)?.captured).toEqual({});
});

test("everything that can be captured is, before the first error is the fault", async () => {
  const { captured, fault, errors } = await run(
    capture('<Collect ref="nobody"/>', "dc_1") +
      capture(
        "<Collect><Source>nobody</Source><JSONPayload><JSONPath>$.x</JSONPath></JSONPayload></Collect>",
        "dc_2",
      ) +
      capture('<Collect ref="request.verb"/>', "dc_3"),
  );
  expect(fault).toBe("500 steps.datacapture.UnresolvedVariable");
  expect(captured).toEqual({ dc_3: "GET" });
  expect(errors).toHaveLength(2);
});

describe("limits:", () => {
  const long = flowOf.bind(null, { variables: { v: "é".repeat(201) } });
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => capture('<Collect ref="request.verb"/>', `dc_${index}`)).join(
      "",
    );

  test("of a value 400 bytes are kept, in whole characters", async () => {
    const { captured, fault, errors } = await run(capture('<Collect ref="v"/>'), long());
    expect([captured, fault]).toEqual([{ dc_x: "é".repeat(200) }, null]);
    expect(errors).toEqual([
      { errorType: "MaxValueSizeLimitReached", policyName: "DC", dataCollector: "dc_x" },
    ]);
  });

  test("with ThrowExceptionOnLimit a longer one is a fault, and nothing of the policy is captured", async () => {
    const { captured, fault } = await run(throwing + many(2) + capture('<Collect ref="v"/>'), long());
    expect([captured, fault]).toEqual([{}, "500 steps.datacapture.VariableValueLimitExceeded"]);
  });

  test("100 values are captured, and that there are more is said once", async () => {
    const { captured, fault, errors } = await run(many(103));
    expect([Object.keys(captured).length, fault]).toEqual([100, null]);
    expect(errors).toEqual([
      { errorType: "MaxVariableCountLimitReached", policyName: "DC", dataCollector: "dc_100" },
    ]);
  });

  test("with ThrowExceptionOnLimit more are a fault", async () => {
    expect((await run(throwing + many(101))).fault).toBe("500 steps.datacapture.VariableCountLimitExceeded");
  });

  test("a data collector that has a value takes another one, also when 100 have", async () => {
    const { given, records } = keptAnalytics();
    const flow = flowOf({ variables: { v: "later" } });
    await runPolicy(dataCapture, policy(many(100)), flow, given);
    await runPolicy(dataCapture, policy(capture('<Collect ref="v"/>', "dc_7")), flow, given);
    expect(recordOf(flow, records)?.captured).toMatchObject({ dc_7: "later", dc_8: "GET" });
  });

  test("the record has 400 bytes of the errors", async () => {
    const { record, errors } = await run(
      Array.from({ length: 50 }, (_, index) => capture('<Collect ref="nobody"/>', `dc_${index}`)).join(""),
    );
    expect(errors).toHaveLength(50);
    expect(record?.errors).toHaveLength(400);
  });
});

test.each<[string, readonly string[]]>([
  ["", ["error CaptureMissing 1:1"]],
  ['<Capture><Collect ref="v"/></Capture>', ["error DataCollectorMissing 1:24"]],
  ["<Capture><DataCollector>dc_x</DataCollector></Capture>", ["error CollectMissing 1:24"]],
  [capture("<Collect/>"), ["error CollectMissing 1:33"]],
  [
    capture('<Collect ref="v"><URIPath><Pattern>{$}</Pattern></URIPath></Collect>'),
    ["error CollectAmbiguous 1:50"],
  ],
  [capture("<Collect><URIPath/></Collect>"), ["error PatternCompilationFailed 1:42"]],
  [
    capture("<Collect><URIPath><Pattern>/{id}</Pattern></URIPath></Collect>"),
    ["error PatternCompilationFailed 1:51"],
  ],
  [
    capture("<Collect><URIPath><Pattern>/{$}/{$}</Pattern></URIPath></Collect>"),
    ["error PatternCompilationFailed 1:51"],
  ],
  [
    capture("<Collect><URIPath><Pattern>/{</Pattern></URIPath></Collect>"),
    ["error PatternCompilationFailed 1:51"],
  ],
  [capture("<Collect><JSONPayload/></Collect>"), ["error JsonPathCompilationFailed 1:42"]],
  [
    capture("<Collect><JSONPayload><JSONPath>$.a[</JSONPath></JSONPayload></Collect>"),
    ["error JsonPathCompilationFailed 1:55"],
  ],
  [capture("<Collect><XMLPayload/></Collect>"), ["error XPathCompilationFailed 1:42"]],
  [
    capture("<Collect><XMLPayload><XPath>/a:b</XPath></XMLPayload></Collect>"),
    ["error XPathCompilationFailed 1:54"],
  ],
  [capture('<Collect ref="v"/>', "price"), ["warning InvalidDataCollectorName 1:51"]],
  [capture('<Collect ref="private.v"/>'), ["warning PrivateVariableAccess 1:33"]],
  [capture('<Collect ref="v"/>') + capture('<Collect ref="w"/>'), ["warning DuplicateDataCollector 1:96"]],
  ['<Capture><Collect ref="v"/><DataCollector scope="monetization">currency</DataCollector></Capture>', []],
])("%s is reported as %j", (inside, problems) => {
  expect(problemsOf(dataCapture, policy(inside), keptAnalytics().given)).toEqual(problems);
});

test("a data collector that the environment does not list is a warning, where it lists any", () => {
  const xml = policy(capture('<Collect ref="v"/>'));
  expect(problemsOf(dataCapture, xml, keptAnalytics({ dc_y: "STRING" }).given)).toEqual([
    "warning DeploymentAssertionError 1:24",
  ]);
  expect(problemsOf(dataCapture, xml, keptAnalytics({ dc_x: "STRING" }).given)).toEqual([]);
  expect(loadPolicy(dataCapture, xml, keptAnalytics({ dc_y: "STRING" }).given).step).not.toBeNull();
});
