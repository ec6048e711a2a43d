import { describe, expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { readSources } from "../../src/sources/read-sources.ts";
import { secretNamesOf } from "../../src/sources/secret-names.ts";
import { privateRoot, publicRoot } from "./pem.ts";

function read(bridge: string, configuration = "") {
  const text = `apiName: Crm
configuration:
  type: rest
  domains: [{ host: crm.example.com }]
${configuration}
worker:
  networkEgressPolicies: [{ address: crm.example.com, port: 443 }]
  bridge: ${bridge}
`;
  const report = new Report();
  const files = new Map([["sources/crm.yaml", new TextEncoder().encode(text)]]);
  const context = { outboundApplications: [], publicRoots: [publicRoot] };
  const [source] = readSources(files, "local", context, report);
  const problems = report.problems.map(
    ({ severity, code, line, message }) => `${severity} ${code} ${line} ${message}`,
  );
  return { source, problems };
}

const key = "key: { type: asSecretName, value: bridgeKey }";

test("a source has bridges, whose key is one of its secrets", () => {
  const addresses = '["https://BRIDGE.example.com:443", "http://127.0.0.1:8443", "http://[::1]:1"]';
  const { source, problems } = read(`{ addresses: ${addresses}, ${key} }`);
  expect(problems).toEqual([]);
  expect(source?.bridge).toEqual({
    addresses: ["https://bridge.example.com", "http://127.0.0.1:8443", "http://[::1]:1"],
    key: "bridgeKey",
    binding: null,
  });
  expect(source && secretNamesOf(source)).toEqual(["bridgeKey"]);
});

test("a binding that leads to them carries plain HTTP, too: it does not leave the platform's tunnel", () => {
  const { source, problems } = read(`{ addresses: ["http://bridge.internal"], binding: VPC, ${key} }`);
  expect([problems, source?.bridge?.binding]).toEqual([[], "VPC"]);
});

describe("it is an error", () => {
  test.each([
    ["where calls could be read on their way", "http://bridge.example.com", "could be read on their way"],
    ["where it is a name alone", "bridge.example.com", "must be scheme, host and port"],
    ["where it has a path", "https://bridge.example.com/path", "must be scheme, host and port"],
    ["where it has a user name", "https://me@bridge.example.com", "must be scheme, host and port"],
    ["where it spells an address in another way", "https://2130706433", "must be scheme, host and port"],
    ["where it only looks like this machine", "http://127.evil.example.com", "could be read on their way"],
  ])("%s", (_, address, message) => {
    const { problems } = read(`{ addresses: ["${address}"], ${key} }`);
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^error InvalidBridge 8 .*${message}`))]);
  });

  test("that code can read the key", () => {
    const secrets = "  additionalSecrets: { type: asSecretsNames, secretNames: [bridgeKey] }";
    const { problems } = read(`{ addresses: ["https://bridge.example.com"], ${key} }`, secrets);
    expect(problems).toEqual([expect.stringMatching(/^error DuplicateSecret .*code may read it as well/)]);
  });

  test("that a binding is to present the client certificate", () => {
    const { problems } = read(
      `{ addresses: ["https://bridge.example.com"], ${key} }`,
      "  clientCertificate: { binding: MTLS }",
    );
    expect(problems).toEqual([expect.stringMatching(/^error ClientCertificateNotUsed 5 /)]);
  });

  test("that its key stands in the file", () => {
    const { problems } = read(
      '{ addresses: ["https://bridge.example.com"], key: { type: asPlaintextValue, value: hush } }',
    );
    expect(problems).toEqual([expect.stringMatching(/^error PlaintextSecret /)]);
    expect(problems.join()).not.toContain("hush");
  });
});

test("a certificate of a private authority belongs into the file of the bridge", () => {
  const pem = privateRoot.trim().replaceAll("\n", "\n      ");
  const { problems } = read(
    `{ addresses: ["https://bridge.example.com"], ${key} }`,
    `  serverCertificates:\n    corporate: |\n      ${pem}`,
  );
  expect(problems).toEqual([expect.stringMatching(/^warning CertificateWithoutEffect .*their own file/)]);
});
