import type { XmlElement } from "../documents/element.ts";
import { readBoolean, readInteger, readOneOf } from "../documents/read.ts";
import { positionOf, type Report } from "../documents/report.ts";
import type { BalancedServer, LoadBalancerConfig } from "../egress/load-balancer.ts";

/** How long a server stays out of rotation unless TargetDisableSecs says otherwise. */
const DISABLE_SECONDS = 300;

/**
 * Reads a LoadBalancer element. Apigee: "Load balancing across backend servers". Reports LoadBalancerServerMissing,
 * ServerNameMissing and MultipleFallbackServers.
 */
export function readLoadBalancer(xml: XmlElement, report: Report): LoadBalancerConfig {
  const elements = xml.children("Server");
  const servers = elements.map((element) => readServer(element, report));
  if (servers.length === 0) {
    report.error(
      "LoadBalancerServerMissing",
      xml,
      "<LoadBalancer> has no <Server>.",
      'Add <Server name="…"/> with the name of a target server.',
    );
  }
  const [, secondFallback] = elements.filter((_, index) => servers[index]?.isFallback);
  if (secondFallback) {
    report.warning(
      "MultipleFallbackServers",
      secondFallback,
      "<LoadBalancer> has more than one fallback server; the first counts, and the others are never called.",
      "Keep IsFallback on one <Server>.",
    );
  }
  const codes = xml.child("ServerUnhealthyResponse")?.children("ResponseCode") ?? [];
  return {
    algorithm: readOneOf(
      xml.child("Algorithm"),
      ["RoundRobin", "Weighted", "LeastConnections"],
      "RoundRobin",
      report,
    ),
    servers,
    maxFailures: readInteger(xml.child("MaxFailures"), 0, report, { minimum: 0 }),
    retryEnabled: readBoolean(xml.child("RetryEnabled"), true, report),
    unhealthyCodes: codes.flatMap((code) => readInteger(code, [], report, { minimum: 100, maximum: 599 })),
    disableMs:
      readInteger(xml.child("TargetDisableSecs"), DISABLE_SECONDS, report, { minimum: 1, maximum: 86_400 }) *
      1000,
  };
}

function readServer(xml: XmlElement, report: Report): BalancedServer {
  const name = xml.attribute("name")?.trim() ?? "";
  if (name === "") {
    report.error(
      "ServerNameMissing",
      xml,
      "<Server> has no name.",
      "Name a target server of the environment.",
    );
  }
  return {
    name,
    at: positionOf(xml),
    weight: readInteger(xml.child("Weight"), 1, report, { minimum: 1, maximum: 1_000_000 }),
    isEnabled: readBoolean(xml.child("IsEnabled"), true, report),
    isFallback: readBoolean(xml.child("IsFallback"), false, report),
  };
}
