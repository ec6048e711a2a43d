import type { XmlElement } from "../../../documents/element.ts";
import { didYouMean } from "../../../documents/nearest.ts";
import type { Report } from "../../../documents/report.ts";
import { reportMissing } from "../../parts/required.ts";
import { definePolicy } from "../../policy-type.ts";
import { type AnswerSettings, readAnswerSettings } from "./answer-settings.ts";
import { compileFailure } from "./failure.ts";
import { oauthFaults } from "./faults.ts";
import type { LimitedElement, Operation } from "./operation.ts";
import { operations } from "./operations/operations.ts";

/** What the policy does, and how it answers. */
interface OAuthConfig {
  readonly operation: Operation;
  /** What the operation has read. */
  readonly own: unknown;
  readonly answer: AnswerSettings;
}

/**
 * Issues tokens to apps, verifies them, and takes them back. Apigee: "OAuthV2 policy". Format: RFC 6749, RFC 6750.
 *
 * Faults: see `oauthFaults`.
 */
export const oauthV2 = definePolicy({
  element: "OAuthV2",
  variablePrefix: "oauthV2",
  needs: ["directory", "issuedTokens", "egress", "keySets"],
  faults: oauthFaults,
  continuesAtResponse: true,

  /**
   * Problems: OperationRequired, InvalidOperation, ExpiresInNotApplicableForOperation,
   * RefreshTokenExpiresInNotApplicableForOperation, GrantTypesNotApplicableForOperation, and those of the operation.
   */
  read(xml, report): OAuthConfig | null {
    // An export has the elements of all operations, whichever of them count.
    xml.ignore(...ELEMENTS);
    const answer = readAnswerSettings(xml, report);
    const operation = readOperation(xml, report);
    if (operation === null) return null;
    for (const [element, code] of LIMITED) {
      const child = xml.child(element);
      if (!child || operation.takes.includes(element) || isEmpty(child)) continue;
      const message = `<${element}> means nothing for this operation.`;
      report.error(code, child, message, "Take it out, or choose the operation that it is for.");
    }
    return { operation, own: operation.read(xml, report), answer };
  },

  refersTo: (config) => ({
    identifiesClients: true,
    keepsTokens: true,
    redirectsToApps: config?.operation.redirects ?? false,
    scopes: config?.operation.scopes?.(config.own) ?? [],
    urls: config?.operation.urls?.(config.own) ?? [],
  }),

  build(config, context) {
    if (config === null) throw new Error("a policy without an operation has been built");
    const { operation, own, answer } = config;
    const step = operation.build(own, context, answer);
    const fail = compileFailure(context.policy, operation, answer);
    return function runOperation(flow) {
      flow.variables.set("oauthV2.failed", false);
      try {
        return step(flow)?.catch((error) => fail(flow, error));
      } catch (error) {
        return fail(flow, error);
      }
    };
  },
});

/** Elements of operations. */
const ELEMENTS = [
  "AccessToken",
  "AccessTokenPrefix",
  "AdditionalClaims",
  "Algorithm",
  "AppEndUser",
  "Attributes",
  "CacheExpiryInSeconds",
  "ClientId",
  "Code",
  "EnforceStrictCallbackURI",
  "ExpiresIn",
  "ExternalAccessToken",
  "ExternalAuthorization",
  "ExternalAuthorizationCode",
  "ExternalRefreshToken",
  "GrantType",
  "PassWord",
  "PrivateKey",
  "PublicKey",
  "RedirectUri",
  "RefreshToken",
  "RefreshTokenExpiresIn",
  "ResponseType",
  "ReuseRefreshToken",
  "Scope",
  "Scopes",
  "SecretKey",
  "State",
  "StoreToken",
  "SupportedGrantTypes",
  "Tokens",
  "UserName",
];

const LIMITED: readonly (readonly [LimitedElement, code: string])[] = [
  ["ExpiresIn", "ExpiresInNotApplicableForOperation"],
  ["RefreshTokenExpiresIn", "RefreshTokenExpiresInNotApplicableForOperation"],
  ["SupportedGrantTypes", "GrantTypesNotApplicableForOperation"],
];

function isEmpty(element: XmlElement): boolean {
  return [element, ...element.children("GrantType")].every(
    (each) => each.text() === "" && !each.attribute("ref"),
  );
}

function readOperation(xml: XmlElement, report: Report): Operation | null {
  const element = xml.child("Operation");
  const name = element?.text() ?? "";
  if (!element || name === "") {
    reportMissing(
      xml,
      "Operation",
      "OperationRequired",
      "what the policy does, such as VerifyAccessToken",
      report,
    );
    return null;
  }
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation) return operation;
  const message = `<Operation> is ${JSON.stringify(name)}.`;
  const otherwise = "write one of the operations that the policy's page names.";
  report.error("InvalidOperation", element, message, didYouMean(name, Object.keys(operations), otherwise));
  return null;
}
