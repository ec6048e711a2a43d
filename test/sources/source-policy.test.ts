import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EgressRuleError } from "../../src/egress/rule.ts";
import { compileSourcePolicy } from "../../src/sources/source-policy.ts";
import { domain, egressPolicy, sourceWith } from "./sample.ts";

const policyWith = (...egressPolicies: ReturnType<typeof egressPolicy>[]) =>
  compileSourcePolicy([sourceWith({ egressPolicies })]);

const policy = compileSourcePolicy([
  sourceWith({
    egressPolicies: [
      egressPolicy("api.example.com"),
      egressPolicy("plain.example.com", 80),
      egressPolicy("*.Wild.example", 8443),
      egressPolicy("xn--mnchen-3ya.example"),
    ],
  }),
  sourceWith({
    apiName: "Database",
    type: "jdbc",
    domains: [],
    egressPolicies: [
      egressPolicy("10.1.0.0/16", [5000, 5010]),
      egressPolicy("10.9.9.9", 443),
      egressPolicy("93.184.216.34", [1, 65535]),
      egressPolicy("127.0.0.1", 8080),
    ],
  }),
]);

test.each([
  "https://api.example.com",
  "https://api.example.com/a?b#c",
  "https://api.example.com:443/",
  "HTTPS://API.Example.COM/",
  "http://api.example.com:443/",
  "https://plain.example.com:80/",
  "http://plain.example.com/",
  "https://a.wild.example:8443/",
  "https://xn--mnchen-3ya.example/",
  "http://10.1.2.3:5000/",
  "http://10.1.255.255:5010/",
  "https://10.9.9.9/",
  "http://93.184.216.34:1/",
  "https://93.184.216.34:65535/",
  "http://127.0.0.1:8080/",
])("%s is covered", (url) => {
  expect(policy.check(url)).toBeNull();
});

describe("what no policy covers is refused", () => {
  test.each([
    ["the domain above", "https://example.com/", "example.com:443"],
    ["a domain below", "https://x.api.example.com/", "x.api.example.com:443"],
    ["a name that ends alike", "https://evil-api.example.com/", "evil-api.example.com:443"],
    ["a name that begins alike", "https://api.example.com.evil.example/", "api.example.com.evil.example:443"],
    ["a listed host in the query", "https://evil.example/?https://api.example.com/", "evil.example:443"],
    ["another port", "https://api.example.com:8443/", "api.example.com:8443"],
    ["another scheme's port", "http://api.example.com/", "api.example.com:80"],
    ["a wildcard's own domain", "https://wild.example:8443/", "wild.example:8443"],
    ["two levels for a wildcard", "https://a.b.wild.example:8443/", "a.b.wild.example:8443"],
    ["no label for a wildcard", "https://.wild.example:8443/", ".wild.example:8443"],
    ["a wildcard's other port", "https://a.wild.example/", "a.wild.example:443"],
    ["a star as a name", "https://*.wild.example/", "*.wild.example:443"],
    ["another punycode name", "https://xn--mnchen-3yb.example/", "xn--mnchen-3yb.example:443"],
    ["a port below a range", "http://10.1.2.3:4999/", "10.1.2.3:4999"],
    ["a port above a range", "http://10.1.2.3:5011/", "10.1.2.3:5011"],
    ["an address beside a block", "http://10.2.0.0:5000/", "10.2.0.0:5000"],
    ["another public address", "http://93.184.216.35/", "93.184.216.35:80"],
    ["another loopback address", "http://127.0.0.2:8080/", "127.0.0.2:8080"],
    ["cloud metadata", "http://169.254.169.254/latest/meta-data", "169.254.169.254:80"],
    ["IPv6", "https://[2606:4700::1111]/", "[2606:4700::1111]:443"],
    ["IPv4 in IPv6", "https://[::ffff:a09:909]/", "[::ffff:a09:909]:443"],
    ["loopback in IPv6", "http://[::1]:8080/", "[::1]:8080"],
  ])("%s: %s", (_, url, rule) => {
    expect(policy.check(url)).toMatchObject({
      rule,
      reason: `"${rule}" is not covered by an active egress policy of Shipping, Database`,
      remedy: expect.stringContaining("networkEgressPolicies"),
    });
  });

  test.each([
    ["a user name", "https://user@api.example.com/"],
    ["a listed host as a user name", "https://api.example.com@evil.example/"],
    ["a password", "https://u:hunter2@api.example.com/"],
    ["a trailing dot", "https://api.example.com./"],
    ["letters outside ASCII", "https://münchen.example/"],
    ["an escaped letter", "https://%61pi.example.com/"],
    ["a full-width letter", "https://ａpi.example.com/"],
    ["an ideographic full stop", "https://api。example.com/"],
    ["a tab", "https://api.exa\tmple.com/"],
    ["a line break", "https://api.example.com\r\n/"],
    ["a backslash", "https://evil.example\\@api.example.com/"],
    ["decimal IPv4", "http://2130706433:8080/"],
    ["hexadecimal IPv4", "http://0x7f.0.0.1:8080/"],
    ["octal IPv4", "http://0177.0.0.1:8080/"],
    ["short IPv4", "http://127.1:8080/"],
    ["another scheme", "ftp://api.example.com:443/"],
    ["a WebSocket's scheme", "wss://api.example.com/"],
    ["a file", "file:///etc/passwd"],
    ["data", "data:text/plain,api.example.com"],
    ["no scheme", "//api.example.com/"],
    ["a path", "/api.example.com"],
    ["nothing", ""],
  ])("%s: %j", (_, url) => {
    const refusal = policy.check(url);
    expect(refusal?.reason).toContain("the URL cannot be called");
    expect(JSON.stringify(refusal)).not.toContain("hunter2");
  });
});

