import { describe, expect, test } from "vitest";
import { problemsOf, readProxy } from "./files.ts";

const endpoint = (rules: string) => ({
  "apiproxy/proxies/default.xml": `<ProxyEndpoint name="default"><HTTPProxyConnection><BasePath>/r</BasePath></HTTPProxyConnection>\n${rules}\n</ProxyEndpoint>`,
});

describe("a RouteRule leads", () => {
  test.each([
    ["to a target endpoint", "<TargetEndpoint>default</TargetEndpoint>", { kind: "target", name: "default" }],
    [
      "straight to a URL",
      "<URL>https://example.com</URL>",
      { kind: "http", http: expect.objectContaining({ url: "https://example.com" }) },
    ],
    ["nowhere when it names neither", "", { kind: "null" }],
    ["nowhere when its elements are empty", "<TargetEndpoint/><URL/>", { kind: "null" }],
  ])("%s", (_, target, to) => {
    const bundle = readProxy(endpoint(`<RouteRule name="r">${target}</RouteRule>`));
    expect(bundle.proxyEndpoints[0]?.routeRules).toEqual([
      { name: "r", condition: null, to, at: { file: "apiproxy/proxies/default.xml", line: 2, column: 1 } },
    ]);
  });

  test("under its condition, in document order", () => {
    const rules =
      '<RouteRule name="a"><Condition>request.verb = "OPTIONS"</Condition></RouteRule>\n<RouteRule name="b"/>';
    const bundle = readProxy(endpoint(rules));
    expect(
      bundle.proxyEndpoints[0]?.routeRules.map(({ name, condition }) => [name, condition?.text]),
    ).toEqual([
      ["a", 'request.verb = "OPTIONS"'],
      ["b", undefined],
    ]);
  });
});

describe("what is wrong with RouteRules is reported", () => {
  test.each([
    [
      "a target endpoint that is not there",
      '<RouteRule name="r"><TargetEndpoint>other</TargetEndpoint></RouteRule>',
      "error RouteTargetMissing",
    ],
    [
      "two destinations",
      '<RouteRule name="r"><TargetEndpoint>default</TargetEndpoint><URL>https://example.com</URL></RouteRule>',
      "error RouteRuleAmbiguous",
    ],
    ["none at all", "", "warning RouteRuleMissing"],
  ])("%s", (_, rules, problem) => {
    const line = rules === "" ? "1:1" : "2:1";
    expect(problemsOf(endpoint(rules))).toEqual([`${problem} proxies/default.xml:${line}`]);
  });

  test("an integration is refused by name", () => {
    const rules = '<RouteRule name="r"><IntegrationEndpoint>i</IntegrationEndpoint></RouteRule>';
    expect(problemsOf(endpoint(rules))).toEqual(["error UnsupportedElement proxies/default.xml:2:21"]);
  });

  test("rules after one without a condition are never tried", () => {
    const rules = '<RouteRule name="a"/>\n<RouteRule name="b"/>\n<RouteRule name="c"/>';
    expect(problemsOf(endpoint(rules))).toEqual([
      "warning RouteRuleUnreachable proxies/default.xml:3:1",
      "warning RouteRuleUnreachable proxies/default.xml:4:1",
    ]);
  });
});
