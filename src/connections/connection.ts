import type { XmlElement } from "../documents/element.ts";
import { readBoolean } from "../documents/read.ts";
import { type Position, positionOf, type Report } from "../documents/report.ts";
import type { LoadBalancerConfig } from "../egress/load-balancer.ts";
import type { SslInfo } from "../egress/ssl-info.ts";
import { type GoogleAuthentication, readAuthentication } from "./read-authentication.ts";
import { readLoadBalancer } from "./read-load-balancer.ts";
import { readSourceUrl, type SourceUrl } from "./read-source-url.ts";
import { readSslInfo } from "./read-ssl-info.ts";
import { readTemplate } from "./read-template.ts";
import { readTargetProperties, type TargetProperties } from "./target-properties.ts";

export { isSuccess } from "./success-codes.ts";

/** How an HTTP service is reached. Apigee: "API proxy configuration reference" (HTTPTargetConnection). */
export interface HttpConnection {
  /** A message template; null with a load balancer or a source. */
  readonly url: string | null;
  /** The source that is called in the place of a URL; null without one. */
  readonly source: SourceUrl | null;
  /** A message template for the path behind a target server; null without a load balancer. */
  readonly path: string | null;
  readonly loadBalancer: LoadBalancerConfig | null;
  readonly sslInfo: SslInfo | null;
  /** The Google token that calls carry; null without one. */
  readonly authentication: GoogleAuthentication | null;
  readonly properties: TargetProperties;
}

/** How another proxy of the environment is reached: by name or by path. All of them are message templates. */
export interface LocalConnection {
  /** Null where the path alone says which. */
  readonly proxy: string | null;
  /** The proxy endpoint; null is the proxy's first. */
  readonly endpoint: string | null;
  /** Null where the proxy is called by name alone. */
  readonly path: string | null;
  /** Where the proxy and the endpoint are named. */
  readonly at: { readonly proxy: Position; readonly endpoint: Position };
}

interface ConnectionOptions {
  /** See {@link readTargetProperties}. */
  readonly unusedProperties?: ReadonlySet<string>;
  /** How the documentation says that there is no URL, where no flow can set one; a target's may come from a flow. */
  readonly urlMissing?: string;
}

const UNTIL_A_FLOW_SETS_IT = ": calls fail unless a flow has set the variable target.url.";

/**
 * Reads the HTTPTargetConnection of a TargetEndpoint or ServiceCallout.
 * Reports URLMissing, InvalidURL, InvalidTemplate, URLAndLoadBalancer, PathWithoutEffect
 * and HealthMonitorNotSupported, and what its parts report.
 */
export function readHttpTargetConnection(
  xml: XmlElement,
  report: Report,
  { unusedProperties, urlMissing }: ConnectionOptions = {},
): HttpConnection {
  const urlElement = xml.child("URL");
  const balancerElement = xml.child("LoadBalancer");
  const pathElement = xml.child("Path");
  const sslElement = xml.child("SSLInfo");
  const authentication = xml.child("Authentication");
  reportUnsupported(xml, report);

  const source = urlElement ? readSourceUrl(urlElement, report) : null;
  const url = urlElement?.text() ?? "";
  if (urlElement && url !== "") {
    readTemplate(urlElement.text(), urlElement, report);
    if (source) checkBesideSource(xml, report);
    else checkScheme(urlElement, report, urlMissing === undefined ? "warning" : "error");
    if (balancerElement) {
      report.warning(
        "URLAndLoadBalancer",
        urlElement,
        "There are both <URL> and <LoadBalancer>; the servers of <LoadBalancer> are called.",
        "Keep the one that is meant.",
      );
    }
  } else if (!balancerElement) {
    report[urlMissing === undefined ? "warning" : "error"](
      "URLMissing",
      urlElement ?? xml,
      urlMissing ?? `The URL is missing${UNTIL_A_FLOW_SETS_IT}`,
      "Write the address of the service into <URL>, or name target servers in <LoadBalancer>.",
    );
  }
  const path = pathElement?.text() ?? "";
  if (pathElement && path !== "") {
    readTemplate(pathElement.text(), pathElement, report);
    if (!balancerElement) {
      report.warning(
        "PathWithoutEffect",
        pathElement,
        "<Path> is used only with a <LoadBalancer>.",
        "Move it into <URL>.",
      );
    }
  }
  return {
    url: balancerElement || source ? null : url,
    source: balancerElement ? null : source,
    path: balancerElement && path !== "" ? path : null,
    loadBalancer: balancerElement ? readLoadBalancer(balancerElement, report) : null,
    sslInfo: sslElement
      ? readSslInfo(sslElement, report, ({ enabled }) => (balancerElement ? enabled : !/^http:/i.test(url)))
      : null,
    authentication: authentication ? readAuthentication(authentication, report) : null,
    properties: readTargetProperties(xml.child("Properties"), report, unusedProperties),
  };
}

