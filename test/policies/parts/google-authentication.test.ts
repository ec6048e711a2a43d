import { describe, expect, test } from "vitest";
import type { GoogleIdentity } from "../../../src/credentials/google-tokens.ts";
import { TokenError } from "../../../src/credentials/token-error.ts";
import type { TokenRequest } from "../../../src/credentials/token-request.ts";
import type { Value } from "../../../src/expression/value.ts";
import { RequestMessage } from "../../../src/flow/message.ts";
import { assignMessage } from "../../../src/policies/messages/assign-message.ts";
import {
  callOut,
  egressThrough,
  failureOf,
  sentIn,
  servers,
  timedFlow,
} from "../callouts/service-callout/callout-kit.ts";
import { faultOf, flowOf, runPolicy } from "../policy-kit.ts";

/** An identity whose tokens say what was asked for. */
const identity: GoogleIdentity = {
  account: "a",
  source: (request) => ({ get: () => `Bearer ${nameOf(request)}` }),
};

function nameOf(request: TokenRequest): string {
  return request.kind === "access"
    ? `access:${request.scopes.join("+")}:${request.lifetime}`
    : `id:${request.audience}${request.includeEmail ? ":email" : ""}`;
}

const google = { identity: () => identity };
const access = (lifetime = "") =>
  `<GoogleAccessToken><Scopes><Scope>s</Scope><Scope>t</Scope></Scopes>${lifetime}</GoogleAccessToken>`;
const id = (content: string) => `<GoogleIDToken>${content}</GoogleIDToken>`;

const callout = (
  authentication: string,
  request = "<Set><Path>/more</Path></Set>",
  path = "/echo/x?query=1",
) =>
  `<ServiceCallout name="SC"><Request>${request}</Request><Response>answer</Response><HTTPTargetConnection>` +
  `<Authentication>${authentication}</Authentication><URL>${servers.a}${path}</URL></HTTPTargetConnection></ServiceCallout>`;

/** The headers that a callout sent. */
async function sent(authentication: string, variables: Record<string, Value> = {}, request?: string) {
  const flow = await callOut(callout(authentication, request), flowOf({ variables }), { google });
  return sentIn(flow).headers;
}

describe("the header", () => {
  const ownHeader = '<Set><Headers><Header name="Authorization">Basic own</Header></Headers></Set>';

  test("is Authorization with a bearer token, in the place of what the request has there", async () => {
    expect((await sent(access())).authorization).toBe("Bearer access:s+t:3600");
    expect((await sent(access(), {}, ownHeader)).authorization).toBe("Bearer access:s+t:3600");
  });

  test("is the one that HeaderName names; then Authorization stays as it is", async () => {
    const headers = await sent(
      `<HeaderName>X-Serverless-Authorization</HeaderName>${access()}`,
      {},
      ownHeader,
    );
    expect(headers["x-serverless-authorization"]).toBe("Bearer access:s+t:3600");
    expect(headers.authorization).toBe("Basic own");
  });

  test.each<[Record<string, Value>, string]>([
    [{ header: "X-From-Variable" }, "x-from-variable"],
    [{ header: "" }, "x-text"],
    [{}, "x-text"],
  ])("is the variable's when that has a value: %j", async (variables, name) => {
    const headers = await sent(`<HeaderName ref="header">X-Text</HeaderName>${access()}`, variables);
    expect(headers[name]).toBe("Bearer access:s+t:3600");
    expect(headers).not.toHaveProperty("authorization");
  });

  test("cannot be one that HTTP does not know", async () => {
    const xml = callout(`<HeaderName ref="header">X</HeaderName>${access()}`);
    const flow = flowOf({ variables: { header: "X: y\r\nZ" } });
    expect(await failureOf(xml, flow, { google })).toBe(
      "500 messaging.adaptors.http.filter.GoogleTokenGenerationFailure: Failed to generate a Google token",
    );
  });

  test("is not in the request message, where variables would show it", async () => {
    const flow = await callOut(callout(access()), flowOf(), { google });
    const request = flow.variables.get("servicecallout.request");
    expect(request).toBeInstanceOf(RequestMessage);
    expect(request instanceof RequestMessage && [...request.headers]).toEqual([]);
  });
});

describe("the lifetime of an access token", () => {
  const lifetime = access('<LifetimeInSeconds ref="life">600</LifetimeInSeconds>');
  test.each<[Record<string, Value>, string]>([
    [{}, "access:s+t:600"],
    [{ life: "60" }, "access:s+t:60"],
    [{ life: 120 }, "access:s+t:120"],
  ])("is the variable's when that has a value: %j", async (variables, token) => {
    expect((await sent(lifetime, variables)).authorization).toBe(`Bearer ${token}`);
  });

  test.each(["0", "-1", "1.5", "soon", "43201"])("cannot be %s", async (life) => {
    const flow = flowOf({ variables: { life } });
    expect(await failureOf(callout(lifetime), flow, { google })).toContain("GoogleTokenGenerationFailure");
  });
});

