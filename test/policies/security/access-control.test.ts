import { expect, test } from "vitest";
import type { Value } from "../../../src/expression/value.ts";
import { RequestMessage } from "../../../src/flow/message.ts";
import { accessControl } from "../../../src/policies/security/access-control.ts";
import { faultOf, flowOf, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const policy = (rules: string, rest = "", fallback = "DENY") =>
  `<AccessControl name="AC"><IPRules noRuleMatchAction="${fallback}">${rules}</IPRules>${rest}</AccessControl>`;
const rule = (action: string, ...sources: [address: string, mask: string | number][]) =>
  `<MatchRule action="${action}">${sources.map(([a, m]) => `<SourceAddress mask="${m}">${a}</SourceAddress>`).join("")}</MatchRule>`;
const from = (ip: string, forwarded = "", variables: Record<string, Value> = {}) =>
  flowOf({
    request: new RequestMessage({ headers: new Headers(forwarded ? { "x-forwarded-for": forwarded } : {}) }),
    exchange: { client: { ip, host: ip, port: null, scheme: "https", country: null } },
    variables,
  });

async function verdict(xml: string, flow: ReturnType<typeof from>): Promise<string> {
  const thrown: unknown = await runPolicy(accessControl, xml, flow).catch((error: unknown) => error);
  if (thrown === flow) return "ALLOW";
  const { status, message } = await faultOf(accessControl, xml, flow);
  return `${status} ${message}`;
}
const denied = (ip: string) => `403 Access Denied for client ip : ${ip}`;

const allowOne = rule("ALLOW", ["198.51.100.1", 32]);
const subset = rule("DENY", ["198.51.100.1", 24]) + rule("ALLOW", ["198.51.100.1", 16]);

test.each([
  ["the page: allow one", policy(allowOne), "198.51.100.1", "ALLOW"],
  ["the page: deny all others", policy(allowOne), "198.51.100.2", denied("198.51.100.2")],
  [
    "the page: deny 198.51.100.*",
    policy(rule("DENY", ["198.51.100.1", 24]), "", "ALLOW"),
    "198.51.100.77",
    denied("198.51.100.77"),
  ],
  [
    "the page: allow all others",
    policy(rule("DENY", ["198.51.100.1", 24]), "", "ALLOW"),
    "198.51.101.77",
    "ALLOW",
  ],
  ["the page: a mask of 30 bits", policy(rule("ALLOW", ["198.51.100.1", 30])), "198.51.100.3", "ALLOW"],
  [
    "the page: outside of 30 bits",
    policy(rule("ALLOW", ["198.51.100.1", 30])),
    "198.51.100.4",
    denied("198.51.100.4"),
  ],
  ["a subset is denied", policy(subset), "198.51.100.9", denied("198.51.100.9")],
  ["the rest is allowed", policy(subset), "198.51.7.9", "ALLOW"],
  [
    "several sources",
    policy(rule("ALLOW", ["192.0.2.1", 24], ["203.0.113.1", 24])),
    "203.0.113.200",
    "ALLOW",
  ],
  [
    "the first rule that matches",
    policy(rule("ALLOW", ["192.0.2.1", 32]) + rule("DENY", ["192.0.2.1", 24])),
    "192.0.2.1",
    "ALLOW",
  ],
  ["IPv6", policy(rule("ALLOW", ["2001:db8::", 32])), "2001:db8:1::7", "ALLOW"],
  ["IPv6 in brackets, as workerd tells it", policy(rule("ALLOW", ["::1", 128])), "[::1]", "ALLOW"],
  ["IPv6, another", policy(rule("ALLOW", ["2001:db8::", 32])), "2001:db9::7", denied("2001:db9::7")],
  [
    "IPv4 in IPv6 form",
    policy(rule("DENY", ["198.51.100.1", 24]), "", "ALLOW"),
    "::ffff:198.51.100.9",
    denied("::ffff:198.51.100.9"),
  ],
  [
    "IPv6 against a rule for all of IPv4",
    policy(rule("ALLOW", ["0.0.0.0", 0])),
    "2001:db8::1",
    denied("2001:db8::1"),
  ],
  ["no rules", "<AccessControl name='AC'/>", "192.0.2.1", "ALLOW"],
  ["no address is known", policy(allowOne), "", denied("")],
  [
    "no address is known, and one must not pass",
    policy(rule("DENY", ["10.0.0.0", 8]), "", "ALLOW"),
    "",
    denied(""),
  ],
  ["no address is known, and no rules", "<AccessControl name='AC'/>", "", "ALLOW"],
  ["the last address of a block", policy(rule("ALLOW", ["198.51.100.0", 31])), "198.51.100.1", "ALLOW"],
  [
    "the first address behind a block",
    policy(rule("ALLOW", ["198.51.100.0", 31])),
    "198.51.100.2",
    denied("198.51.100.2"),
  ],
  [
    "IPv6, the first address behind a block",
    policy(rule("ALLOW", ["2001:db8::", 127])),
    "2001:db8::2",
    denied("2001:db8::2"),
  ],
  [
    "IPv4 in IPv6 form, in hexadecimal",
    policy(rule("DENY", ["198.51.100.1", 24]), "", "ALLOW"),
    "::ffff:c633:6409",
    denied("::ffff:c633:6409"),
  ],
  [
    "a rule in IPv6 form for IPv4",
    policy(rule("ALLOW", ["::ffff:198.51.100.1", 32])),
    "198.51.100.1",
    "ALLOW",
  ],
  ["a number that is no address", policy(rule("ALLOW", ["0.0.0.1", 32])), "1", denied("1")],
])("%s", async (_, xml, ip, expected) => {
  expect(await verdict(xml, from(ip))).toBe(expected);
});

test.each([
  [
    "an allowed address in the header does not help",
    policy(allowOne),
    "203.0.113.9",
    "198.51.100.1",
    denied("203.0.113.9"),
  ],
  [
    "each of the header must be allowed",
    policy(allowOne),
    "198.51.100.1",
    "10.0.0.1, 198.51.100.1",
    denied("10.0.0.1"),
  ],
  ["what is no address does not count", policy(allowOne), "198.51.100.1", "pwned, 198.51.100.1", "ALLOW"],
  [
    "a denied one behind a proxy",
    policy(rule("DENY", ["10.0.0.1", 8]), "", "ALLOW"),
    "192.0.2.1",
    "10.9.9.9",
    denied("10.9.9.9"),
  ],
  ...["10.9.9.9:4711", "[::ffff:10.9.9.9]:4711", "[::ffff:10.9.9.9]", "::ffff:a09:909"].map(
    (written): [string, string, string, string, string] => [
      `a denied one, written ${written}`,
      policy(rule("DENY", ["10.0.0.1", 8]), "", "ALLOW"),
      "192.0.2.1",
      written,
      denied(written),
    ],
  ),
  [
    "first: only what the platform knows",
    policy(allowOne, "<ValidateBasedOn>X_FORWARDED_FOR_FIRST_IP</ValidateBasedOn>"),
    "203.0.113.9",
    "198.51.100.1",
    denied("203.0.113.9"),
  ],
  [
    "first: the client",
    policy(allowOne, "<ValidateBasedOn>X_FORWARDED_FOR_FIRST_IP</ValidateBasedOn>"),
    "198.51.100.1",
    "203.0.113.9",
    "ALLOW",
  ],
  [
    "last: the client",
    policy(allowOne, "<ValidateBasedOn>X_FORWARDED_FOR_LAST_IP</ValidateBasedOn>"),
    "198.51.100.1",
    "1.1.1.1",
    "ALLOW",
  ],
  [
    "a header of 100 kB",
    policy(allowOne),
    "203.0.113.9",
    "198.51.100.1,".repeat(7000),
    denied("203.0.113.9"),
  ],
])("X-Forwarded-For: %s", async (_, xml, ip, header, expected) => {
  expect(await verdict(xml, from(ip, header))).toBe(expected);
});

test("True-Client-IP is never read", async () => {
  const flow = from("203.0.113.9");
  flow.request.ownHeaders.set("true-client-ip", "198.51.100.1");
  expect(
    await verdict(policy(allowOne, "<IgnoreTrueClientIPHeader>false</IgnoreTrueClientIPHeader>"), flow),
  ).toBe(denied("203.0.113.9"));
});

test.each<[string, Record<string, Value>, string]>([
  ["an allowed address", { ip: "198.51.100.1" }, "ALLOW"],
  ["another", { ip: "198.51.100.2" }, denied("198.51.100.2")],
  ["text", { ip: "pwned" }, "500 Invalid IP address in variable ip"],
  ["nothing", {}, "500 Invalid IP address in variable ip"],
])("ClientIPVariable with %s", async (_, variables, expected) => {
  expect(
    await verdict(
      policy(allowOne, "<ClientIPVariable>ip</ClientIPVariable>"),
      from("198.51.100.1", "", variables),
    ),
  ).toBe(expected);
});

test.each<[string, Record<string, Value>, string]>([
  ["set", { net: "192.0.2.0", bits: "24" }, "ALLOW"],
  ["not set", {}, "500 Invalid rule pattern in AC"],
  ["no address", { net: "all", bits: "24" }, "500 Invalid rule pattern in AC"],
  ["no mask", { net: "192.0.2.0", bits: "99" }, "500 Invalid rule pattern in AC"],
])("templates whose variables are %s", async (_, variables, expected) => {
  expect(await verdict(policy(rule("ALLOW", ["{net}", "{bits}"])), from("192.0.2.7", "", variables))).toBe(
    expected,
  );
});

test("acl.failed says that it refused", async () => {
  const flow = from("203.0.113.9");
  await faultOf(accessControl, policy(allowOne), flow);
  expect(variableOf(flow, "acl.failed")).toBe(true);
});

test.each([
  ["an action", policy(rule("DENYY", ["192.0.2.1", 32])), ["error InvalidAction"]],
  ["what happens otherwise", policy("", "", "NONE"), ["error InvalidAction"]],
  ["an address", policy(rule("DENY", ["192.0.2", 24])), ["error InvalidIPAddress"]],
  ["a mask", policy(rule("DENY", ["192.0.2.1", 33])), ["error InvalidMask"]],
  ["a list of addresses", policy('<MatchRule action="DENY"/>'), ["error MissingSourceAddress"]],
  ["IPv6 in IPv4's mask", policy(rule("DENY", ["2001:db8::1", 129])), ["error InvalidMask"]],
])("%s that is none is refused", (_, xml, expected) => {
  expect(problemsOf(accessControl, xml).map((problem) => problem.replace(/ \d+:\d+$/, ""))).toEqual(expected);
});

test.each([
  ["request.header.x-forwarded-for", ["warning ForgeableAddress"]],
  ["message.queryparam.ip", ["warning ForgeableAddress"]],
  ["client.ip", []],
  ["private.ip", []],
])("ClientIPVariable %s: %j", (name, expected) => {
  const xml = policy(allowOne, `<ClientIPVariable>${name}</ClientIPVariable>`);
  expect(problemsOf(accessControl, xml).map((problem) => problem.replace(/ \d+:\d+$/, ""))).toEqual(expected);
});