/** The connection to the URL of a RouteRule, which has no settings. Reports InvalidTemplate and InvalidURL. */
export function readUrlConnection(url: XmlElement, report: Report): HttpConnection {
  checkScheme(url, report, "warning");
  return {
    url: readTemplate(url.text(), url, report),
    source: null,
    path: null,
    loadBalancer: null,
    sslInfo: null,
    authentication: null,
    properties: readTargetProperties(undefined, report),
  };
}

/**
 * Reads a LocalTargetConnection. Reports ConnectionInfoMissing and InvalidTemplate. With a name and a path, the name
 * says which proxy and the path where in it, with a warning: ConnectionInfoAmbiguous.
 */
export function readLocalTargetConnection(xml: XmlElement, report: Report): LocalConnection {
  const read = (name: string): string | null => {
    const element = xml.child(name);
    if (element) readTemplate(element.text(), element, report);
    return element?.text() || null;
  };
  const place = (name: string) => positionOf(xml.child(name) ?? xml);
  const connection = {
    proxy: read("APIProxy"),
    endpoint: read("ProxyEndpoint"),
    path: read("Path"),
    at: { proxy: place("APIProxy"), endpoint: place("ProxyEndpoint") },
  };
  if (connection.path !== null && (connection.proxy !== null || connection.endpoint !== null)) {
    report.warning(
      "ConnectionInfoAmbiguous",
      xml,
      connection.proxy === null
        ? "There is a <Path> beside <ProxyEndpoint>, which has no effect without <APIProxy>."
        : `There is a <Path> beside <APIProxy>: the request goes to that path of the proxy ${connection.proxy}.`,
      "Keep <Path>, or <APIProxy> with an optional <ProxyEndpoint>.",
    );
  } else if (connection.path === null && connection.proxy === null) {
    report.error(
      "ConnectionInfoMissing",
      xml,
      "The proxy to call is missing.",
      "Name it in <APIProxy>, or write its path into <Path>.",
    );
  }
  return connection;
}

/**
 * Scheme, host and port of a URL template when no variable can change them, for checks at deployment:
 * `https://api.example.com` of `https://api.example.com/{id}`. Null when only a request will tell.
 */
export function fixedOrigin(url: string): string | null {
  return /^https?:\/\/[^/?#{}]+(?=[/?#]|$)/i.exec(url)?.[0] ?? null;
}

function checkScheme(element: XmlElement, report: Report, severity: "error" | "warning"): void {
  const url = element.text();
  const isWhole = !url.includes("{");
  if (
    isWhole ? /^https?:\/\/[^/?#]/i.test(url) && URL.canParse(url) : /^(?:https?:\/\/|[^:/?#]*\{)/i.test(url)
  ) {
    return;
  }
  report[severity](
    "InvalidURL",
    element,
    `${JSON.stringify(url)} is not an absolute http or https URL${severity === "error" ? "." : UNTIL_A_FLOW_SETS_IT}`,
    "Write a URL such as https://api.example.com/path.",
  );
}

/** What a source says for all its calls cannot be said again. */
function checkBesideSource(xml: XmlElement, report: Report): void {
  for (const name of ["Authentication", "SSLInfo"]) {
    const element = xml.child(name);
    if (!element) continue;
    report.error(
      `${name}WithSource`,
      element,
      `There is <${name}> beside the URL of a source, which says itself how it is called.`,
      `Remove <${name}>, or write the service's own address into <URL>.`,
    );
  }
}

function reportUnsupported(xml: XmlElement, report: Report): void {
  const monitor = xml.child("HealthMonitor");
  if (monitor && readBoolean(monitor.child("IsEnabled"), false, report)) {
    report.warning(
      "HealthMonitorNotSupported",
      monitor,
      "<HealthMonitor> has no effect: isolates of a Worker share neither memory nor timers to monitor servers with.",
      "With <MaxFailures>, a server that failed so often is left alone for five minutes. Remove <HealthMonitor> if that will do.",
    );
  }
  xml.ignore("HealthMonitor");
}
