import { EgressError } from "../../../egress/error.ts";
import { hostOf, uriOf } from "../../../egress/url.ts";
import { textOf } from "../../../expression/value.ts";
import { type FlowContext, StateKey } from "../../../flow/context.ts";

/** What callouts have left in their variables `target.url`, by the variable's name. */
const calledUrls = new StateKey<Map<string, string>>();

/**
 * Compiles what finds the URL that a flow has written into a callout's variable `target.url`, to be called in
 * the place of the configured one; null when there is none. What a callout left there itself is none.
 */
export function buildGivenUrl(policy: string): (flow: FlowContext) => string | null {
  const name = targetUrlOf(policy);
  return (flow) => {
    const value = flow.variables.get(name);
    if (value === undefined || value === flow.kept(calledUrls)?.get(name)) return null;
    return textOf(value) || null;
  };
}

/**
 * Sets the variables that say what was called; a URL that a flow has given stays as it is.
 * Apigee: "ServiceCallout policy" (flow variables).
 */
export function rememberUrl(policy: string): (flow: FlowContext, url: string) => void {
  const name = targetUrlOf(policy);
  const expectedName = `servicecallout.${policy}.expectedcn`;
  const given = buildGivenUrl(policy);
  return (flow, url) => {
    const { variables } = flow;
    if (given(flow) === null) {
      variables.set(name, url);
      const urls = flow.kept(calledUrls) ?? new Map<string, string>();
      flow.keep(calledUrls, urls.set(name, url));
    }
    variables.set("servicecallout.requesturi", uriOf(url));
    if (url.startsWith("https:")) variables.set(expectedName, hostOf(url));
  };
}

/** Notes in a failure of the callout whom it has called, where nobody did: its own time was up. */
export function noteCalled(policy: string, flow: FlowContext, error: unknown): void {
  if (!(error instanceof EgressError)) return;
  error.by ??= policy;
  error.host ??= URL.parse(textOf(flow.variables.get(targetUrlOf(policy)) ?? null))?.host ?? null;
}

function targetUrlOf(policy: string): string {
  return `servicecallout.${policy}.target.url`;
}
