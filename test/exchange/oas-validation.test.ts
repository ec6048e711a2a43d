import { describe, expect, test } from "vitest";
import {
  check,
  defaultFault,
  proxyFiles,
  serve,
  setHeader,
  sharedFlowFiles,
  step,
  type TestFiles,
} from "./gateway-kit.ts";

const yaml = `openapi: 3.0.3
info: {title: Orders, version: "1"}
servers: [{url: "https://api.example.com/elsewhere"}]
x-id: &id {type: integer, format: int32}
paths:
  /orders:
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
      responses: {200: {description: placed}}
  /orders/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: *id}]
      responses:
        200:
          description: ok
          content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
components:
  schemas:
    Order: {type: object, required: [id], properties: {id: *id}}
`;

const oas = (attributes = "", source = "request") => ({
  OAS: `<OASValidation name="OAS" ${attributes}>
    <OASResource>oas://orders.yaml</OASResource>
    <Options><ValidateMessageBody>true</ValidateMessageBody></Options>
    <Source>${source}</Source>
  </OASValidation>`,
});
const show = setHeader("Show", "x-shown", "{oasvalidation.OAS.failed} {fault.name}");

function filesOf(
  flows: string,
  policies: Record<string, string>,
  folder = "apiproxies/p/apiproxy",
): TestFiles {
  return {
    ...proxyFiles("p", { basePath: "/shop/v1", flows, policies }),
    [`${folder}/resources/oas/orders.yaml`]: yaml,
  };
}

const inRequest = `<PreFlow><Request>${step("OAS")}</Request></PreFlow>`;
const post = (body: string): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body,
});
const reason = (text: string) =>
  defaultFault(
    "steps.oasvalidation.Failed",
    `OASValidation OAS with resource "oas://orders.yaml": failed with reason: "[ERROR - ${text}: []]"`,
  );

describe("a deployed specification in YAML", () => {
  test.each<[string, RequestInit, number, string | null]>([
    ["/orders", post('{"id":7}'), 200, null],
    ["/orders", post("{}"), 400, 'Object has missing required properties (["id"])'],
    ["/orders", post('{"id":2147483648}'), 400, "[Path '/id'] Value 2147483648 is out of the range of int32"],
    ["/orders?x=1", post('{"id":7}'), 200, null],
    ["/orders/7", {}, 200, null],
    [
      "/orders/seven",
      {},
      400,
      "Parameter 'id': Instance type (string) does not match any allowed primitive type (allowed: [\"integer\"])",
    ],
    ["/orders/7", { method: "DELETE" }, 400, "DELETE operation not allowed on path '/orders/{id}'."],
    ["", {}, 400, "No API path found that matches request '/'."],
  ])("%s %j", async (path, init, status, text) => {
    const gateway = await serve(filesOf(inRequest, oas()));
    const answer = await gateway.fetch(`/shop/v1${path}`, init);
    expect(answer.status).toBe(status);
    if (text !== null) expect(await answer.json()).toEqual(reason(text));
  });

  test("of the environment, used in a shared flow", async () => {
    const gateway = await serve({
      ...proxyFiles("p", {
        basePath: "/shop/v1",
        flows: `<PreFlow><Request>${step("Call")}</Request></PreFlow>`,
        policies: {
          Call: '<FlowCallout name="Call"><SharedFlowBundle>shared</SharedFlowBundle></FlowCallout>',
        },
      }),
      ...sharedFlowFiles("shared", step("OAS"), oas()),
      "environments/local/resources/oas/orders.yaml": yaml,
    });
    expect((await gateway.fetch("/shop/v1/orders", post('{"id":7}'))).status).toBe(200);
    expect((await gateway.fetch("/shop/v1/orders", post("{}"))).status).toBe(400);
  });
});

test("continueOnError lets the flow go on, and the variable says that the policy failed", async () => {
  const flows = `<PreFlow><Request>${step("OAS")}</Request><Response>${step("Show")}</Response></PreFlow>`;
  const gateway = await serve(filesOf(flows, { ...oas('continueOnError="true"'), ...show }));
  const answer = await gateway.fetch("/shop/v1/orders", post("{}"));
  expect([answer.status, answer.headers.get("x-shown")]).toEqual([200, "true Failed"]);
});

test("a fault rule finds the fault by its name", async () => {
  const rule = `<FaultRules><FaultRule name="R"><Condition>fault.name = "Failed"</Condition>${step("Show")}</FaultRule></FaultRules>`;
  const gateway = await serve(filesOf(`${rule}${inRequest}`, { ...oas(), ...show }));
  const answer = await gateway.fetch("/shop/v1/orders", post("{}"));
  expect([answer.status, answer.headers.get("x-shown")]).toEqual([400, "true Failed"]);
});

test("a response is refused that is not what the specification says", async () => {
  const flows = `<PreFlow><Response>${step("OAS")}</Response></PreFlow>`;
  const gateway = await serve(filesOf(flows, oas("", "message")));
  const answer = await gateway.fetch("/shop/v1/orders/7");
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual(
    reason("GET on path '/orders/{id}' defines a response schema but no response body found."),
  );
});

test("what is wrong with a specification stands where it is, for each policy that uses it", () => {
  const policies = { ...oas(), Two: oas().OAS.replace('"OAS"', '"Two"') };
  const files = filesOf(`<PreFlow><Request>${step("OAS")}${step("Two")}</Request></PreFlow>`, policies);
  const broken = Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      text.replace("#/components/schemas/Order", "order.yaml"),
    ]),
  );
  const at = "ResourceCompileFailed apiproxies/p/apiproxy/resources/oas/orders.yaml:10:53";
  expect(
    check(broken).problems.map(
      ({ code, file, line, column, policy }) => `${code} ${file}:${line}:${column} ${policy}`,
    ),
  ).toEqual([`${at} OAS`, `${at} Two`]);
});
