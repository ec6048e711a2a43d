import type { KnownClient } from "../../../../clients/identify.ts";
import type { XmlElement } from "../../../../documents/element.ts";
import { didYouMean } from "../../../../documents/nearest.ts";
import type { Report } from "../../../../documents/report.ts";
import type { FlowContext } from "../../../../flow/context.ts";
import type { OAuthContext } from "../operation.ts";
import { authorizationCode } from "./authorization-code.ts";
import { clientCredentials } from "./client-credentials.ts";
import type { Grant, Granted } from "./grant.ts";
import { password } from "./password.ts";

/** The grants of a token endpoint, by their names. */
const grants: Readonly<Record<string, Grant>> = {
  client_credentials: clientCredentials,
  password,
  authorization_code: authorizationCode,
};

/** Named beside the others, but no token endpoint sees it. */
const IMPLICIT = "implicit";

/** What is supported where the policy does not say. Apigee: "OAuthV2 policy" (SupportedGrantTypes). */
const DEFAULTS = ["authorization_code", IMPLICIT];

export interface SupportedGrant {
  readonly name: string;
  readonly grant: Grant;
  readonly config: unknown;
}

/** Reads which grants a policy takes. Reports InvalidGrantType. */
export function readGrants(xml: XmlElement, report: Report): readonly SupportedGrant[] {
  const element = xml.child("SupportedGrantTypes");
  const written = (element?.children("GrantType") ?? []).filter((type) => type.text() !== "");
  const named = written.map((at) => ({ at, name: at.text().toLowerCase() }));
  const all = named.length > 0 ? named : DEFAULTS.map((name) => ({ at: element ?? xml, name }));
  return all.flatMap(({ at, name }) => {
    if (name === IMPLICIT) return [];
    const grant = Object.hasOwn(grants, name) ? grants[name] : undefined;
    if (grant) return [{ name, grant, config: grant.read(xml, report) }];
    report.error(
      "InvalidGrantType",
      at,
      `<GrantType> is ${JSON.stringify(at.text())}.`,
      didYouMean(name, new Set([...Object.keys(grants), IMPLICIT]), "write a grant type of RFC 6749."),
    );
    return [];
  });
}

type Check = (flow: FlowContext, client: KnownClient) => Granted | Promise<Granted>;

/** The checks of grants by their names. */
export function compileGrants(
  supported: readonly SupportedGrant[],
  context: OAuthContext,
): ReadonlyMap<string, { readonly check: Check; readonly hasRefreshToken: boolean }> {
  return new Map(
    supported.map(({ name, grant, config }) => [
      name,
      { check: grant.build(config, context), hasRefreshToken: grant.hasRefreshToken },
    ]),
  );
}
