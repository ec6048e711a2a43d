import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileEgressPolicy } from "../../src/egress/egress-policy.ts";
import { EgressRuleError } from "../../src/egress/rule.ts";

const list = "environments/prod/egress.json";
const policyOf = (...allow: string[]) => compileEgressPolicy({ allow, advice: { list } });

const policy = policyOf(
  "api.example.com",
  "api.example.com:8443",
  "https://secure.example.com",
  "*.wild.example",
  "xn--mnchen-3ya.example",
  "localhost:8080",
  "127.0.0.1:8080",
  "10.1.2.3",
  "192.168.0.0/16",
  "93.184.0.0/16",
  "80.0.0.0/4:81",
  "96.0.0.0/4:81",
  "168.0.0.0/7:81",
  "172.0.0.0/8:81",
  "[fd00::/16]:9000",
  "[::ffff:10.9.9.9]",
);

test.each([
  "http://api.example.com",
  "https://api.example.com/",
  "https://api.example.com:443/a?b#c",
  "HTTPS://API.EXAMPLE.COM/x",
  "https://api.example.com:8443/",
  "http://api.example.com:8443?q=//evil.example",
  "https://api.example.com/@evil.example/\\x",
  "https://secure.example.com/",
  "https://a.wild.example/",
  "https://xn--mnchen-3ya.example/",
  "http://localhost:8080/",
  "http://127.0.0.1:8080/",
  "http://10.1.2.3/",
  "https://192.168.200.1/",
  "http://93.184.216.34/",
  "http://93.184.216.34:81/",
  "http://[fd00::1]:9000/",
  "http://[::ffff:a09:909]/",
])("%s may be called", (url) => {
  expect(policy.check(url)).toBeNull();
  expect(policy.check(url)).toBeNull();
});

describe("what is not in the list is refused", () => {
  test.each([
    ["https://example.com/", "example.com"],
    ["https://evil.example/?https://api.example.com", "evil.example"],
    ["https://api.example.com.evil.example/", "api.example.com.evil.example"],
    ["https://api.example.com:444/", "api.example.com:444"],
    ["http://api.example.com:443/", "api.example.com:443"],
    ["http://secure.example.com/", "secure.example.com"],
    ["https://wild.example/", "wild.example"],
    ["https://a.b.wild.example/", "a.b.wild.example"],
    ["https://.wild.example/", ".wild.example"],
    ["http://localhost/", "localhost"],
    ["http://8.8.8.8/", "8.8.8.8"],
  ])("%s", (url, rule) => {
    expect(policy.check(url)).toMatchObject({
      reason: `"${rule}" is not in the egress list`,
      rule,
      remedy: `Add "${rule}" to ${list}.`,
    });
  });
});

describe("an address that is not public is refused unless a rule for just such addresses lists it", () => {
  test.each([
    ["http://127.0.0.1:81/", "loopback"],
    ["http://127.0.0.2/", "loopback"],
    ["http://[::1]/", "loopback"],
    ["http://10.1.2.4/", "private"],
    ["http://172.16.0.1:81/", "private"],
    ["http://168.63.129.16:81/", "cloud metadata"],
    ["http://100.64.0.1:81/", "carrier-grade NAT"],
    ["http://169.254.0.1:81/", "link-local"],
    ["http://169.254.169.254/latest/meta-data", "cloud metadata"],
    ["http://169.254.169.254:81/", "cloud metadata"],
    ["http://100.100.100.200/", "cloud metadata"],
    ["http://[fd00:ec2::254]/", "cloud metadata"],
    ["http://[fe80::1]/", "link-local"],
    ["http://[fd01::1]/", "unique local"],
    ["http://224.0.0.1:81/", "multicast"],
    ["http://[ff02::1]/", "multicast"],
    ["http://0.0.0.0:81/", "unspecified"],
    ["http://255.255.255.255:81/", "broadcast"],
    ["http://[::]/", "unspecified"],
    ["http://[::ffff:7f00:1]/", "IPv4-mapped"],
    ["http://[64:ff9b::7f00:1]/", "NAT64"],
    ["http://[2002:7f00:1::]/", "6to4"],
    ["http://[2001:db8::1]/", "reserved"],
  ])("%s is a %s address", (url, kind) => {
    expect(policy.check(url)?.reason).toContain(`is a ${kind} address`);
  });

  test("a public IPv6 address needs a rule as any host does", () => {
    const url = "http://[2606:4700::1111]/";
    expect(policy.check(url)?.reason).toBe('"[2606:4700::1111]" is not in the egress list');
    expect(policyOf("[2606:4700::/32]").check(url)).toBeNull();
    expect(policyOf("[2000::/3]").check(url)).toBeNull();
  });

  test("the metadata address must be listed by itself", () => {
    expect(policyOf("169.254.0.0/16").check("http://169.254.169.254/")).not.toBeNull();
    expect(policyOf("169.254.169.254").check("http://169.254.169.254/")).toBeNull();
  });
});

