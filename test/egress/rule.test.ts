import fc from "fast-check";
import { expect, test } from "vitest";
import { EgressRuleError, readEgressRule } from "../../src/egress/rule.ts";

test.each([
  ["api.example.com", { protocol: null, host: "api.example.com", ports: null }],
  [" API.example.com ", { protocol: null, host: "api.example.com", ports: null }],
  ["api.example.com:8443", { protocol: null, host: "api.example.com", ports: { first: 8443, last: 8443 } }],
  ["https://api.example.com", { protocol: "https:", host: "api.example.com", ports: null }],
  ["*.example.com:81", { protocol: null, host: "*.example.com", ports: { first: 81, last: 81 } }],
  ["my_host", { protocol: null, host: "my_host", ports: null }],
])("%j is a rule", (text, rule) => {
  expect(readEgressRule(text)).toEqual(rule);
});

test.each([
  ["10.1.2.3", "10.1.2.3", 32, "private", null],
  ["10.1.2.3/8:80", "10.0.0.0", 8, "private", 80],
  ["8.0.0.0/6", "8.0.0.0", 6, null, null],
  ["169.254.0.0/16", "169.254.0.0", 16, "link-local", null],
  ["[::1]:80", "::1", 128, "loopback", 80],
  ["[FD00:0::/8]", "fd00::", 8, "unique local", null],
  ["[::ffff:10.1.2.3]", "::ffff:a01:203", 128, "IPv4-mapped", null],
  ["[2000::/3]", "2000::", 3, null, null],
])("%j is a rule for a block of addresses", (text, first, bits, kind, port) => {
  const { host, ...rest } = readEgressRule(text);
  if (typeof host === "string") throw new Error("read as a name");
  expect([host.first.toString(), host.bits, host.kind]).toEqual([first, bits, kind]);
  expect(rest).toEqual({ protocol: null, ports: port && { first: port, last: port } });
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
  ["api.example.com:0", "a port from 1 to 65535"],
  ["api.example.com:70000", "a port from 1 to 65535"],
  ["api.example.com:*", "is not an egress rule"],
  ["münchen.example", 'Write "xn--mnchen-3ya.example"'],
  ["a b", "is not a host name"],
  ["127.1", "is not an address"],
  ["0x7f.0.0.1", "is not an address"],
  ["256.1.1.1", "is not a host name"],
  ["10.0.0.0/33", "is not an address or block"],
  ["example.com/8", "is not an address or block"],
  ["[10.0.0.1]", "is not an address or block"],
  ["0.0.0.0/0", "holds addresses of several kinds"],
  ["[::/0]", "holds addresses of several kinds"],
  ["[::ffff:0:0/96]", "holds addresses of several kinds"],
  ["[64:ff9b::/96]", "holds addresses of several kinds"],
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
