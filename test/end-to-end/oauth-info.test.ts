import { describe, expect, test } from "vitest";
import { folderWith } from "../cli/sortie.ts";
import { serving } from "./corpus.ts";

const token = '<AccessToken ref="request.queryparam.token"/>';

const policies: Readonly<Record<string, string>> = {
  Issue:
    '<OAuthV2 name="Issue"><Operation>GenerateAccessToken</Operation><SupportedGrantTypes><GrantType>password</GrantType></SupportedGrantTypes><AppEndUser>request.formparam.username</AppEndUser><GenerateResponse/></OAuthV2>',
  Get: `<GetOAuthV2Info name="Get">${token}<IgnoreAccessTokenStatus>true</IgnoreAccessTokenStatus></GetOAuthV2Info>`,
  Set: `<SetOAuthV2Info name="Set">${token}<Attributes><Attribute name="seat" ref="request.queryparam.seat"/></Attributes></SetOAuthV2Info>`,
  Revoke: '<RevokeOAuthV2 name="Revoke"><EndUserId ref="request.queryparam.user"/></RevokeOAuthV2>',
  Delete: `<DeleteOAuthV2Info name="Delete">${token}</DeleteOAuthV2Info>`,
  Tell: '<AssignMessage name="Tell"><Set><Payload>{oauthv2accesstoken.Get.app_enduser} {oauthv2accesstoken.Get.status} {oauthv2accesstoken.Get.refresh_token_status} {oauthv2accesstoken.Get.accesstoken.seat}</Payload></Set><IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables></AssignMessage>',
};

const flowOf = (policy: string, after = "") =>
  `<Flow name="${policy}"><Condition>proxy.pathsuffix = "/${policy}"</Condition><Request><Step><Name>${policy}</Name></Step></Request>${after}</Flow>`;

const flows = [
  ...["Issue", "Set", "Revoke", "Delete"].map((policy) => flowOf(policy)),
  flowOf("Get", "<Response><Step><Name>Tell</Name></Step></Response>"),
];

const folder = folderWith({
  "apiproxies/info/apiproxy/info.xml": '<APIProxy name="info" revision="1"/>',
  "apiproxies/info/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default"><Flows>${flows.join("")}</Flows>
    <HTTPProxyConnection><BasePath>/info</BasePath></HTTPProxyConnection><RouteRule name="none"/></ProxyEndpoint>`,
  ...Object.fromEntries(
    Object.entries(policies).map(([name, xml]) => [`apiproxies/info/apiproxy/policies/${name}.xml`, xml]),
  ),
});

describe("tokens that the gateway keeps", () => {
  const at = serving([folder], () => ["--app", "key-1:secret-1"]);

  const ask = async (policy: string, parameters: Readonly<Record<string, string>>) => {
    const response = await fetch(`${at.url}/info/${policy}?${new URLSearchParams(parameters)}`);
    return `${response.status} ${await response.text()}`;
  };

  const issue = async (username: string): Promise<string> => {
    const form = { grant_type: "password", username, password: "pw" };
    const headers = { authorization: `Basic ${btoa("key-1:secret-1")}` };
    const body = new URLSearchParams(form);
    const response = await fetch(`${at.url}/info/Issue`, { method: "POST", headers, body });
    const { access_token: issued } = (await response.json()) as { access_token: string };
    return issued;
  };

  test("can be told, changed, revoked with all others of their user, and deleted", async () => {
    const [bobs, eves] = [await issue("bob"), await issue("eve")];
    expect(await ask("Get", { token: bobs })).toBe("200 bob approved approved ");
    expect(await ask("Set", { token: bobs, seat: "7" })).toBe("200 ");
    expect(await ask("Get", { token: bobs })).toBe("200 bob approved approved 7");
    expect(await ask("Revoke", { user: "bob" })).toBe("200 ");
    expect(await ask("Get", { token: bobs })).toBe("200 bob revoked revoked 7");
    expect(await ask("Get", { token: eves })).toBe("200 eve approved approved ");
    expect(await ask("Set", { token: bobs, seat: "8" })).toContain(
      "steps.oauth.v2.access_token_not_approved",
    );
    expect(await ask("Delete", { token: eves })).toBe("200 ");
    expect(await ask("Get", { token: eves })).toContain("steps.oauth.v2.invalid_access_token");
  });
});
