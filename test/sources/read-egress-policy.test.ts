import { describe, expect, test } from "vitest";
import { readEgressPolicy } from "../../src/sources/read-egress-policy.ts";

const read = (address: string, port: number | string = 443) =>
  readEgressPolicy({ address, port, state: "active" });

test.each([
  ["api.example.com", 443, { address: "api.example.com", ports: { first: 443, last: 443 } }],
  ["API.Example.COM", 1, { address: "api.example.com", ports: { first: 1, last: 1 } }],
  ["*.example.com", 8443, { address: "*.example.com", ports: { first: 8443, last: 8443 } }],
  ["*.a.example.co.uk", 443, { address: "*.a.example.co.uk", ports: { first: 443, last: 443 } }],
  ["*.me.github.io", 443, { address: "*.me.github.io", ports: { first: 443, last: 443 } }],
  ["github.io", 443, { address: "github.io", ports: { first: 443, last: 443 } }],
  ["xn--mnchen-3ya.example", 443, { address: "xn--mnchen-3ya.example", ports: { first: 443, last: 443 } }],
  ["localhost", 8080, { address: "localhost", ports: { first: 8080, last: 8080 } }],
  ["93.184.216.34", 65535, { address: "93.184.216.34", ports: { first: 65535, last: 65535 } }],
  ["10.0.0.0/8", "8000-8100", { address: "10.0.0.0/8", ports: { first: 8000, last: 8100 } }],
  ["10.1.2.3", "1-65535", { address: "10.1.2.3", ports: { first: 1, last: 65535 } }],
])("%s:%s is a policy", (address, port, policy) => {
  expect(read(address, port)).toEqual({ ...policy, state: "active" });
});

describe("a wildcard stands for exactly the whole first label, and not below a public suffix:", () => {
  test.each([
    ["*.com", "a whole top-level domain"],
    ["*.co.uk", "a public suffix"],
    ["*.github.io", "a public suffix"],
    ["*.s3.amazonaws.com", "a public suffix"],
    ["*.GitHub.IO", "a public suffix"],
    ["*.kawasaki.jp", "a public suffix"],
    ["*.foo.ck", "a public suffix"],
    ["*", "a star may only stand"],
    ["*.", "no label may be empty"],
    ["*.*.example.com", "a star may only stand"],
    ["a.*.com", "a star may only stand"],
    ["a*.example.com", "a star may only stand"],
    ["**.example.com", "a star may only stand"],
    ["*example.com", "a star may only stand"],
    ["*.10.0.0.1", "is not a host name"],
  ])("%s", (address, message) => {
    expect(() => read(address)).toThrow(message);
  });
});

test.each([
  ["https://api.example.com", "is not a host"],
  ["api.example.com:443", "is not a host"],
  ["api.example.com/path", "is not a host"],
  ["user@api.example.com", "without user name"],
  ["api.example.com?", "is not a host"],
  ["api .example.com", "is not a host"],
  ["", "is not a host"],
  ["api.example.com.", "no label may be empty"],
  ["api..example.com", "no label may be empty"],
  ["münchen.example", 'Write "xn--mnchen-3ya.example"'],
  ["%61pi.example.com", "is not a host name"],
  ["::1", "is an IPv6 address"],
  ["[::1]", "is an IPv6 address"],
  ["fd00::/8", "is an IPv6 address"],
  ["2130706433", "is not an address"],
  ["0x7f.0.0.1", "is not an address"],
  ["127.1", "is not an address"],
  ["10.0.0.0/33", "is not an address or block"],
  ["example.com/8", "is not an address or block"],
  ["0.0.0.0/0", "addresses of several kinds"],
])("%j is refused: %s", (address, message) => {
  expect(() => read(address)).toThrow(message);
});

test.each(["0-80", "80-80", "90-80", "1-65536", "00000-00001"])("%s is no range of ports", (port) => {
  expect(() => read("10.0.0.0/8", port)).toThrow("is no range of ports");
});

test("a policy for a name is for a single port", () => {
  expect(() => read("api.example.com", "8000-8100")).toThrow("one for a name is for a single port");
  expect(() => read("*.example.com", "8000-8100")).toThrow("one for a name is for a single port");
});