describe("the slash between the connection's URL and the path", () => {
  test("is asked for when the host begins with a source's host", () => {
    expect(policy.check("https://api.example.comapi/v1")).toMatchObject({
      host: "api.example.comapi",
      port: 443,
      rule: "api.example.comapi:443",
      remedy: expect.stringContaining(
        "api.example.comapi begins with the source's host api.example.com: check that a slash stands",
      ),
    });
  });

  test("is not asked for when the host only looks like another one", () => {
    expect(policy.check("https://wapi.example.com/")?.remedy).toMatch(
      /^Add \{ address: wapi.example.com, port: 443 \}/,
    );
  });
});

describe("a policy that is not active covers nothing, and the remedy says so", () => {
  test.each(["pending", "paused", "revoked"] as const)("%s", (state) => {
    const asleep = policyWith(egressPolicy("api.example.com", 443, state));
    expect(asleep.check("https://api.example.com/")).toMatchObject({
      remedy: "The egress policy for it is not active: set its state to active.",
    });
    expect(asleep.allowsSocket("api.example.com", 443)).toBe(false);
    expect(asleep.check("https://b.example.com/")?.remedy).toContain("Add {");
  });
});

test("without sources nothing is covered", () => {
  expect(compileSourcePolicy([]).check("https://api.example.com/")?.reason).toBe(
    'no source is declared, and "api.example.com:443" needs one with an egress policy',
  );
});

test.each([
  ["nonsense", "a b"],
  ["a scheme", "https://api.example.com"],
  ["everything", "*"],
  ["a whole top-level domain", "*.com"],
])("%s is no policy, and nothing starts with it", (_, address) => {
  expect(() => policyWith(egressPolicy(address))).toThrow(EgressRuleError);
});

describe("sockets", () => {
  test.each([
    ["api.example.com", 443],
    ["API.example.com", 443],
    ["a.wild.example", 8443],
    ["10.1.2.3", 5005],
    ["127.0.0.1", 8080],
  ])("%s:%i is covered", (host, port) => {
    expect(policy.checkSocket(host, port)).toBeNull();
    expect(policy.allowsSocket(host, port)).toBe(true);
  });

  test.each([
    ["another port", "api.example.com", 5432],
    ["another host", "evil.example", 443],
    ["two levels for a wildcard", "a.b.wild.example", 8443],
    ["a trailing dot", "api.example.com.", 443],
    ["letters outside ASCII", "münchen.example", 443],
    ["decimal IPv4", "2130706433", 8080],
    ["short IPv4", "127.1", 8080],
    ["IPv6", "::1", 8080],
    ["IPv6 in brackets", "[::1]", 8080],
    ["IPv4 in IPv6", "::ffff:10.9.9.9", 443],
    ["a port in the host", "api.example.com:443", 443],
    ["a user name", "user@api.example.com", 443],
    ["a path", "api.example.com/x", 443],
    ["nothing", "", 443],
    ["port 0", "93.184.216.34", 0],
    ["no port", "93.184.216.34", Number.NaN],
    ["a port that does not exist", "93.184.216.34", 65536],
    ["half a port", "10.1.2.3", 5000.5],
  ])("%s is refused: %s", (_, host, port) => {
    expect(policy.allowsSocket(host, port)).toBe(false);
    expect(policy.checkSocket(host, port)).toMatchObject({ port, reason: expect.any(String) });
  });
});

test("whatever the text, what is covered is the source's host and port", () => {
  const strict = compileSourcePolicy([
    sourceWith({
      domains: [domain()],
      egressPolicies: [egressPolicy("api.example.com"), egressPolicy("*.wild.example")],
    }),
  ]);
  const piece = fc.constantFrom(
    ..."https:|http:|//|/|\\|@|:|.|?|#|%2f|%2e|\t|\n| |443|80|a|。|ａ|*|api.example.com|evil.example|.wild.example".split(
      "|",
    ),
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join("")),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `https://api.example.com${pieces.join("")}`),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `https://${pieces.join("")}`),
  );
  fc.assert(
    fc.property(text, (url) => {
      if (strict.check(url) !== null) return;
      const { protocol, hostname, port, username, password } = new URL(url);
      expect(Number(port) || (protocol === "https:" ? 443 : 80)).toBe(443);
      expect(hostname).toMatch(/^(?:api\.example\.com|[^.]+\.wild\.example)$/);
      expect([username, password]).toEqual(["", ""]);
    }),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(text, fc.integer(), (host, port) => {
      if (strict.allowsSocket(host, port))
        expect([host.toLowerCase(), port]).toEqual([
          expect.stringMatching(/^(?:api\.example\.com|[^.]+\.wild\.example)$/),
          443,
        ]);
    }),
  );
});
