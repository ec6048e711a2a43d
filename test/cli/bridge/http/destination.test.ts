import type { LookupAddress } from "node:dns";
import { describe, expect, test } from "vitest";
import { guardedLookup } from "../../../../src/cli/bridge/http/destination.ts";
import { readEgressRule } from "../../../../src/egress/rule.ts";

const block = (text: string) => {
  const { host } = readEgressRule(text);
  if (typeof host === "string") throw new Error(`${text} is a name`);
  return host;
};

/** What a bridge connects to where a name leads to some addresses. */
function resolved(addresses: readonly string[], allowed: readonly string[]): Promise<string> {
  const found: LookupAddress[] = addresses.map((address) => ({
    address,
    family: address.includes(":") ? 6 : 4,
  }));
  const resolve = (_name: string, _options: unknown, callback: (error: null, all: LookupAddress[]) => void) =>
    callback(null, found);
  const lookup = guardedLookup(allowed.map(block), resolve as never);
  return new Promise((done) => {
    lookup("crm.example.com", { all: true }, (error, list) => {
      done(error ? error.message : (list as LookupAddress[]).map(({ address }) => address).join(" "));
    });
  });
}

describe("a name leads", () => {
  test.each([
    ["to a public address", ["93.184.215.14"], [], "93.184.215.14"],
    ["to a private one that is named", ["10.1.2.3"], ["10.0.0.0/8"], "10.1.2.3"],
    ["to those of several that are named", ["127.0.0.1", "10.1.2.3", "::1"], ["10.0.0.0/8"], "10.1.2.3"],
    ["to an IPv6 address that is named", ["fd00::5"], ["[fd00::/8]"], "fd00::5"],
  ])("%s", async (_, addresses, allowed, expected) => {
    expect(await resolved(addresses, allowed)).toBe(expected);
  });

  test.each([
    ["a private address", "10.1.2.3", []],
    ["this machine", "127.0.0.1", []],
    ["this machine over IPv6", "::1", []],
    ["what clouds give credentials at", "169.254.169.254", []],
    ["a private address in an IPv6 one", "::ffff:10.1.2.3", []],
    ["a network card's own address", "fe80::1%eth0", []],
    ["an address beside those that are named", "10.1.2.3", ["192.168.0.0/16"]],
    ["a public address where others are named", "93.184.215.14", ["10.0.0.0/8"]],
  ])("nowhere where it leads to %s", async (_, address, allowed) => {
    expect(await resolved([address], allowed)).toBe(
      "crm.example.com leads to an address that the file of this bridge does not allow.",
    );
  });
});
