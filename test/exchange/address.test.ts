import { describe, expect, test } from "vitest";
import { addressOf } from "../../src/exchange/address.ts";
import { Fault } from "../../src/flow/fault.ts";

/** A request as the platform makes it of a request line and a Host header. */
function address(host: string, target = "/x"): string {
  const request = { url: `http://${host}${target}`, headers: new Headers({ host }) } as Request;
  const found = addressOf(request);
  return found instanceof Fault ? found.code : `${found.protocol}//${found.host}${found.pathname}`;
}

test.each([
  ["gateway.test", "http://gateway.test/x"],
  ["Gateway.test:8080", "http://gateway.test:8080/x"],
  ["my_host", "http://my_host/x"],
  ["127.0.0.1:80", "http://127.0.0.1/x"],
  ["[::1]:8787", "http://[::1]:8787/x"],
  ["xn--bcher-kva.example", "http://xn--bcher-kva.example/x"],
])("the Host %s is one", (host, expected) => {
  expect(address(host)).toBe(expected);
});

describe("a Host header that is none is InvalidHost", () => {
  test.each([..."a b|[::1|a/b|%zz|exa<mple|user@host|a?b|a#b|a\\b|a:99999|a:|a*|a,b|1.2.3.4.5|".split("|")])(
    "%j",
    (host) => {
      expect(address(host)).toBe("sortie.InvalidHost");
    },
  );
});

test("a request line that names no path is InvalidPath", () => {
  expect(address("gateway.test", "*")).toBe("protocol.http.InvalidPath");
});
