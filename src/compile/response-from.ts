import type { Endpoint, Flow, Step as StepModel } from "../bundle/model.ts";
import { stepsOf } from "../bundle/references.ts";
import type { Report } from "../documents/report.ts";
import type { Step } from "../flow/context.ts";
import type { CompileContext } from "./compile-context.ts";

/** Response flows that begin in their midst, by the policy where they do. */
export type ResponsesFrom = ReadonlyMap<string, Step>;

/**
 * Compiles what is left of an endpoint's response flow from each policy on that may continue there.
 * @param compile compiles the response flow of an endpoint
 */
export function responsesFrom<E extends Endpoint>(
  endpoint: E,
  { bundle, report }: CompileContext,
  compile: (rest: E) => Step,
): ResponsesFrom {
  const typeOf = (name: string) => bundle.policies.get(name)?.meaning?.type;
  const continuing = new Set(
    stepsOf(bundle)
      .map(({ policy }) => policy)
      .filter((name) => typeOf(name)?.continuesAtResponse),
  );
  const caches = [...continuing].filter((name) => typeOf(name)?.element === "ResponseCache");
  checkAttachedOnce(endpoint, new Set(caches), report);
  const found = [...continuing].map((policy) => [policy, restFrom(endpoint, policy)] as const);
  return new Map(found.flatMap(([policy, rest]) => (rest ? [[policy, compile(rest)] as const] : [])));
}

/** The names that Apigee's deployment errors have, by the path in which a policy may stand once. */
const attachedTwice = {
  request: "ResponseCacheStepAttachmentNotAllowedReq",
  response: "ResponseCacheStepAttachmentNotAllowedResp",
} as const;

/** Warns where a response cache stands twice in one path: Apigee refuses to deploy that. */
function checkAttachedOnce(
  { preFlow, flows, postFlow }: Endpoint,
  caches: ReadonlySet<string>,
  report: Report,
): void {
  for (const path of ["request", "response"] as const) {
    const steps = [preFlow, ...flows, postFlow].flatMap((flow) => flow[path]);
    const seen = new Set<string>();
    for (const { policy, at } of steps) {
      if (caches.has(policy) && seen.has(policy)) {
        report
          .forPolicy(policy, "ResponseCache")
          .warning(
            attachedTwice[path],
            at,
            `Response cache step definition ${policy} can not be attached more than once in the ${path} path.`,
            "Attach it once in the request and once in the response.",
          );
      }
      seen.add(policy);
    }
  }
}

/** The endpoint without what stands before a policy in its response flow; null when the policy does not. */
function restFrom<E extends Endpoint>(endpoint: E, policy: string): E | null {
  const { preFlow, flows, postFlow } = endpoint;
  if (stands(preFlow, policy)) return { ...endpoint, preFlow: from(preFlow, policy) };
  if (flows.some((flow) => stands(flow, policy))) {
    return { ...endpoint, preFlow: silent(preFlow), flows: flows.map((flow) => from(flow, policy)) };
  }
  if (!stands(postFlow, policy)) return null;
  return { ...endpoint, preFlow: silent(preFlow), flows: [], postFlow: from(postFlow, policy) };
}

function stands({ response }: Flow, policy: string): boolean {
  return response.some((step) => step.policy === policy);
}

function from(flow: Flow, policy: string): Flow {
  const start = flow.response.findIndex((step) => step.policy === policy);
  return withResponse(flow, start < 0 ? [] : flow.response.slice(start));
}

function silent(flow: Flow): Flow {
  return withResponse(flow, []);
}

function withResponse(flow: Flow, response: readonly StepModel[]): Flow {
  return { ...flow, response };
}
