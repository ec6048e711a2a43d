import type { Coverage, KnownClient } from "../../../clients/identify.ts";
import type { IssuedToken } from "../../../clients/tokens/issued-tokens.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { OwnVariables, type Told } from "../../parts/own-variables.ts";
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

interface TokenFacts {
  readonly client: ClientFacts;
  readonly ofToken: readonly Told[];
  readonly all: readonly Told[];
}

/** Put together once for a token, while what is known of its client stays the same. */
const known = new WeakMap<IssuedToken, TokenFacts>();

/**
 * Sets what is known of a token that was let in. Apigee: "OAuthV2 policy" (flow variables of VerifyAccessToken); what is
 * about the token itself also stands where tokens are told that were issued, as published flows read it.
 */
export function compileTokenVariables(policy: string) {
  const own = new OwnVariables("");
  const prefixed = new OwnVariables(`oauthv2accesstoken.${policy}.`);
  return {
    clear(flow: FlowContext): void {
      own.clear(flow);
      prefixed.clear(flow);
    },
    set(flow: FlowContext, token: IssuedToken, client: KnownClient, coverage: Coverage): void {
      const facts = factsOfClient(client, coverage);
      let kept = known.get(token);
      if (kept?.client !== facts) {
        kept = factsOf(flow, token, client, facts);
        known.set(token, kept);
      }
      setShared(flow, facts);
      own.set(flow, kept.all);
      prefixed.set(flow, kept.ofToken);
      flow.variables.set("expires_in", secondsLeft(token, flow.exchange.now()));
    },
  };
}

function factsOf(
  { identity }: FlowContext,
  token: IssuedToken,
  { credential }: KnownClient,
  client: ClientFacts,
): TokenFacts {
  const ofToken: Told[] = [
    ["", "organization_name", identity.organization],
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
  const told = [...ofToken, ...client.told.filter(([group]) => group !== "")];
  const repeated = told.flatMap(([group, name, value]): Told[] =>
    REPEATED.has(group + name) ? [[`apigee.${group}`, name, value]] : [],
  );
  return {
    client,
    ofToken,
    all: [...told, ["apigee.", "client_secret", credential.consumerSecret], ...repeated],
  };
}

/** As a text; `-1` for ever. */
function secondsLeft({ expiresAt }: IssuedToken, now: number): string {
  return expiresAt === null ? "-1" : String(Math.floor((expiresAt - now) / 1000));
}
