import type { KnownClient } from "../../../../clients/identify.ts";
import type { TokenAttribute } from "../../../../clients/tokens/issued-tokens.ts";
import type { XmlElement } from "../../../../documents/element.ts";
import type { Report } from "../../../../documents/report.ts";
import type { FlowContext } from "../../../../flow/context.ts";
import type { OAuthContext } from "../operation.ts";

/** What a grant says of the tokens that are issued for it. */
export interface Granted {
  /** The most that can be granted of what the app may have; null for all of it. */
  readonly scopes: readonly string[] | null;
  readonly attributes: readonly TokenAttribute[];
  readonly endUser: string | null;
}

/** A grant that says nothing. */
export const nothingSaid: Granted = { scopes: null, attributes: [], endUser: null };

/** One of the grants that a token endpoint takes, as `grant_type` names it. Format: RFC 6749, section 4. */
export interface Grant<Config = unknown> {
  /** Whether there is a refresh token for it. */
  readonly hasRefreshToken: boolean;
  /** Reads the elements that are its own. */
  read(xml: XmlElement, report: Report): Config;
  /** Compiles the check of a request, which throws what is wrong with it; the client is known by then. */
  build(
    config: Config,
    context: OAuthContext,
  ): (flow: FlowContext, client: KnownClient) => Granted | Promise<Granted>;
}

/** Declares a grant, so that `build` gets what `read` returns. */
export function defineGrant<Config>(grant: Grant<Config>): Grant {
  return grant as Grant;
}
