import { describe, expect, test } from "vitest";
import { anyPath, proxyFiles, serve, setHeader, step } from "./gateway-kit.ts";

const tell = {
  flows: `<PostFlow><Response>${step("Tell")}</Response></PostFlow>`,
  policies: setHeader("Tell", "x-told", "{proxy.basepath}|{proxy.pathsuffix}|{request.path}|{proxy.url}"),
};

const gateway = serve({
  ...anyPath,
  ...proxyFiles("orders", { basePath: "/v1/orders", ...tell }),
  ...proxyFiles("members", { basePath: "/team/*/members", ...tell }),
  ...proxyFiles("rest", { basePath: "/", ...tell }),
});

describe("the path is normalised before a base path is chosen, as it is before it is sent on", () => {
  test.each([
    ["/v1/orders", "/v1/orders||/v1/orders"],
    ["/v1/orders/7?q=%2F", "/v1/orders|/7|/v1/orders/7"],
    ["/v1/orders/", "/v1/orders|/|/v1/orders/"],
    ["/v1/orders/a%2Fb%20c", "/v1/orders|/a%2Fb%20c|/v1/orders/a%2Fb%20c"],
    ["/v1/orders/../secret", "/|/v1/secret|/v1/secret"],
    ["/v1/orders/%2e%2E/secret", "/|/v1/secret|/v1/secret"],
    ["/v1/./orders/7", "/v1/orders|/7|/v1/orders/7"],
    ["/team/red/members/7", "/team/*/members|/7|/team/red/members/7"],
    ["/v1/ordersX", "/|/v1/ordersX|/v1/ordersX"],
    ["//v1/orders", "/|//v1/orders|//v1/orders"],
    ["/", "/|/|/"],
  ])("%s", async (path, expected) => {
    const response = await (await gateway).fetch(path);
    expect(response.headers.get("x-told")).toBe(
      `${expected}|${new Request(`http://gateway.test${path}`).url}`,
    );
  });
});

describe("a path that no proxy serves", async () => {
  const empty = await serve(proxyFiles("a", {}));
  const text = "Unable to identify proxy for host: gateway.test and url: /elsewhere";
  const code = "messaging.adaptors.http.flow.ApplicationNotFound";

  test("is answered 404 ApplicationNotFound", async () => {
    const response = await empty.fetch("/elsewhere?x=1");
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ fault: { faultstring: text, detail: { errorcode: code } } });
  });

  test("in XML when Accept asks for it", async () => {
    const response = await empty.fetch("/elsewhere", { headers: { accept: "application/xml" } });
    expect(response.headers.get("content-type")).toBe("application/xml");
    expect(await response.text()).toBe(
      `<fault><faultstring>${text}</faultstring><detail><errorcode>${code}</errorcode></detail></fault>`,
    );
  });

  test("without a body for HEAD", async () => {
    const response = await empty.fetch("/elsewhere", { method: "HEAD" });
    expect([response.status, response.body]).toEqual([404, null]);
  });
});
