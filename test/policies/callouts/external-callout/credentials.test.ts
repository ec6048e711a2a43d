import { expect, test } from "vitest";
import type { GoogleIdentity } from "../../../../src/credentials/google-tokens.ts";
import { TokenError } from "../../../../src/credentials/token-error.ts";
import { externalCallout } from "../../../../src/policies/callouts/external-callout/external-callout.ts";
import { faultOf, flowOf, runPolicy } from "../../policy-kit.ts";
import { CalloutServer, failed, partsFor } from "./callout-kit.ts";

const policy = (authentication: string) => `<ExternalCallout name="EC">
  <TimeoutMs>5000</TimeoutMs>
  <GrpcConnection>
    <Server name="callout-server"/>
    <Authentication>${authentication}</Authentication>
  </GrpcConnection>
</ExternalCallout>`;

/** A service account whose tokens say what they are for. */
const identity = (): GoogleIdentity => ({
  account: "caller@project.example",
  source: (wanted) => ({ get: () => Promise.resolve(`Bearer token for ${JSON.stringify(wanted)}`) }),
});

async function sentWith(authentication: string, google = { identity }): Promise<Headers> {
  const server = new CalloutServer();
  const flow = flowOf({ variables: { audience: "https://from-variable.example", header: "X-Token" } });
  await runPolicy(externalCallout, policy(authentication), flow, { ...partsFor(server), google });
  return server.headers[0] ?? new Headers();
}

test.each([
  [
    "<Audience>https://a.example</Audience>",
    { kind: "id", audience: "https://a.example", includeEmail: false },
  ],
  [
    '<Audience ref="audience">https://a.example</Audience><IncludeEmail>true</IncludeEmail>',
    { kind: "id", audience: "https://from-variable.example", includeEmail: true },
  ],
  // The server's host alone, whatever port and scheme it is called on.
  ['<Audience useTargetUrl="true"/>', { kind: "id", audience: "https://grpc.example", includeEmail: false }],
])("a call carries an ID token: %s", async (inside, wanted) => {
  const headers = await sentWith(`<GoogleIDToken>${inside}</GoogleIDToken>`);
  expect(headers.get("authorization")).toBe(`Bearer token for ${JSON.stringify(wanted)}`);
});

test("HeaderName names the metadata that carries the token", async () => {
  const token = "<GoogleIDToken><Audience>https://a.example</Audience></GoogleIDToken>";
  const headers = await sentWith(`<HeaderName ref="header">X-Other</HeaderName>${token}`);
  expect([headers.has("x-token"), headers.has("authorization")]).toEqual([true, false]);
});

test.each([
  [
    "<Audience>https://a.example</Audience>",
    failed("io.grpc.StatusRuntimeException: UNAVAILABLE: Credentials failed to obtain metadata"),
  ],
  ['<Audience ref="unset"/>', "500 googletoken.EmptyIDTokenAudience: The audience of the ID token is empty"],
])("a call without a token is a fault: %s", async (inside, expected) => {
  const server = new CalloutServer();
  const failing = (): GoogleIdentity => ({
    account: "caller@project.example",
    source: () => ({ get: () => Promise.reject(new TokenError("The account is disabled.")) }),
  });
  const parts = { ...partsFor(server), google: { identity: failing } };
  const xml = policy(`<GoogleIDToken>${inside}</GoogleIDToken>`);
  const fault = await faultOf(externalCallout, xml, flowOf(), parts);
  expect(`${fault.status} ${fault.code}: ${fault.message}`).toBe(expected);
  expect(server.asked).toEqual([]);
});
