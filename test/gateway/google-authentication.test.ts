import { decodeJwt } from "jose";
import { beforeAll, expect, test } from "vitest";
import { ACCOUNT, register, SCOPE, servers, testTokens } from "../credentials/issuer-kit.ts";
import type { Echo } from "../servers/routes.ts";
import { proxyFiles, serve, step, type TestFiles } from "./gateway-kit.ts";

beforeAll(() => register());

/** An environment whose proxies act as the account. */
function deployedAs(files: TestFiles, account = ACCOUNT): TestFiles {
  const deployments = { proxies: [{ name: "p", serviceAccount: account }] };
  return { ...files, "environments/local/deployments.json": JSON.stringify(deployments) };
}

const accessToken = `<GoogleAccessToken><Scopes><Scope>${SCOPE}</Scope></Scopes></GoogleAccessToken>`;

const callout = (authentication: string, request = "") =>
  `<ServiceCallout name="SC"><Request>${request}</Request><Response>answer</Response><HTTPTargetConnection>
    <Authentication>${authentication}</Authentication><URL>${servers.a}/echo/called?secret=1</URL>
  </HTTPTargetConnection></ServiceCallout>`;

/** Shows what the called service got as the answer of the proxy. */
const showAnswer =
  '<AssignMessage name="AM-Show"><Set><Payload contentType="application/json">{answer.content}</Payload></Set></AssignMessage>';

async function headersSeenBy(files: TestFiles, path = "/p"): Promise<Map<string, string>> {
  const { tokens } = testTokens();
  const gateway = await serve(deployedAs(files), {
    allow: [servers.a],
    googleIdentity: (account) => tokens.identity(account),
  });
  const response = await gateway.fetch(path);
  const { headers } = await response.json<Echo>();
  return new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

test("a ServiceCallout sends an access token of the deployment's service account", async () => {
  const files = proxyFiles("p", {
    flows: `<PreFlow><Request>${step("SC")}</Request><Response>${step("AM-Show")}</Response></PreFlow>`,
    policies: { SC: callout(accessToken), "AM-Show": showAnswer },
  });
  const headers = await headersSeenBy(files);
  const authorization = headers.get("authorization") ?? "";
  expect(authorization).toMatch(/^Bearer /);
  expect(decodeJwt(authorization.slice(7))).toMatchObject({ sub: ACCOUNT, scope: SCOPE });
});
