import { readUrlConnection } from "../connections/connection.ts";
import type { XmlElement } from "../documents/element.ts";
import { positionOf, type Report } from "../documents/report.ts";
import { readCondition } from "./flows.ts";
import type { RouteRule, RouteTarget } from "./model.ts";

/** A proxy endpoint's RouteRules, in the order in which they are tried. Apigee: "RouteRule". */
export function readRouteRules(endpoint: XmlElement, report: Report): RouteRule[] {
  const rules = endpoint.children("RouteRule").map((rule) => readRouteRule(rule, report));
  if (rules.length === 0) {
    report.warning(
      "RouteRuleMissing",
      endpoint,
      "The proxy endpoint has no RouteRule, so every request ends in RouteFailed.",
      "Add a RouteRule; without a target in it, no target is called.",
    );
  }
  const fallback = rules.findIndex((rule) => rule.condition === null);
  for (const rule of fallback < 0 ? [] : rules.slice(fallback + 1)) {
    report.warning(
      "RouteRuleUnreachable",
      rule.at,
      `The RouteRule "${rule.name}" is never tried: the RouteRule "${rules[fallback]?.name}" before it has no condition.`,
      "Put the RouteRule without a condition last.",
    );
  }
  return rules;
}

function readRouteRule(rule: XmlElement, report: Report): RouteRule {
  return {
    name: rule.attribute("name") ?? "",
    condition: readCondition(rule),
    to: readRouteTarget(rule, report),
    at: positionOf(rule),
  };
}

function readRouteTarget(rule: XmlElement, report: Report): RouteTarget {
  const integration = rule.child("IntegrationEndpoint");
  if (integration !== undefined) {
    report.error(
      "UnsupportedElement",
      integration,
      "<IntegrationEndpoint> is not supported.",
      "Call the integration's URL with a TargetEndpoint.",
    );
  }
  const target = rule.child("TargetEndpoint");
  const name = target?.text();
  const url = rule.child("URL");
  const address = url?.text();
  if (name && address) {
    report.error(
      "RouteRuleAmbiguous",
      rule,
      "The RouteRule names a TargetEndpoint and a URL.",
      "Keep one of them.",
    );
  }
  if (name) return { kind: "target", name };
  if (url !== undefined && address) return { kind: "http", http: readUrlConnection(url, report) };
  return { kind: "null" };
}
