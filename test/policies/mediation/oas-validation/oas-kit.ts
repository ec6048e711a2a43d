import { expect } from "vitest";
import { specifications } from "../../../../src/documents/specifications.ts";
import type { FlowContext } from "../../../../src/flow/context.ts";
import { FlowContext as Flow } from "../../../../src/flow/context.ts";
import { Fault } from "../../../../src/flow/fault.ts";
import { RequestMessage, type ResponseMessage } from "../../../../src/flow/message.ts";
import { oasValidation } from "../../../../src/policies/mediation/oas-validation/oas-validation.ts";
import { flowOf, loadPolicy, runPolicy } from "../../policy-kit.ts";

const encoder = new TextEncoder();

/** A specification with these paths. */
export function specOf(paths: unknown, components: unknown = {}, others: object = {}): string {
  return JSON.stringify({
    openapi: "3.0.3",
    info: { title: "T", version: "1" },
    paths,
    components,
    ...others,
  });
}

export const policyXml = (inside = "", resource = "oas://api.json") =>
  `<OASValidation name="OAS"><OASResource>${resource}</OASResource>${inside}</OASValidation>`;

export const withBody = "<Options><ValidateMessageBody>true</ValidateMessageBody></Options>";

/** What the policy is given beside its XML. */
export const givenSpec = (spec: string | Uint8Array, key = "oas/api.json") => ({
  specifications,
  resources: new Map([[key, typeof spec === "string" ? encoder.encode(spec) : spec]]),
});

/** A request to `/v1` and a path below it. */
export interface Asked {
  readonly verb?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  readonly response?: ResponseMessage;
}

export function flowFor({
  verb = "GET",
  path = "/things",
  query = "",
  headers = {},
  body,
  response,
}: Asked): FlowContext {
  const request = new RequestMessage({
    verb,
    path: `/v1${path}`,
    query,
    headers: new Headers(headers),
    ...(body === undefined ? {} : { body }),
  });
  const { identity, exchange } = flowOf();
  const flow = new Flow(identity, exchange, request, {
    pathSuffix: path,
    url: `https://api.example.com/v1${path}`,
  });
  if (response) {
    flow.response = response;
    flow.direction = "response";
  }
  return flow;
}

/** What the policy says is wrong, without the words around it; null when the message passes. */
export async function wrongWith(
  spec: string | Uint8Array,
  asked: Asked,
  inside = withBody,
): Promise<string | null> {
  const thrown: unknown = await runPolicy(
    oasValidation,
    policyXml(inside),
    flowFor(asked),
    givenSpec(spec),
  ).then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown === null) return null;
  if (!(thrown instanceof Fault)) throw thrown;
  expect([thrown.code, thrown.status]).toEqual(["steps.oasvalidation.Failed", 400]);
  const [, reason] =
    /^OASValidation OAS with resource "oas:\/\/api\.json": failed with reason: "\[(.*)\]"$/s.exec(
      thrown.message,
    ) ?? [];
  return reason ?? thrown.message;
}

/** One problem, as it is told. */
export const error = (text: string, ...details: string[]) => `ERROR - ${text}: [${details.join(", ")}]`;

/** What is wrong with a specification, as `severity code line:column message`. */
export function problemsIn(
  spec: string | Uint8Array,
  { inside = withBody, key = "oas/api.json", url = `oas://${key.slice(4)}` } = {},
): string[] {
  return loadPolicy(oasValidation, policyXml(inside, url), givenSpec(spec, key)).report.problems.map(
    ({ severity, code, file, line, column, message }) =>
      `${severity} ${code} ${file}:${line}:${column} ${message}`,
  );
}