describe("the audience of an ID token", () => {
  const url = `${servers.a}/echo/x`;
  test.each<[string, Record<string, Value>, string]>([
    ["<Audience>https://text</Audience>", {}, "id:https://text"],
    ['<Audience ref="v"/>', { v: "https://variable" }, "id:https://variable"],
    ['<Audience ref="v">https://text</Audience>', { v: "https://variable" }, "id:https://variable"],
    ['<Audience ref="v">https://text</Audience>', {}, "id:https://text"],
    ['<Audience ref="v">https://text</Audience>', { v: " " }, "id:https://text"],
    ['<Audience ref="v" useTargetUrl="true">https://text</Audience>', {}, "id:https://text"],
    ['<Audience ref="v" useTargetUrl="true"/>', { v: "https://variable" }, "id:https://variable"],
    ['<Audience ref="v" useTargetUrl="true"/>', {}, `id:${url}`],
    ['<Audience useTargetUrl="true"/>', {}, `id:${url}`],
    ["<Audience>a</Audience><IncludeEmail>true</IncludeEmail>", {}, "id:a:email"],
    ['<Audience>a</Audience><IncludeEmail ref="e">true</IncludeEmail>', { e: false }, "id:a"],
    ['<Audience>a</Audience><IncludeEmail ref="e"/>', { e: "TRUE" }, "id:a:email"],
  ])("%s with %j", async (content, variables, token) => {
    expect((await sent(id(content), variables)).authorization).toBe(`Bearer ${token}`);
  });

  test.each(['<Audience ref="v"/>', '<Audience ref="v" useTargetUrl="false"/>'])(
    "%s may not be empty",
    async (content) => {
      expect(await failureOf(callout(id(content)), flowOf(), { google })).toBe(
        "500 googletoken.EmptyIDTokenAudience: The audience of the ID token is empty",
      );
    },
  );
});

describe("a token that cannot be made", () => {
  const failing = (error: Error): GoogleIdentity => ({
    account: "a",
    source: () => ({ get: () => Promise.reject(error) }),
  });

  test("is a fault that says no more than that; the rest is for the log", async () => {
    const reason = new TokenError("Google said no.");
    const parts = { egress: egressThrough(), google: { identity: () => failing(reason) } };
    const fault = await callOut(callout(access()), flowOf(), parts).catch((error: unknown) => error);
    expect(fault).toMatchObject({
      code: "messaging.adaptors.http.filter.GoogleTokenGenerationFailure",
      status: 500,
      message: "Failed to generate a Google token",
      cause: reason,
    });
  });

  test("ends the policy within its Timeout", async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const hanging: GoogleIdentity = {
      account: "a",
      source: () => ({
        get() {
          resolve();
          return new Promise(() => {});
        },
      }),
    };
    const { flow, clock } = timedFlow();
    const xml = callout(access()).replace("<HTTPTarget", "<Timeout>1000</Timeout><HTTPTarget");
    const failure = failureOf(xml, flow, { google: { identity: () => hanging } });
    await asked;
    clock.pass(900);
    expect(await failure).toContain("GoogleTokenGenerationFailure");
  });
});

describe("Set in AssignMessage", () => {
  const assign = (authentication: string, more = "") =>
    `<AssignMessage name="AM"><Set>${more}<Authentication>${authentication}</Authentication></Set></AssignMessage>`;

  test("puts the token into the message, where targets and callouts take it from", async () => {
    const flow = await runPolicy(assignMessage, assign(access()), flowOf(), { google });
    expect(flow.request.headers.get("authorization")).toBe("Bearer access:s+t:3600");
  });

  test("sets its other parts as well, and leaves Authorization alone when HeaderName names another", async () => {
    const xml = assign(
      `<HeaderName>X-Token</HeaderName>${id("<Audience>a</Audience>")}`,
      '<Headers><Header name="Authorization">Basic own</Header></Headers>',
    );
    const flow = await runPolicy(assignMessage, xml, flowOf(), { google });
    expect(flow.request.headers.get("authorization")).toBe("Basic own");
    expect(flow.request.headers.get("x-token")).toBe("Bearer id:a");
  });

  test("waits for a token that is not in memory", async () => {
    const later: GoogleIdentity = { account: "a", source: () => ({ get: async () => "Bearer later" }) };
    const flow = await runPolicy(assignMessage, assign(access()), flowOf(), {
      google: { identity: () => later },
    });
    expect(flow.request.headers.get("authorization")).toBe("Bearer later");
  });

  test("knows no target's URL outside of a target's flow", async () => {
    const xml = assign(id('<Audience useTargetUrl="true"/>'));
    const fault = await faultOf(assignMessage, xml, flowOf(), { google });
    expect(fault.code).toBe("googletoken.EmptyIDTokenAudience");
  });

  test("takes the target's URL without query as the audience", async () => {
    const flow = flowOf();
    flow.target = {
      name: "default",
      url: "https://service.example/v1?key=1",
      copyPathSuffix: true,
      copyQueryParams: true,
      evaluatedUrl: null,
      sentAt: null,
      receivedAt: null,
    };
    await runPolicy(assignMessage, assign(id('<Audience useTargetUrl="true"/>')), flow, { google });
    expect(flow.request.headers.get("authorization")).toBe("Bearer id:https://service.example/v1");
  });
});
