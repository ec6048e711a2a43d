import { expect, inject, test } from "vitest";
import { proxyFiles, serve, step } from "./gateway-kit.ts";

const { a } = inject("servers");

const target = (url: string) => `<HTTPTargetConnection><URL>${url}</URL></HTTPTargetConnection>`;

test("a proxy without policies passes request and response through", async () => {
  const gateway = await serve(proxyFiles("echo", { target: target(`${a}/echo`) }));
  const response = await gateway.fetch("/echo/deep?x=1&y=a%20b", {
    method: "POST",
    body: "hello",
    headers: { "x-one": "1" },
  });
  expect(response.status).toBe(200);
  const echo = await response.json<{ method: string; url: string; body: string }>();
  expect(echo).toMatchObject({ method: "POST", url: "/echo/deep?x=1&y=a%20b", body: "hello" });
});

test("a null route answers 200 with what response policies build", async () => {
  const gateway = await serve(
    proxyFiles("null", {
      flows: `<PreFlow><Response>${step("AM-Hello")}</Response></PreFlow>`,
      policies: {
        "AM-Hello": `<AssignMessage name="AM-Hello"><Set><Headers><Header name="x-suffix">{proxy.pathsuffix}</Header></Headers><Payload contentType="text/plain">hello {request.queryparam.name:nobody}</Payload></Set></AssignMessage>`,
      },
    }),
  );
  const response = await gateway.fetch("/null/x?name=world");
  expect(await response.text()).toBe("hello world");
  expect(response.headers.get("x-suffix")).toBe("/x");
});

test("a path that no proxy serves is answered 404 ApplicationNotFound", async () => {
  const gateway = await serve(proxyFiles("a", {}));
  const response = await gateway.fetch("/elsewhere");
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    fault: {
      faultstring: "Unable to identify proxy for host: gateway.test and url: /elsewhere",
      detail: { errorcode: "messaging.adaptors.http.flow.ApplicationNotFound" },
    },
  });
});
