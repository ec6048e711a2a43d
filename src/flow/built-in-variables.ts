import { textOf, type Value } from "../expression/value.ts";
import { type FlowContext, loadBalancing, type Target } from "./context.ts";
import { flowState } from "./flow-state.ts";
import { propertyOf } from "./property-sets.ts";
import { ReadOnlyVariable } from "./unsettable.ts";

/** A variable that the gateway itself provides. Without `set` it is read-only. */
export interface BuiltIn {
  get(flow: FlowContext): Value;
  set?(flow: FlowContext, value: Value): void;
}

/**
 * The gateway's own variables that are known on Workers. Apigee: "Flow variables reference". Names that the
 * page lists and that are not here resolve to null; the compatibility page lists them.
 */
export function builtInVariable(name: string): BuiltIn | null {
  return table.get(name) ?? patternVariable(name);
}

const read = (get: (flow: FlowContext) => Value): BuiltIn => ({ get });

/** The four variables `X.start.time`, `X.start.timestamp`, `X.end.time` and `X.end.timestamp`. */
function times(
  name: string,
  get: (flow: FlowContext) => { start: number; end: number } | null | undefined,
  unset: { time: Value; timestamp: Value },
): [string, BuiltIn][] {
  return (["start", "end"] as const).flatMap((side): [string, BuiltIn][] => [
    [`${name}.${side}.time`, read((flow) => timeText(get(flow)?.[side]) ?? unset.time)],
    [`${name}.${side}.timestamp`, read((flow) => timestamp(get(flow)?.[side]) ?? unset.timestamp)],
  ]);
}

/** Time as text, such as `Wed, 21 Aug 2013 19:16:47 UTC`. */
function timeText(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toUTCString().replace("GMT", "UTC");
}

function timestamp(ms: number | undefined): bigint | null {
  return ms === undefined ? null : BigInt(ms);
}

const unsetTimes = { time: null, timestamp: null };
const beforeSending = { time: "", timestamp: -1n };

/**
 * The target's URL as configured or as a flow set it, without what is appended for the call; with a load
 * balancer the URL that was called, without its query.
 */
function baseUrl({ target }: FlowContext): string | null {
  return target?.url ?? target?.evaluatedUrl?.replace(/\?.*$/s, "") ?? null;
}

/** A part of the target's URL, once there is one. */
function targetUrl(part: (url: URL) => Value): BuiltIn {
  return read((flow) => {
    const url = URL.parse(baseUrl(flow) ?? "");
    return url ? part(url) : null;
  });
}

/** A property of the target that flows may set; setting it before a target is chosen has no effect. */
function targetProperty(
  get: (target: Target) => Value,
  set: (target: Target, value: Value) => void,
): BuiltIn {
  return {
    get: (flow) => (flow.target ? get(flow.target) : null),
    set: (flow, value) => {
      if (flow.target) set(flow.target, value);
    },
  };
}

const isFalse = (value: Value) => textOf(value).trim().toLowerCase() === "false";

const defaultPort = (url: URL) => Number(url.port || (url.protocol === "https:" ? 443 : 80));

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const clock = (part: (now: Date) => Value) => read((flow) => part(new Date(flow.exchange.now())));

