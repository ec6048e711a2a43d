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

/** Put together once for a token, while what is known of its client stays the same. */
const known = new WeakMap<IssuedToken, { readonly facts: ClientFacts; readonly told: readonly Told[] }>();

/** Sets what is known of a token that was let in. Apigee: "OAuthV2 policy" (flow variables of VerifyAccessToken). */
export function compileTokenVariables() {
  const own = new OwnVariables("");
  return {
    clear: (flow: FlowContext) => own.clear(flow),
    set(flow: FlowContext, token: IssuedToken, client: KnownClient, coverage: Coverage): void {
      const facts = factsOfClient(client, coverage);
      let kept = known.get(token);
      if (kept?.facts !== facts) {
        kept = { facts, told: tell(flow, token, client, facts) };
        known.set(token, kept);
      }
      setShared(flow, facts);
      own.set(flow, kept.told);
      flow.variables.set("expires_in", secondsLeft(token, flow.exchange.now()));
    },
  };
}

function tell(
  { identity }: FlowContext,
  token: IssuedToken,
  client: KnownClient,
  facts: ClientFacts,
): readonly Told[] {
  const told: Told[] = [
    ["", "organization_name", identity.organization],
    ["", "client_id", token.clientId],
    ["", "access_token", token.token],
    ["", "token_type", "BearerToken"],
    ["", "grant_type", token.grantType],
    ["", "issued_at", String(token.issuedAt)],
    ["", "status", token.status],
    ["", "scope", token.scopes.join(" ")],
    ["apigee.", "client_secret", client.credential.consumerSecret],
    ...token.attributes.map(({ name, value }): Told => ["accesstoken.", name, value]),
    // An attribute of an app has no name of its own here: it could be that of any variable.
    ...facts.told.filter(([group]) => group !== ""),
  ];
  const repeated = told.flatMap(([group, name, value]): Told[] =>
    REPEATED.has(group + name) ? [[`apigee.${group}`, name, value]] : [],
  );
  return [...told, ...repeated];
}

/** As a text; `-1` for ever. */
function secondsLeft({ expiresAt }: IssuedToken, now: number): string {
  return expiresAt === null ? "-1" : String(Math.floor((expiresAt - now) / 1000));
}
