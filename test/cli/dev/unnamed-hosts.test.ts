import { expect, test } from "vitest";
import { writeArchive } from "../../../src/bundle/write-archive.ts";
import { parseConnection, parseKeyValue } from "../../../src/cli/dev/dev-options.ts";
import { unnamedHosts } from "../../../src/cli/dev/unnamed-hosts.ts";

const encoded = (text: string) => new TextEncoder().encode(text);
const target = (url: string) => encoded(`<HTTPTargetConnection><URL>${url}</URL></HTTPTargetConnection>`);

const files = new Map([
  ["apiproxies/a/apiproxy/targets/default.xml", target("https://api.example.com/x")],
  [
    "apiproxies/b.zip",
    writeArchive(new Map([["apiproxy/targets/default.xml", target("http://zipped.test")]])),
  ],
  ["environments/local/egress.json", encoded('{ "allow": ["listed.example.com:8443"] }')],
  ["sources/carrier.yaml", encoded("domains:\n  - host: carrier.example\n")],
  ["apiproxies/a/apiproxy/resources/jsc/a.js", encoded("const host = 'inventory';")],
]);

const warningsOf = (...hosts: string[]) =>
  unnamedHosts(
    {
      connections: hosts.map((host) => parseConnection(`${host}=http://localhost:3000`)),
      keyValues: [parseKeyValue("hosts.orders=orders.example.com")],
    },
    files,
  );

test.each([
  "api.example.com",
  "API.example.com:443",
  "zipped.test",
  "listed.example.com",
  "carrier.example",
  "inventory",
  "orders.example.com",
  "logging.googleapis.com",
])("a host that a file, an option or Sortie itself names is not warned of: %s", (host) => {
  expect(warningsOf(host)).toEqual([]);
});

test.each([
  ["api.exmaple.com", "Did you mean api.example.com? Otherwise write"],
  ["api.example.co", "Did you mean api.example.com? Otherwise write"],
  ["ziped.test:8080", "Did you mean zipped.test? Otherwise write"],
  ["listed-example.com", "Did you mean listed.example.com? Otherwise write"],
  ["carier.example", "Did you mean carrier.example? Otherwise write"],
  ["example.com", "Write the host as a file does"],
  ["other.invalid", "Write the host as a file does"],
])("a host that nothing names is warned of, with the nearest one: %s", (host, remedy) => {
  expect(warningsOf("api.example.com", host, host)).toEqual([
    expect.stringMatching(
      `^warning: No file names the host ${host.replace(/:\d+/, "")} of .* ${remedy.replace("?", "\\?")}`,
    ),
  ]);
});