const table: ReadonlyMap<string, BuiltIn> = new Map<string, BuiltIn>([
  ["organization.name", read((flow) => flow.identity.organization)],
  ["environment.name", read((flow) => flow.identity.environment)],
  ["apiproxy.name", read((flow) => flow.identity.proxy)],
  ["apiproxy.revision", read((flow) => flow.identity.revision)],
  ["apiproxy.basepath", read((flow) => flow.identity.basePath)],
  ["proxy.name", read((flow) => flow.identity.endpoint)],
  ["proxy.basepath", read((flow) => flow.identity.basePath)],
  ["proxy.pathsuffix", read((flow) => flow.pathSuffix)],
  ["proxy.url", read((flow) => flow.url)],
  ["proxy.client.ip", read((flow) => flow.exchange.client.ip)],
  ["client.ip", read((flow) => flow.exchange.client.ip)],
  ["client.resolved.ip", read((flow) => flow.exchange.client.ip)],
  ["client.host", read((flow) => flow.exchange.client.host)],
  ["client.port", read((flow) => flow.exchange.client.port)],
  ["client.scheme", read((flow) => flow.exchange.client.scheme)],
  ["client.ssl.enabled", read((flow) => flow.exchange.client.scheme === "https")],
  ["client.country", read((flow) => flow.exchange.client.country)],
  ...times(
    "client.received",
    ({ exchange: { receivedAt } }) => ({ start: receivedAt, end: receivedAt }),
    unsetTimes,
  ),
  ...times("client.sent", (flow) => flow.clientSentAt, beforeSending),
  ["route.name", read((flow) => flow.route?.name ?? null)],
  ["route.target", read((flow) => flow.route?.target ?? null)],
  ["target.name", read((flow) => flow.target?.name ?? null)],
  [
    "target.url",
    {
      get: baseUrl,
      set: ({ target }, value) => {
        if (target) target.url = textOf(value);
      },
    },
  ],
  [
    "target.copy.pathsuffix",
    targetProperty(
      (target) => target.copyPathSuffix,
      (target, value) => {
        target.copyPathSuffix = !isFalse(value);
      },
    ),
  ],
  [
    "target.copy.queryparams",
    targetProperty(
      (target) => target.copyQueryParams,
      (target, value) => {
        target.copyQueryParams = !isFalse(value);
      },
    ),
  ],
  ["target.evaluated.url", read((flow) => flow.target?.evaluatedUrl ?? null)],
  ["target.basepath", targetUrl((url) => (url.pathname === "/" ? null : url.pathname))],
  ["target.host", targetUrl((url) => url.hostname)],
  ["target.port", targetUrl(defaultPort)],
  ["target.scheme", targetUrl((url) => url.protocol.slice(0, -1))],
  ["target.ssl.enabled", targetUrl((url) => url.protocol === "https:")],
  ...times("target.sent", (flow) => flow.target?.sentAt, unsetTimes),
  ...times("target.received", (flow) => flow.target?.receivedAt, unsetTimes),
  ["current.flow.name", read((flow) => flow.flowName)],
  ["current.flow.description", read((flow) => flow.flowDescription)],
  ["apigee.edge.sharedflow.name", read((flow) => flow.sharedFlow)],
  ["apigee.edge.flowhook.name", read((flow) => flow.flowHook)],
  ["messageid", read((flow) => flow.exchange.id)],
  ["is.error", read((flow) => flow.error !== null)],
  ["fault.name", read((flow) => flow.lastFault?.faultName ?? null)],
  ["fault.reason", read((flow) => flow.lastFault?.message ?? null)],
  ["fault.type", read((flow) => flow.lastFault?.category ?? null)],
  ["fault.category", read((flow) => flow.lastFault?.category ?? null)],
  ["fault.subcategory", read((flow) => (flow.lastFault ? "" : null))],
  ["error.message", read((flow) => flow.fault?.message ?? null)],
  ["error.state", read((flow) => (flow.error ? flowState(flow) : null))],
  ["loadbalancing.targetserver", read((flow) => flow.kept(loadBalancing)?.targetServer ?? null)],
  ["loadbalancing.failedservers", read((flow) => flow.kept(loadBalancing)?.failedServers ?? null)],
  ["loadbalancing.isfallback", read((flow) => flow.kept(loadBalancing)?.isFallback ?? null)],
  ["system.timestamp", read((flow) => BigInt(flow.exchange.now()))],
  ["system.time", read((flow) => timeText(flow.exchange.now()) ?? "")],
  ["system.time.year", clock((now) => now.getUTCFullYear())],
  ["system.time.month", clock((now) => now.getUTCMonth() + 1)],
  ["system.time.day", clock((now) => now.getUTCDate())],
  ["system.time.dayofweek", clock((now) => days[now.getUTCDay()] ?? null)],
  ["system.time.hour", clock((now) => now.getUTCHours())],
  ["system.time.minute", clock((now) => now.getUTCMinutes())],
  ["system.time.second", clock((now) => now.getUTCSeconds())],
  ["system.time.millisecond", clock((now) => now.getUTCMilliseconds())],
  ["system.time.zone", read(() => "UTC")],
  ["system.uuid", read((flow) => flow.exchange.uuid())],
]);

/** The names of all of them, but for those with a free part. */
export const builtInNames: readonly string[] = [...table.keys()];

/** Names with a free part: `propertyset.SET.KEY`. */
function patternVariable(name: string): BuiltIn | null {
  if (!name.startsWith("propertyset.")) return null;
  const [, set = "", ...rest] = name.split(".");
  const key = rest.join(".");
  return read((flow) => propertyOf(flow, set, key));
}

/** Sets a built-in variable, or says that it is read-only. */
export function setBuiltIn(builtIn: BuiltIn, name: string, flow: FlowContext, value: Value): void {
  if (!builtIn.set) throw new ReadOnlyVariable(name);
  builtIn.set(flow, value);
}