describe("a host must be written as it is understood", () => {
  test.each([
    ["http://2130706433:8080/", "decimal IPv4"],
    ["http://0x7f000001:8080/", "hexadecimal IPv4"],
    ["http://017700000001:8080/", "octal IPv4"],
    ["http://127.1:8080/", "short IPv4"],
    ["http://[::ffff:10.9.9.9]/", "IPv4 inside IPv6"],
    ["http://[fd00:0::1]:9000/", "IPv6 that could be shorter"],
    ["http://api.exa\tmple.com/", "a tab"],
    ["http://api.example.com\n/", "a line break"],
    ["http:\\\\api.example.com\\x", "backslashes for slashes"],
    ["http://api.example.com\\@evil.example/", "a backslash before an @"],
    ["http:/api.example.com/", "one slash"],
    ["http:api.example.com/", "no slash"],
    ["http:///api.example.com/", "three slashes"],
    ["http://%61pi.example.com/", "an escaped letter"],
    ["http://ａpi.example.com/", "a full-width letter"],
    ["http://api。example.com/", "an ideographic full stop"],
    ["http://münchen.example/", "letters outside ASCII"],
    ["http://api.example.com:/", "an empty port"],
    ["http://api.example.com:00080/", "zeros before the port"],
    [" http://api.example.com/", "a space before it"],
    ["http://api.example.com ", "a space after it"],
    ["http://@api.example.com/", "an empty user name"],
  ])("%j is refused: %s", (url) => {
    expect(policy.check(url)?.reason).toContain("its host is not written as it is understood");
  });

  test("the remedy shows the plain spelling", () => {
    expect(policy.check("http://münchen.example/x")).toMatchObject({
      host: "xn--mnchen-3ya.example",
      remedy: "Write http://xn--mnchen-3ya.example",
    });
  });

  test("a dot after the host is refused", () => {
    expect(policy.check("https://api.example.com./")).toMatchObject({
      reason: "the URL cannot be called: its host ends with a dot",
      remedy: "Write https://api.example.com",
    });
  });
});

test.each([
  "",
  "/path",
  "api.example.com",
  "//api.example.com",
  "http://",
  "http://?q",
  "https://a b/",
  "http://h:99999/",
])("%j is not an absolute URL", (url) =>
  expect(policy.check(url)?.reason).toContain("it is not an absolute URL"),
);

test.each([
  "ftp://api.example.com/",
  "ws://api.example.com/",
  "file:///etc/passwd",
  "data:,x",
  "blob:https://api.example.com/1",
])("%s is refused for its scheme", (url) => expect(policy.check(url)?.reason).toContain("its scheme is"));

test.each([
  "https://user@api.example.com/",
  "https://u:secret@api.example.com/",
  "https://:secret@api.example.com/",
])("%s is refused for its user name or password, which no message repeats", (url) => {
  const refusal = policy.check(url);
  expect(refusal?.reason).toContain("it has a user name or password in it");
  expect(JSON.stringify(refusal)).not.toContain("secret");
});

test("a URL object is checked like its text", () => {
  expect(policy.check(new URL("https://api.example.com/x"))).toBeNull();
  expect(policy.check(new URL("https://evil.example/x"))?.host).toBe("evil.example");
});

test("under sortie dev a refusal names the options that would allow the host", () => {
  const dev = compileEgressPolicy({ allow: ["127.0.0.1:8080"], advice: "dev" });
  expect(dev.check("http://127.0.0.1:8080/")).toBeNull();
  expect(dev.check("http://api.example.com:8443/")).toEqual({
    host: "api.example.com",
    port: 8443,
    reason: '"api.example.com:8443" is not in the egress list',
    rule: "api.example.com:8443",
    remedy:
      "Start sortie dev with --connect-to api.example.com:8443=URL, or with --target-server NAME=URL when it is the address of a target server.",
  });
});

test("more origins than are remembered get the right verdict all the same", () => {
  const hosts = Array.from({ length: 2500 }, (_, index) => `https://h${index}.wild.example`);
  for (const url of [...hosts, ...hosts]) expect(policy.check(`${url}/x`)).toBeNull();
  expect(policy.check("https://evil.example/x")).not.toBeNull();
});

test("every line of a list that is not a rule is named at once", () => {
  expect(() => policyOf("ok.example", "a b", "*", "10.0.0.0/33")).toThrow(EgressRuleError);
  expect(() => policyOf("ok.example", "*", "10.0.0.0/33")).toThrow(/"\*".*\n.*"10\.0\.0\.0\/33"/);
});

describe("whatever the text of a URL", () => {
  const listed = new Set(["api.example.com", "a.wild.example", "10.1.2.3"]);
  const strict = policyOf("api.example.com", "*.wild.example", "10.1.2.3");
  const piece = fc.constantFrom(
    ..."http:,https:,HTTP:,//,/,\\,@,:,.,?,#,%2f,%40,%2e,%00,\t,\n,\r, ,80,443,8080,[,],::1,a,。,ａ,*".split(
      ",",
    ),
    ..."api.example.com,evil.example,.wild.example,10.1.2.3,127.0.0.1,2130706433,0x0a010203,www.,com".split(
      ",",
    ),
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join("")),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `http://${pieces.join("")}`),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `https://api.example.com${pieces.join("")}`),
    fc.webUrl(),
    fc.string(),
  );

  test("what is allowed is understood as a listed host on a default port", () => {
    fc.assert(
      fc.property(text, (url) => {
        if (strict.check(url) !== null) return;
        const { protocol, hostname, port, username, password } = new URL(url);
        expect(["http:", "https:"]).toContain(protocol);
        expect(listed.has(hostname) || /^[^.]+\.wild\.example$/.test(hostname)).toBe(true);
        expect([port, username, password]).toEqual(["", "", ""]);
      }),
      { numRuns: 5000 },
    );
  });

  test("a remembered verdict is the verdict of a policy that remembers nothing", () => {
    fc.assert(
      fc.property(text, (url) => {
        const fresh = policyOf("api.example.com", "*.wild.example", "10.1.2.3");
        expect(strict.check(url)).toEqual(fresh.check(url));
      }),
      { numRuns: 1000 },
    );
  });
});
