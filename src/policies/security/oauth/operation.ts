import type { XmlElement } from "../../../documents/element.ts";
import type { Report } from "../../../documents/report.ts";
import type { Step } from "../../../flow/context.ts";
import type { PolicyContext } from "../../policy-type.ts";
import type { AnswerSettings } from "./answer-settings.ts";

/** What an operation is built with. */
export type OAuthContext = PolicyContext<"directory" | "issuedTokens" | "egress" | "keySets">;

/** One thing that the policy does, as `<Operation>` names it. Apigee: "OAuthV2 policy" (Operation). */
export interface Operation<Config = unknown> {
  /**
   * How the client learns that it failed: by the answer of a token endpoint, by a challenge in the header
   * WWW-Authenticate, or by the fault alone.
   */
  readonly failsWith: "answer" | "challenge" | "fault";
  /** Which elements count that do not for every operation: others of these are errors. */
  readonly takes: readonly LimitedElement[];
  /** Reads the elements that are its own. Reports everything that is wrong. */
  read(xml: XmlElement, report: Report): Config;
  /** What it asks tokens for; nothing where it is left out. */
  scopes?(config: Config): readonly string[];
  /** Whether it sends users back to addresses of apps. */
  readonly redirects?: boolean;
  /** Where it asks for keys. */
  urls?(config: Config): readonly string[];
  build(config: Config, context: OAuthContext, answer: AnswerSettings): Step;
}

/** An element that is refused where an operation makes nothing of it. */
export type LimitedElement = "ExpiresIn" | "RefreshTokenExpiresIn" | "SupportedGrantTypes";

/** Declares an operation, so that `build` gets what `read` returns. */
export function defineOperation<Config>(operation: Operation<Config>): Operation {
  return operation as Operation;
}
