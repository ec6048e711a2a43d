import { expect, test } from "vitest";
import { withoutHopByHop } from "../../src/egress/hop-by-hop.ts";

const names = (headers: Headers) => [...headers.keys()];

test.each(["Proxy-Authorization", "Proxy-Connection", "Expect", "Upgrade", "HTTP2-Settings"])(
  "%s is about one connection and does not go on",
  (name) => {
    const headers = new Headers([
      [name, "x"],
      ["accept", "text/plain"],
    ]);
    expect(names(withoutHopByHop(headers))).toEqual(["accept"]);
    expect(headers.has(name)).toBe(true);
  },
);

test("headers named in Connection do not go on", () => {
  const headers = new Headers({ connection: "keep-alive, X-Secret , ,b@d", "x-secret": "1", "x-other": "2" });
  expect(names(withoutHopByHop(headers))).not.toContain("x-secret");
  expect(names(withoutHopByHop(headers))).toContain("x-other");
});

test.each(["close", "keep-alive", ""])(
  "headers are handed on as they are when none is about the connection (Connection: %s)",
  (connection) => {
    const headers = new Headers({ connection, accept: "text/plain" });
    expect(withoutHopByHop(headers)).toBe(headers);
  },
);
