import { exports } from "cloudflare:workers";
import { createClient } from "@osdk/client";
import { beforeAll, expect, inject, test } from "vitest";
import { assign, proxyFiles, step } from "../exchange/gateway-kit.ts";
import { deploy, execute, fromDeveloper, sourceTo } from "../functions/function-kit.ts";
import { webhooksFrom } from "./webhook-kit.ts";

const { a } = inject("servers");

const file = (more: string, outputs = "url: { type: string, from: get.url }") => `
source: Things
inputs: { id: { type: integer }, note: { type: string, optional: true } }
calls: [{ name: get, method: GET, path: "/echo", query: { id: "{input.id}", note: "{input.note}" } }]
outputs: { ${outputs} }
${more}
`;

beforeAll(() =>
  deploy({
    sources: [sourceTo("Things", a)],
    webhooks: webhooksFrom({
      published: file("publishAsFunction: true"),
      silent: file("publishAsFunction: true", ""),
      private: file(""),
      held: "source: Things\npublishAsFunction: true\ncalls: [{ name: get, method: GET, path: /hold/webhook-published }]",
    }),
    proxies: {
      ...proxyFiles("calls", {
        flows: `<PreFlow><Request>${step("FC")}</Request></PreFlow><PostFlow><Response>${step("Show")}</Response></PostFlow>`,
        policies: {
          FC: `<FunctionCallout name="FC"><Function>published</Function>
            <Parameters><Parameter name="id" ref="request.queryparam.id"/></Parameters>
            <Response>result</Response></FunctionCallout>`,
          ...assign("Show", "<Set><Payload>{result.content}</Payload></Set>"),
        },
      }),
      ...proxyFiles("waits", {
        flows: `<PreFlow><Request>${step("FC")}</Request></PreFlow>`,
        policies: {
          FC: `<FunctionCallout name="FC"><Function>held</Function><Timeout>1</Timeout></FunctionCallout>`,
        },
      }),
    },
  }),
);

test("a published webhook is called as a function, by its name", async () => {
  expect(await execute("published", { id: 7, note: "x" })).toEqual({
    status: 200,
    body: { value: { url: "/echo?id=7&note=x" } },
  });
  expect(await execute("silent", { id: 7 })).toEqual({ status: 200, body: { value: null } });
});

test("the real client executes it as a query, and learns its types", async () => {
  const client = createClient(
    "https://gateway.test/_sortie/",
    "ri.ontology.main.ontology.local",
    async () => "nobody's token",
    undefined,
    (input, init) => {
      const request = new Request(input, init);
      for (const [name, value] of Object.entries(fromDeveloper())) request.headers.set(name, value);
      return exports.default.fetch(request);
    },
  );
  // biome-ignore lint/suspicious/noExplicitAny: types of no ontology
  const query: any = client({ type: "query", apiName: "published" } as never);
  expect(await query.executeFunction({ id: 7 })).toEqual({ url: "/echo?id=7" });
  const response = await exports.default.fetch(
    "https://gateway.test/_sortie/api/v2/ontologies/x/queryTypes/published",
    { headers: fromDeveloper() },
  );
  expect(await response.json()).toMatchObject({
    apiName: "published",
    version: expect.stringMatching(/^[0-9a-f]{64}$/),
    parameters: { id: { dataType: { type: "integer" } }, note: { dataType: { type: "union" } } },
    output: { type: "struct", fields: [{ name: "url", fieldType: { type: "string" } }] },
  });
});

test.each([
  ["private", { id: 7 }, "QueryNotFound"],
  ["constructor", { id: 7 }, "QueryNotFound"],
  ["published", {}, "MissingParameter"],
  ["published", { id: "7" }, "InvalidQueryParameterValue"],
  ["published", { id: 7, other: 1 }, "UnknownParameter"],
])("%s with %j: %s", async (name, parameters, errorName) => {
  expect(await execute(name, parameters)).toMatchObject({ body: { errorName } });
});

test("a flow calls it, with parameters of their types", async () => {
  const response = await exports.default.fetch("http://gateway.test/calls?id=42");
  expect(await response.text()).toBe('{"url":"/echo?id=42"}');
});

test("a flow that waits no longer ends it", async () => {
  const response = await exports.default.fetch("http://gateway.test/waits");
  expect(await response.text()).toContain("timeout occurred in FC");
  expect((await fetch(`${a}/left/webhook-published`)).status).toBe(200);
});
