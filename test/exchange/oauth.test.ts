import { describe, expect, inject, test } from "vitest";
import { httpTarget, proxyFiles, raise, serve, setHeader, step, type TestGateway } from "./gateway-kit.ts";

const { a } = inject("servers");

const clients = {
  "environments/local/products.json": JSON.stringify([
    { name: "gold", proxies: ["p"], scopes: ["READ"], quota: "1", quotaInterval: "1", quotaTimeUnit: "hour" },
  ]),
  "environments/local/developers.json": JSON.stringify([{ email: "ann@example.com", status: "active" }]),
  "environments/local/developerapps.json": JSON.stringify([
    {
      name: "shop",
      developerEmail: "ann@example.com",
      credentials: [
        { consumerKey: "key-1", consumerSecret: "secret-1", apiProducts: [{ apiproduct: "gold" }] },
      ],
    },
  ]),
};

const grants = "<SupportedGrantTypes><GrantType>client_credentials</GrantType></SupportedGrantTypes>";
const generate = (inside: string, attributes = "") =>
  `<OAuthV2 name="Generate" ${attributes}><Operation>GenerateAccessToken</Operation>${grants}${inside}</OAuthV2>`;

const policies = {
  Generate: generate("<GenerateResponse/>"),
  Verify: '<OAuthV2 name="Verify"><Operation>VerifyAccessToken</Operation></OAuthV2>',
  ...raise("Never", 500),
  ...setHeader("Mark", "x-marked", "yes"),
};

/** A token endpoint, and everything else behind a token. */
async function serving(more: Partial<typeof policies> = {}, flows = "", faultRules = "") {
  return serve({
    ...clients,
    ...proxyFiles("p", {
      flows: `${faultRules}<PreFlow><Request>${step("Verify", 'proxy.pathsuffix != "/token"')}</Request></PreFlow>
        <Flows><Flow name="token"><Condition>proxy.pathsuffix = "/token"</Condition>
          <Request>${step("Generate")}${step("Never")}</Request><Response>${step("Mark")}</Response></Flow>${flows}</Flows>`,
      target: httpTarget(`${a}/headers`),
      policies: { ...policies, ...more },
    }),
  });
}

function ask(gateway: TestGateway, secret = "secret-1") {
  return gateway.fetch("/p/token", {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`key-1:${secret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
}

const call = (gateway: TestGateway, token: string) =>
  gateway.fetch("/p/things", { headers: { authorization: `Bearer ${token}` } });

test("an app gets a token without a target, and calls with it", async () => {
  const gateway = await serving();
  const answer = await ask(gateway);
  expect([answer.status, answer.headers.get("x-marked"), answer.headers.get("x-server")]).toEqual([
    200,
    "yes",
    null,
  ]);
  const { access_token: token } = await answer.json<{ access_token: string }>();
  expect((await call(gateway, token)).headers.get("x-server")).not.toBeNull();
});

test("a token is told in the response flow, too", async () => {
  const gateway = await serve({
    ...clients,
    ...proxyFiles("p", {
      flows: `<PreFlow><Response>${step("Generate")}${step("Mark")}</Response></PreFlow>`,
      policies,
    }),
  });
  const answer = await ask(gateway);
  expect([answer.status, answer.headers.get("x-marked")]).toEqual([200, "yes"]);
  expect(await answer.json()).toMatchObject({ status: "approved" });
});

test("who has no token calls no target, and is told so in a header, too", async () => {
  const answer = await call(await serving(), "x".repeat(28));
  expect([answer.status, await answer.json(), answer.headers.get("www-authenticate")]).toEqual([
    401,
    {
      fault: {
        faultstring: "Invalid Access Token",
        detail: { errorcode: "keymanagement.service.invalid_access_token" },
      },
    },
    'Bearer realm="null",error="invalid_token",error_description="keymanagement.service.invalid_access_token: Invalid Access Token"',
  ]);
});

test("a fault rule writes another body, and the challenge stays", async () => {
  const rules = `<FaultRules><FaultRule name="token"><Condition>oauthV2.Verify.failed = true and fault.name = "invalid_access_token"</Condition>${step("Own")}</FaultRule></FaultRules>`;
  const own =
    '<AssignMessage name="Own"><Set><StatusCode>403</StatusCode><Payload contentType="text/plain">{oauthV2.Verify.fault.name}</Payload></Set></AssignMessage>';
  const answer = await call(await serving({ Own: own } as object, "", rules), "nobodys");
  expect([answer.status, await answer.text()]).toEqual([403, "keymanagement.service.invalid_access_token"]);
  expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /);
});

describe("a client that is not known", () => {
  const told = '{"ErrorCode" : "invalid_client", "Error" :"Client credentials are invalid"}';

  test("gets the answer of the policy", async () => {
    const answer = await ask(await serving(), "wrong");
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      401,
      "application/json",
      told,
    ]);
  });

  test("gets it through the response flow where the policy goes on after errors", async () => {
    const inside = "<GenerateResponse/><GenerateErrorResponse/>";
    const gateway = await serving({
      Generate: generate(inside, 'continueOnError="true"'),
      ...setHeader("Mark", "x-marked", "{oauthV2.Generate.failed} {oauthV2.Generate.fault.name}"),
    });
    const answer = await ask(gateway, "wrong");
    expect([answer.status, await answer.text(), answer.headers.get("x-marked")]).toEqual([
      401,
      told,
      "true invalid_client",
    ]);
  });

  test("gets the default error body where the policy answers nothing", async () => {
    const gateway = await serving({ Generate: generate("") });
    const answer = await ask(gateway, "wrong");
    expect([answer.status, await answer.json()]).toEqual([
      500,
      {
        fault: {
          faultstring: "Invalid client identifier",
          detail: { errorcode: "oauth.v2.InvalidClientIdentifier" },
        },
      },
    ]);
  });
});

test("fail closed: a policy that goes on after errors lets a flow see that nobody was let in", async () => {
  const verify = policies.Verify.replace("<OAuthV2", '<OAuthV2 continueOnError="true"');
  const flow = `<Flow name="who"><Condition>oauthV2.Verify.failed = true and client_id = null</Condition><Request>${step("Never")}</Request></Flow>`;
  const answer = await call(await serving({ Verify: verify }, flow), "nobodys");
  expect([answer.status, answer.headers.get("x-server")]).toEqual([500, null]);
});

test("neither tokens nor secrets are in the log", async () => {
  const gateway = await serving();
  const { access_token: token } = await (await ask(gateway)).json<{ access_token: string }>();
  await call(gateway, token);
  await call(gateway, "nobodys-token");
  await ask(gateway, "wrong-secret");
  await gateway.settled();
  const written = JSON.stringify([gateway.log, gateway.records]);
  expect(
    [token, "secret-1", "nobodys-token", "wrong-secret"].filter((text) => written.includes(text)),
  ).toEqual([]);
});
