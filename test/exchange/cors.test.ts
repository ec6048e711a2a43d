import { expect, inject, test } from "vitest";
import { httpTarget, proxyFiles, raise, serve, setHeader, step } from "./gateway-kit.ts";

const { a } = inject("servers");

const policies = {
  Share: '<CORS name="Share"><AllowOrigins>https://site.example</AllowOrigins></CORS>',
  ...raise("Refuse", 401),
  ...setHeader("Mark", "x-marked", "yes"),
};
const origin = "https://site.example";
const gatewayWith = (...after: string[]) =>
  serve(
    proxyFiles("p", {
      flows: `<PreFlow><Request>${["Share", ...after].map((name) => step(name)).join("")}</Request><Response>${step("Mark")}</Response></PreFlow>`,
      target: httpTarget(`${a}/headers?access-control-allow-origin=*`),
      policies,
    }),
  );

test("a preflight is answered before credentials are asked for, through the response flow and without a target", async () => {
  const gateway = await gatewayWith("Refuse");
  const headers = { origin, "access-control-request-method": "DELETE" };
  const answer = await gateway.fetch("/p", { method: "OPTIONS", headers });
  const names = ["access-control-allow-origin", "access-control-allow-methods", "x-marked", "x-server"];
  expect([answer.status, ...names.map((name) => answer.headers.get(name))]).toEqual([
    200,
    origin,
    "GET, POST, HEAD, OPTIONS",
    "yes",
    null,
  ]);
});

test.each([
  ["an answer", [], 200],
  ["a fault", ["Refuse"], 401],
])("%s names the origin that may read it", async (_, after, status) => {
  const gateway = await gatewayWith(...after);
  const answer = await gateway.fetch("/p", { headers: { origin } });
  expect([
    answer.status,
    answer.headers.get("access-control-allow-origin"),
    answer.headers.get("vary"),
  ]).toEqual([status, origin, "Origin"]);
});

test("a response flow that takes all headers away leaves what a preflight asks for", async () => {
  const gateway = await serve(
    proxyFiles("p", {
      flows: `<PreFlow><Request>${step("Share")}</Request><Response>${step("Clean")}</Response></PreFlow>`,
      policies: {
        ...policies,
        Clean: '<AssignMessage name="Clean"><Remove><Headers/></Remove></AssignMessage>',
      },
    }),
  );
  const headers = { origin, "access-control-request-method": "DELETE" };
  const answer = await gateway.fetch("/p", { method: "OPTIONS", headers });
  const names = ["allow-origin", "allow-methods", "allow-headers", "max-age"];
  expect(names.map((name) => answer.headers.get(`access-control-${name}`))).toEqual([
    origin,
    "GET, POST, HEAD, OPTIONS",
    "Origin, Accept, X-Requested-With, Content-Type, Access-Control-Request-Method, Access-Control-Request-Headers",
    "1800",
  ]);
});
