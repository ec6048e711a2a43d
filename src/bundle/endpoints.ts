import { readHttpTargetConnection, readLocalTargetConnection } from "../connections/connection.ts";
import { readProxyProperties } from "../connections/proxy-properties.ts";
import type { XmlElement } from "../documents/element.ts";
import { positionOf, type Report } from "../documents/report.ts";
import { readBasePath } from "./base-path.ts";
import {
  readConditionalFlows,
  readDefaultFaultRule,
  readFaultRules,
  readPostClientFlow,
  readUnconditionalFlow,
} from "./flows.ts";
import { reportUnknownIn } from "./lost-steps.ts";
import type { Endpoint, ProxyEndpoint, TargetConnection, TargetEndpoint } from "./model.ts";
import { readRouteRules } from "./route-rules.ts";

/** A `proxies/*.xml` file. Apigee: "API proxy configuration reference" (ProxyEndpoint). */
export function readProxyEndpoint(element: XmlElement, name: string, report: Report): ProxyEndpoint {
  const connection = element.child("HTTPProxyConnection");
  // Virtual hosts exist on Apigee Edge only; here an environment's host names decide.
  connection?.ignore("VirtualHost");
  const endpoint = {
    ...readEndpoint(element, name, report),
    basePath: readBasePath(element, report),
    postClientFlow: readPostClientFlow(element, report),
    routeRules: readRouteRules(element, report),
    properties: readProxyProperties(connection?.child("Properties"), report),
  };
  reportUnknownIn(element, report);
  return endpoint;
}

/** A `targets/*.xml` file. Apigee: "API proxy configuration reference" (TargetEndpoint). */
export function readTargetEndpoint(element: XmlElement, name: string, report: Report): TargetEndpoint {
  const endpoint = { ...readEndpoint(element, name, report), connection: readConnection(element, report) };
  reportUnknownIn(element, report);
  return endpoint;
}

function readEndpoint(element: XmlElement, name: string, report: Report): Endpoint {
  refuseEventFlows(element, report);
  return {
    name,
    description: element.child("Description")?.text() ?? "",
    preFlow: readUnconditionalFlow(element, "PreFlow", report),
    flows: readConditionalFlows(element, report),
    postFlow: readUnconditionalFlow(element, "PostFlow", report),
    faultRules: readFaultRules(element, report),
    defaultFaultRule: readDefaultFaultRule(element, report),
    at: positionOf(element),
  };
}

/** An event stream passes through unread, so that only steps for its events would be lost. */
function refuseEventFlows(endpoint: XmlElement, report: Report): void {
  const flows = endpoint.children("EventFlow").filter((flow) => flow.descendants("Step").length > 0);
  refuseUnsupported(flows, "Read the event stream in a client, or take the steps out.", report);
  endpoint.ignore("EventFlow");
}

function readConnection(endpoint: XmlElement, report: Report): TargetConnection | null {
  const scripts = ["ScriptTarget", "HostedTarget"].flatMap((name) => endpoint.children(name));
  refuseUnsupported(scripts, "Call the service with HTTPTargetConnection.", report);
  endpoint.ignore("ScriptTarget", "HostedTarget");
  const [connection, second] = [
    endpoint.child("HTTPTargetConnection"),
    endpoint.child("LocalTargetConnection"),
  ].filter((element) => element !== undefined);
  if (connection === undefined && scripts.length === 0) {
    report.error(
      "TargetConnectionMissing",
      endpoint,
      "The target endpoint has no connection.",
      "Add an HTTPTargetConnection or a LocalTargetConnection.",
    );
  }
  if (second !== undefined) {
    endpoint.ignore(second.name);
    report.error(
      "TargetConnectionAmbiguous",
      second,
      "The target endpoint has both an HTTPTargetConnection and a LocalTargetConnection.",
      "Keep one of them.",
    );
  }
  if (connection === undefined) return null;
  return connection.name === "HTTPTargetConnection"
    ? { kind: "http", http: readHttpTargetConnection(connection, report) }
    : { kind: "local", local: readLocalTargetConnection(connection, report) };
}

/** Reports what this product does not run: UnsupportedElement. */
function refuseUnsupported(elements: readonly XmlElement[], remedy: string, report: Report): void {
  for (const element of elements) {
    report.error("UnsupportedElement", element, `<${element.name}> is not supported.`, remedy);
  }
}
