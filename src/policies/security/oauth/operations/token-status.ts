import {
  type IssuedToken,
  type TokenKind,
  TokenStoreError,
} from "../../../../clients/tokens/issued-tokens.ts";
import type { XmlElement } from "../../../../documents/element.ts";
import { readBooleanAttribute } from "../../../../documents/read.ts";
import type { Report } from "../../../../documents/report.ts";
import { textOf } from "../../../../expression/value.ts";
import type { FlowContext } from "../../../../flow/context.ts";
import { faults } from "../faults.ts";
import { defineOperation, type OAuthContext } from "../operation.ts";

/** Whose status changes: that of the token in a variable and, if asked for, of the one that was issued with it. */
interface NamedToken {
  readonly variable: string;
  readonly kind: "access" | "refresh";
  readonly cascade: boolean;
}

/** How often somebody else may change a token in between. */
const MOST_ATTEMPTS = 3;

/**
 * An operation that gives tokens another status. Where tokens are revoked, a refresh token may be an access token after all,
 * and an access token never leaves its refresh token behind.
 * Apigee: "OAuthV2 policy" (InvalidateToken, ValidateToken; Tokens), "Approving and revoking access tokens".
 */
function settingStatus(status: IssuedToken["status"]) {
  const revokes = status === "revoked";
  return defineOperation({
    failsWith: "fault",
    takes: [],

    read: (xml, report) => readTokens(xml, revokes, report),

    build(tokens, context) {
      const named = tokens.map((token) => ({ ...token, variable: context.variable(token.variable) }));
      return async function setStatus(flow) {
        for (const { variable, kind, cascade } of named) {
          const text = textOf(variable.get(flow));
          if (text === "") throw faults.unresolvedToken(variable.name);
          const set = (of: NamedToken["kind"], token: string) => change(of, token, status, context, flow);
          const token =
            (await set(kind, text)) ?? (revokes && kind === "refresh" ? await set("access", text) : null);
          if (token === null) throw unknown[kind]();
          const isAccess = token.kind === "access";
          const isCascading = cascade || (revokes && isAccess);
          if (isCascading && token.sibling !== null)
            await set(isAccess ? "refresh" : "access", token.sibling);
        }
      };
    },
  });
}

export const invalidateToken = settingStatus("revoked");
export const validateToken = settingStatus("approved");

const unknown = { access: faults.unknownAccessToken, refresh: faults.unknownRefreshToken };

const KINDS: ReadonlyMap<string, NamedToken["kind"]> = new Map([
  ["accesstoken", "access"],
  ["refreshtoken", "refresh"],
]);

/** Problems: TokenValueRequired, InvalidTokenType. */
function readTokens(xml: XmlElement, cascadeUnsaid: boolean, report: Report): readonly NamedToken[] {
  const element = xml.child("Tokens");
  const tokens = element?.children("Token") ?? [];
  if (tokens.length === 0) reportNoToken(element ?? xml, report);
  return tokens.flatMap((token) => {
    const variable = token.text();
    const type = token.attribute("type")?.trim() ?? "";
    const kind = KINDS.get(type.toLowerCase());
    const cascade = readBooleanAttribute(token, "cascade", cascadeUnsaid, report);
    if (variable === "") reportNoToken(token, report);
    if (kind) return [{ variable, kind, cascade }];
    const message = `The type of <Token> is ${JSON.stringify(type)}.`;
    report.error("InvalidTokenType", token, message, 'Write type="accesstoken" or type="refreshtoken".');
    return [];
  });
}

function reportNoToken(at: XmlElement, report: Report): void {
  const message = "The policy does not say where the token is.";
  const example = '<Token type="accesstoken" cascade="true">request.formparam.token</Token>';
  report.error(
    "TokenValueRequired",
    at,
    message,
    `Write a variable into it, as in <Tokens>${example}</Tokens>.`,
  );
}

/** The token as it was; null when there is none. */
async function change(
  kind: TokenKind,
  text: string,
  status: IssuedToken["status"],
  { issuedTokens }: OAuthContext,
  { exchange }: FlowContext,
): Promise<IssuedToken | null> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const found = await issuedTokens.find(kind, text, 0, exchange);
    if (found === null || found.status === status) return found;
    if (await issuedTokens.change(found, { ...found, status }, exchange)) return found;
  }
  throw new TokenStoreError("A token is being changed by others all the time.");
}
