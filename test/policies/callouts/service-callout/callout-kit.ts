import { inject } from "vitest";
import { noAudit } from "../../../../src/egress/audit/audit.ts";
import type { Connection } from "../../../../src/egress/call.ts";
import { Deadlines } from "../../../../src/egress/deadline.ts";
import { Egress } from "../../../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../../../src/egress/egress-policy.ts";
import { internet } from "../../../../src/egress/internet.ts";
import { readTargetServer, type TargetServer } from "../../../../src/egress/target-server.ts";
import type { Exchange, FlowContext } from "../../../../src/flow/context.ts";
import { Message } from "../../../../src/flow/message.ts";
import { serviceCallout } from "../../../../src/policies/callouts/service-callout/service-callout.ts";
import { ManualClock } from "../../../egress/clock.ts";
import type { Echo } from "../../../servers/routes.ts";
import { faultOf, flowOf, type GivenCapabilities, runPolicy, variableOf } from "../../policy-kit.ts";

/** The servers that callouts reach. */
export const servers = inject("servers");
const { a, b, c, nobody } = servers;

/** What the egress policy logged. */
export const lines: Record<string, unknown>[] = [];

/** An egress that allows the test servers and `*.example`. */
export function egressThrough(connection: Connection = internet): Egress {
  const allow = [a, b, c, nobody, a.replace("http:", "https:"), "https://api.example", "http://api.example"];
  return new Egress({
    policy: compileEgressPolicy({ allow, advice: { list: "egress.json" } }),
    internet: connection,
    connections: new Map(),
    log: (line) => void lines.push(line),
    audit: noAudit,
  });
}

/** A policy called SC whose answer goes into the variable `answer`. */
export function policy(inside: string): string {
  return `<ServiceCallout name="SC">${inside.includes("<Response") ? "" : "<Response>answer</Response>"}${inside}</ServiceCallout>`;
}

/** The same, calling a URL. */
export function calling(url: string, inside = ""): string {
  return policy(`${inside}<HTTPTargetConnection><URL>${url}</URL></HTTPTargetConnection>`);
}

/** The same, calling a server that answers with what it got. */
export function callingEcho(inside = "", url = `${a}/echo`): string {
  return calling(url, inside);
}

/** Runs a policy that must succeed. */
export function callOut(
  xml: string,
  flow?: FlowContext,
  parts: GivenCapabilities = {},
): Promise<FlowContext> {
  return runPolicy(serviceCallout, xml, flow, { egress: egressThrough(), ...parts });
}

/** Runs a policy that must fail, and returns its fault as `code: message`. */
export async function failureOf(
  xml: string,
  flow?: FlowContext,
  parts: GivenCapabilities = {},
): Promise<string> {
  const fault = await faultOf(serviceCallout, xml, flow, { egress: egressThrough(), ...parts });
  return `${fault.status} ${fault.code}: ${fault.message}`;
}

/** The text of a failure of the policy SC. */
export function failed(reason: string): string {
  return `500 steps.servicecallout.ExecutionFailed: Execution of ServiceCallout SC failed. Reason: ${reason}`;
}

/** What the echo route saw. */
export interface Sent extends Pick<Echo, "server" | "method" | "url" | "body"> {
  /** By lower-case name; repeated lines are joined by a line break. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The request that the server of a callout got, from the answer of the echo route. */
export function sentIn(flow: FlowContext, variable = "answer"): Sent {
  const { server, method, url, body, headers }: Echo = JSON.parse(
    String(variableOf(flow, `${variable}.content`)),
  );
  const byName: Record<string, string> = Object.create(null);
  for (const [name, value] of headers) {
    const known = byName[name.toLowerCase()];
    byName[name.toLowerCase()] = known === undefined ? value : `${known}\n${value}`;
  }
  return { server, method, url, body, headers: byName };
}

/** A message variable's value. */
export function messageIn(flow: FlowContext, name: string): Message {
  const value = variableOf(flow, name);
  if (value instanceof Message) return value;
  throw new Error(`${name} is no message`);
}

/** A target server of the environment at a URL. */
export function targetServer(name: string, url: string, changes: object = {}): TargetServer {
  const { hostname, port } = new URL(url);
  const { server } = readTargetServer({ name, host: hostname, port, isEnabled: true, ...changes });
  if (server === null) throw new Error("the test's target server is not valid");
  return server;
}

/** A flow whose time passes only when the test says so. */
export function timedFlow(exchange: Partial<Exchange> = {}): { flow: FlowContext; clock: ManualClock } {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const within: Exchange["within"] = (ms, work) => deadlines.within(ms, work);
  return { clock, flow: flowOf({ exchange: { within, now: clock.now, ...exchange } }) };
}
