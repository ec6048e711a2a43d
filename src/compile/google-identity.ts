import type { Bundle, ProxyBundle } from "../bundle/model.ts";
import type { GoogleIdentity } from "../credentials/google-tokens.ts";
import type { Position, Report } from "../documents/report.ts";
import type { CompileEnvironment } from "./compile-environment.ts";

/** Who a bundle is to Google, for an element that needs to know. */
export type IdentityFor = (bundle: Bundle, at: Position, report: Report) => GoogleIdentity;

/** Stands where there is no account. What needs one has been reported and is never called. */
const nobody: GoogleIdentity = {
  account: "",
  source: () => ({ get: () => Promise.reject(new Error("there is no service account")) }),
};

/**
 * The identities in a proxy and the shared flows that it runs: a shared flow without a service account of its
 * own acts as the proxy. Reports FAILED_PRECONDITION. Apigee: "Using Google authentication".
 */
export function identitiesIn(proxy: ProxyBundle, environment: CompileEnvironment): IdentityFor {
  const { organization, google } = environment;
  return (bundle, at, report) => {
    const own = google.serviceAccount(bundle.kind, bundle.name);
    const account = own ?? google.serviceAccount(proxy.kind, proxy.name);
    if (account !== null) return google.identity(account);
    report.error(
      "FAILED_PRECONDITION",
      at,
      `Deployment of "organizations/${organization}/apis/${proxy.name}/revisions/${proxy.revision}" requires a service account identity, but one was not provided with the request.`,
      `Name one for ${proxy.name} in environments/${environment.name}/deployments.json: "serviceAccount": "NAME@PROJECT.iam.gserviceaccount.com". On this machine, sortie dev --google-issuer gives it one.`,
    );
    return nobody;
  };
}

/** The identity of a shared flow that is checked on its own: that of whichever proxy will run it. */
export const callersIdentity: IdentityFor = () => nobody;
