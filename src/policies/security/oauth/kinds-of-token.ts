import type { IssuedToken } from "../../../clients/tokens/issued-tokens.ts";
import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import type { FlowContext } from "../../../flow/context.ts";
import type { Tokens } from "./issue.ts";
import { compileSigning, type JwtConfig, readJwt } from "./jwt.ts";
import type { OAuthContext } from "./operation.ts";

/** What kind of access tokens an operation issues. */
export interface KindOfToken<Config = unknown> {
  /** Reads the elements that are its own. */
  read(xml: XmlElement, report: Report): Config;
  /** Compiles what becomes of new tokens before they are stored and shown. */
  build(config: Config, context: OAuthContext): (flow: FlowContext, tokens: Tokens) => Promise<Tokens>;
  /** Which of them are stored. */
  stored(tokens: Tokens): readonly IssuedToken[];
}

/** Tokens that say nothing: what is known of them is in the store. */
export const opaque: KindOfToken = {
  read: () => null,
  build: () => async (_flow, tokens) => tokens,
  stored: ({ access, refresh }) => (refresh === null ? [access] : [access, refresh]),
};

/**
 * Tokens that say all by themselves, and are not stored: so they cannot be revoked. Their refresh tokens are as any.
 * Apigee: "Using JWT OAuth tokens".
 */
export const jwt: KindOfToken = {
  read: (xml, report) => readJwt(xml, "sign", report),
  build(config, context) {
    const sign = compileSigning(config as JwtConfig, context);
    return async (flow, { access, refresh }) => ({
      access: { ...access, token: await sign(flow, access) },
      refresh: refresh && { ...refresh, sibling: null },
    });
  },
  stored: ({ refresh }) => (refresh === null ? [] : [refresh]),
};
