import type { Coverage, KnownClient } from "../../../clients/identify.ts";
import type { IssuedToken } from "../../../clients/tokens/issued-tokens.ts";
import { type FlowContext, StateKey } from "../../../flow/context.ts";
import type { Told } from "../../parts/own-variables.ts";
import { type ClientFacts, factsOfClient, setShared } from "../clients/client-variables.ts";

/** Those of what is known that stand a second time below `apigee.`, as published flows read them. */
const REPEATED: ReadonlySet<string> = new Set([
  "client_id",
  "access_token",
  "developer.app.name",
  "developer.id",
  "developer.email",
  "apiproduct.name",
]);

/** What is known of a token, while what is known of its client stays the same. */
interface TokenFacts {
  readonly ofClient: ClientFacts;
  readonly values: readonly (readonly [name: string, value: NonNullable<Told[2]>])[];
}

/** What the last token has set, whichever policy let it in. */
const setBefore = new StateKey<TokenFacts["values"]>();

/**
 * Sets what is known of a token that was let in. Apigee: "OAuthV2 policy" (flow variables of VerifyAccessToken); what is
 * about the token itself also stands where tokens are told that were issued, as published flows read it.
 */
export function compileTokenVariables(policy: string) {
  /** Put together once for a token: names are many, and putting them together costs more than all else. */
  const known = new WeakMap<IssuedToken, TokenFacts>();
  return {
    clear(flow: FlowContext): void {
      const before = flow.kept(setBefore);
      if (before === null) return;
      for (const [name] of before) flow.variables.delete(name);
      flow.variables.delete("expires_in");
    },
    set(flow: FlowContext, token: IssuedToken, client: KnownClient, coverage: Coverage): void {
      const ofClient = factsOfClient(client, coverage);
      let facts = known.get(token);
      if (facts?.ofClient !== ofClient) {
        const { organization } = flow.identity;
        facts = { ofClient, values: valuesOf(policy, organization, token, client, ofClient) };
        known.set(token, facts);
      }
      const { variables } = flow;
      setShared(flow, ofClient);
      for (const [name, value] of facts.values) variables.set(name, value);
      variables.set("expires_in", secondsLeft(token, flow.exchange.now()));
      flow.keep(setBefore, facts.values);
    },
  };
}

function valuesOf(
  policy: string,
  organization: string,
  token: IssuedToken,
  { credential }: KnownClient,
  { told }: ClientFacts,
): TokenFacts["values"] {
  const ofToken: Told[] = [
    ["", "organization_name", organization],
    ["", "client_id", token.clientId],
    ["", "access_token", token.token],
    ["", "token_type", "BearerToken"],
    ["", "grant_type", token.grantType],
    ["", "issued_at", String(token.issuedAt)],
    ["", "status", token.status],
    ["", "scope", token.scopes.join(" ") || null],
    ...token.attributes.map(({ name, value }): Told => ["accesstoken.", name, value]),
  ];
  // An attribute of an app has no name of its own here: it could be that of any variable.
  const all = [...ofToken, ...told.filter(([group]) => group !== "")];
  const repeated = all.filter(([group, name]) => REPEATED.has(group + name));
  return [
    ...below("", all),
    ...below("apigee.", [...repeated, ["", "client_secret", credential.consumerSecret]]),
    ...below(`oauthv2accesstoken.${policy}.`, ofToken),
  ];
}

function below(prefix: string, told: readonly Told[]): TokenFacts["values"] {
  return told.flatMap(([group, name, value]) =>
    value === null ? [] : [[prefix + group + name, value] as const],
  );
}

/** As a text; `-1` for ever. */
function secondsLeft({ expiresAt }: IssuedToken, now: number): string {
  return expiresAt === null ? "-1" : String(Math.floor((expiresAt - now) / 1000));
}
