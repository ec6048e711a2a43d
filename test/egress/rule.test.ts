import fc from "fast-check";
import { expect, test } from "vitest";
import { EgressRuleError, readEgressRule } from "../../src/egress/rule.ts";

test.each([
  ["api.example.com", { protocol: null, host: "api.example.com", port: null }],
  [" API.example.com ", { protocol: null, host: "api.example.com", port: null }],
  ["api.example.com:8443", { protocol: null, host: "api.example.com", port: 8443 }],
  ["https://api.example.com", { protocol: "https:", host: "api.example.com", port: null }],
  ["*.example.com:81", { protocol: null, host: "*.example.com", port: 81 }],
  ["my_host", { protocol: null, host: "my_host", port: null }],
  ["10.1.2.3", { protocol: null, host: { bytes: [10, 1, 2, 3], bits: 32 }, port: null }],
  ["10.0.0.0/8:80", { protocol: null, host: { bytes: [10, 0, 0, 0], bits: 8 }, port: 80 }],
  ["[::1]:80", { protocol: null, host: { bytes: [...Array(15).fill(0), 1], bits: 128 }, port: 80 }],
  ["[fd00::/8]", { protocol: null, host: { bytes: [0xfd, ...Array(15).fill(0)], bits: 8 }, port: null }],
])("%j is a rule", (text, rule) => {
  expect(readEgressRule(text)).toEqual(rule);
});

test.each([
  ["", "is not an egress rule"],
  ["*", "a star may only stand for the whole first label"],
  ["**.example.com", "a star may only stand for the whole first label"],
  ["*.*.example.com", "a star may only stand for the whole first label"],
  ["a*.example.com", "a star may only stand for the whole first label"],
  ["*.com", "would allow a whole top-level domain"],
  ["*.0.0.1", "is not a host name"],
  ["*..example.com", "no label may be empty"],
  ["api..example.com", "no label may be empty"],
  ["api.example.com.", "no label may be empty"],
  ["api.example.com/path", "is not an egress rule"],
  ["user@api.example.com", "is not a host name"],
  ["ftp://api.example.com", "is not an egress rule"],
  ["api.example.com:0", "a port is 1 to 65535"],
  ["api.example.com:70000", "a port is 1 to 65535"],
  ["api.example.com:*", "is not an egress rule"],
  ["münchen.example", 'Write "xn--mnchen-3ya.example"'],
  ["a b", "is not a host name"],
  ["127.1", "is not an address"],
  ["0x7f.0.0.1", "is not an address"],
  ["256.1.1.1", "is not a host name"],
  ["10.0.0.0/33", "is not an address or block"],
  ["example.com/8", "is not an address or block"],
  ["[10.0.0.1]", "is not an address or block"],
  ["[::ffff:0:0/96]", "would allow every IPv4 address"],
  ["[64:ff9b::/96]", "would allow every IPv4 address"],
])("%j is not a rule", (text, message) => {
  expect(() => readEgressRule(text)).toThrow(EgressRuleError);
  expect(() => readEgressRule(text)).toThrow(message);
});

test("any text is a rule or says why not", () => {
  const nasty = fc.array(fc.constantFrom(..."*./:[]@#?% 10afX://".split(""), "example", "https://"), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        nasty.map((parts) => parts.join("")),
      ),
      (text) => {
        try {
          readEgressRule(text);
        } catch (error) {
          expect(error).toBeInstanceOf(EgressRuleError);
        }
      },
    ),
  );
});
