import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { readSources } from "../../src/sources/read-sources.ts";
import { privateRoot, publicRoot } from "./pem.ts";

const context = { outboundApplications: ["carrier"], publicRoots: [publicRoot] };

function read(files: Record<string, string>, environment = "local") {
  const report = new Report();
  const encoder = new TextEncoder();
  const bytes = new Map(Object.entries(files).map(([path, text]) => [path, encoder.encode(text)]));
  const sources = readSources(bytes, environment, context, report);
  const problems = report.problems.map(
    ({ severity, code, file, line, column, message }) =>
      `${severity} ${code} ${file}:${line}:${column} ${message}`,
  );
  return { sources, problems, report };
}

/** One file with a configuration of its own, from line 2 on. */
const withConfiguration = (configuration: string) =>
  read({ "sources/x.yaml": `apiName: Shipping\n${configuration}` });

const rest = (domains: string, more = "") => `configuration:
  type: rest
  domains: ${domains}
${more}`;

const whole = `# yaml-language-server: $schema=../node_modules/sortie/src/sources/source.schema.json
apiName: Shipping
displayName: Shipping rates
environments: [local]
configuration:
  type: rest
  domains:
    - scheme: HTTPS
      host: API.example.com
      port: 8443
      auth: { type: bearerToken, bearerToken: { type: asSecretName, value: apiToken } }
  additionalSecrets: { type: asSecretsNames, secretNames: [signingKey] }
  hostBoundSecrets: { apiKey: [api.example.com, "files.example.com:8443", "http://127.0.0.1:8080"] }
  clientCertificate: { binding: SHIPPING_MTLS }
worker:
  type: foundryWorker
  networkEgressPolicies:
    - { address: api.example.com, port: 8443 }
    - { address: 10.0.0.0/8, port: 8000-8100, state: paused }
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
codeImport: { enabled: true }
`;

test("a source is read as it is written", () => {
  expect(read({ "sources/shipping.yaml": whole })).toMatchObject({
    problems: [],
    sources: [
      {
        apiName: "Shipping",
        type: "rest",
        domains: [
          {
            scheme: "HTTPS",
            host: "api.example.com",
            port: 8443,
            auth: { type: "bearerToken", bearerToken: "apiToken" },
          },
        ],
        additionalSecrets: [
          { name: "signingKey", hosts: null },
          {
            name: "apiKey",
            hosts: ["https://api.example.com", "https://files.example.com:8443", "http://127.0.0.1:8080"],
          },
        ],
        outboundApplication: null,
        clientCertificateBinding: "SHIPPING_MTLS",
        egressPolicies: [
          { address: "api.example.com", ports: { first: 8443, last: 8443 }, state: "active" },
          { address: "10.0.0.0/8", ports: { first: 8000, last: 8100 }, state: "paused" },
        ],
        exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true },
        codeImportEnabled: true,
      },
    ],
  });
});

test("what is not said is closed", () => {
  expect(withConfiguration(rest("[{ host: api.example.com }]"))).toMatchObject({
    problems: [],
    sources: [
      {
        domains: [{ scheme: "HTTPS", host: "api.example.com", port: null, auth: { type: "none" } }],
        additionalSecrets: [],
        egressPolicies: [],
        exportSettings: { exportsEnabled: false, exportEnabledWithoutMarkingsValidation: false },
        codeImportEnabled: false,
      },
    ],
  });
});

test.each([
  ["{ type: none }", { type: "none" }],
  [
    "{ type: basic, username: me, password: { type: asSecretName, value: pass } }",
    { type: "basic", username: "me", password: "pass" },
  ],
  [
    "{ type: apiKey, location: { type: header, headerName: X-Key }, apiKey: { type: asSecretName, value: key } }",
    { type: "apiKey", location: { type: "header", headerName: "X-Key" }, apiKey: "key" },
  ],
  [
    "{ type: apiKey, location: { type: queryParameter, queryParameterName: k }, apiKey: { type: asSecretName, value: key } }",
    { type: "apiKey", location: { type: "queryParameter", queryParameterName: "k" }, apiKey: "key" },
  ],
  ["{ type: oauth2 }", { type: "oauth2" }],
])("authentication %s", (auth, expected) => {
  const { sources, problems } = withConfiguration(
    rest(`[{ host: api.example.com, auth: ${auth} }]`, `  outboundApplication: carrier`),
  );
  expect(sources[0]?.domains[0]?.auth).toEqual(expected);
  expect(problems).toEqual(
    expected.type === "oauth2" ? [] : [expect.stringContaining("OutboundApplicationNotUsed")],
  );
});

test("a source of another type has secrets and no connection", () => {
  const { sources, problems } = withConfiguration(
    "configuration:\n  type: jdbc\n  additionalSecrets: { type: asSecretsNames, secretNames: [password] }",
  );
  expect(problems).toEqual([]);
  expect(sources).toMatchObject([
    {
      type: "jdbc",
      domains: [],
      additionalSecrets: [{ name: "password", hosts: null }],
      outboundApplication: null,
    },
  ]);
});

describe("what is wrong is said with its place:", () => {
  test.each([
    ["", ["error InvalidValue sources/x.yaml:1:1 configuration is missing."]],
    [
      "configuration: rest",
      ["error InvalidValue sources/x.yaml:2:16 configuration must be an object, and is a text."],
    ],
    ["configuration: {}", ["error InvalidValue sources/x.yaml:2:16 configuration.type is missing."]],
    [rest("[]"), ["error InvalidValue sources/x.yaml:4:12 configuration.domains must list a domain."]],
    [rest("[{}]"), ["error InvalidValue sources/x.yaml:4:13 configuration.domains[0].host is missing."]],
    [
      rest("[{ host: 7, scheme: FTP, port: 0 }]"),
      [
        'error InvalidValue sources/x.yaml:4:32 configuration.domains[0].scheme must be "HTTP" or "HTTPS".',
        "error InvalidValue sources/x.yaml:4:21 configuration.domains[0].host must be a text, and is a number.",
        "error InvalidValue sources/x.yaml:4:43 configuration.domains[0].port must be a port from 1 to 65535.",
      ],
    ],
    [
      rest("[{ host: a.example, auth: { type: digest } }]"),
      [expect.stringContaining('4:46 configuration.domains[0].auth.type must be "none" or "basic" or')],
    ],
    [
      rest(
        "[{ host: a.example, auth: { type: basic, username: 'a:b', password: { type: asSecretName, value: p } } }]",
      ),
      [expect.stringContaining("configuration.domains[0].auth.username must be a text without a colon.")],
    ],
    [
      rest("[{ host: a.example, auth: { type: bearerToken, bearerToken: hunter2 } }]"),
      [
        expect.stringContaining(
          "configuration.domains[0].auth.bearerToken must be an object, and is a text.",
        ),
      ],
    ],
    [
      rest(
        "[{ host: a.example, auth: { type: bearerToken, bearerToken: { type: asSecretName, value: 'a b' } } }]",
      ),
      [expect.stringContaining("bearerToken.value must begin with a letter")],
    ],
    ...[
      ["https://a.example", "is not a host"],
      ["a.example:443", "is not a host"],
      ["a.example/", "is not a host"],
      ["user:hunter2@a.example", "with an @ before it"],
      ["'*.a.example'", "stands for many hosts"],
      ["10.0.0.0/8", "is a block of addresses"],
      ["10.0.0.0/32", "is a block of addresses"],
      ["a.example.", "no label may be empty"],
      ["münchen.example", "is not a host name as it goes over the wire"],
      ["'[::1]'", "is an IPv6 address"],
      ["0x7f.1", "is not an address"],
    ].map(([host, message]) => [
      rest(`[{ host: ${host} }]`),
      [expect.stringMatching(new RegExp(`^error InvalidHost sources/x.yaml:4:21 .*${message}`))],
    ]),
    [
      rest("[{ host: a.example }, { host: A.EXAMPLE, port: 443 }]"),
      ["error DuplicateDomain sources/x.yaml:4:42 There is another domain https://a.example."],
    ],
    [
      rest(
        "[{ scheme: HTTP, host: a.example, auth: { type: bearerToken, bearerToken: { type: asSecretName, value: t } } }]",
      ),
      [expect.stringContaining("warning CredentialsInTheClear sources/x.yaml:4:35 ")],
    ],
    [
      rest(
        "[{ scheme: HTTP, host: 127.example, auth: { type: bearerToken, bearerToken: { type: asSecretName, value: t } } }]",
      ),
      [expect.stringContaining("warning CredentialsInTheClear sources/x.yaml:4:35 ")],
    ],
    [
      rest(
        "[{ scheme: HTTP, host: 127.0.0.1, auth: { type: bearerToken, bearerToken: { type: asSecretName, value: t } } }]",
      ),
      [],
    ],
    [
      rest("[{ host: a.example, auth: { type: oauth2 } }]"),
      [expect.stringContaining("error UnknownOutboundApplication sources/x.yaml:4:38 ")],
    ],
    [
      rest("[{ host: a.example, auth: { type: oauth2 } }]", "  outboundApplication: carier"),
      ["error UnknownOutboundApplication sources/x.yaml:5:24 There is no outbound application carier."],
    ],
    [
      rest("[{ host: a.example }]", "  outboundApplication: carrier"),
      [expect.stringContaining("warning OutboundApplicationNotUsed sources/x.yaml:5:3 ")],
    ],
    [
      rest("[{ host: a.example }]", "  additionalSecrets: { type: asSecretsNames, secretNames: [a, b, a] }"),
      ["error DuplicateSecret sources/x.yaml:5:66 The secret a is there twice."],
    ],
    [
      rest(
        "[{ host: a.example }]",
        "  additionalSecrets: { type: asSecretsNames, secretNames: [a] }\n  hostBoundSecrets: { a: [a.example] }",
      ),
      [
        "error DuplicateSecret sources/x.yaml:6:26 The secret a is bound to hosts, and code may read it as well.",
      ],
    ],
    [
      rest("[{ host: a.example }]", "  hostBoundSecrets: { a: [], b: ['*.a.example', 10.0.0.0/8, ftp://x] }"),
      ["error InvalidValue sources/x.yaml:5:26 configuration.hostBoundSecrets.a must name a host."],
    ],
    [
      rest("[{ host: a.example }]", "  hostBoundSecrets: { b: ['*.a.example', 10.0.0.0/8, ftp://x] }"),
      [
        expect.stringContaining('error InvalidHost sources/x.yaml:5:27 "*.a.example" stands for many hosts.'),
        expect.stringContaining('error InvalidHost sources/x.yaml:5:42 "10.0.0.0/8" stands for many hosts.'),
        expect.stringContaining("error InvalidHost sources/x.yaml:5:54 "),
      ],
    ],
    [
      rest("[{ host: a.example }]", "  clientCertificate: { binding: 'MY MTLS' }"),
      [expect.stringContaining("configuration.clientCertificate.binding must be the name of a binding.")],
    ],
    [
      `${rest("[{ host: a.example }]")}worker: { networkEgressPolicies: [{ address: '*.com', port: 443 }, { address: a.example, port: 1-2 }] }`,
      [
        expect.stringContaining("error InvalidEgressPolicy sources/x.yaml:5:35 "),
        expect.stringContaining("error InvalidEgressPolicy sources/x.yaml:5:68 "),
      ],
    ],
    [
      `${rest("[{ host: a.example }]")}worker: { networkEgressPolicies: [{ address: a.example, port: http, state: on }] }`,
      [
        expect.stringContaining(
          "worker.networkEgressPolicies[0].port must be a port from 1 to 65535, or a range",
        ),
        expect.stringContaining('worker.networkEgressPolicies[0].state must be "pending" or "active" or'),
      ],
    ],
    [
      `${rest("[{ host: a.example }]")}worker: { type: unknownWorker }`,
      [
        'error InvalidValue sources/x.yaml:5:17 worker.type must be "foundryWorker".',
        "error InvalidValue sources/x.yaml:5:9 worker.networkEgressPolicies is missing.",
      ],
    ],
    [
      `${rest("[{ host: a.example }]")}exportSettings: yes`,
      [expect.stringContaining("exportSettings must be an object, and is a text")],
    ],
    [
      `${rest("[{ host: a.example }]")}environments: []`,
      ["error InvalidValue sources/x.yaml:5:15 environments must name an environment."],
    ],
    [
      `${rest("[{ host: a.example }]")}codeimport: { enabled: true }`,
      ["warning UnknownField sources/x.yaml:5:1 The field codeimport is not known and has no effect."],
    ],
    [
      rest("[{ host: a.example, sheme: HTTP }]"),
      [
        "warning UnknownField sources/x.yaml:4:32 The field configuration.domains[0].sheme is not known and has no effect.",
      ],
    ],
    [
      "configuration:\n  type: jdbc\n  url: jdbc:postgresql://db.example/x",
      ["warning UnknownField sources/x.yaml:4:3 The field configuration.url is not known and has no effect."],
    ],
    [
      "configuration: { type: rest, domains: [",
      [expect.stringContaining("error InvalidYAML sources/x.yaml:2:")],
    ],
  ])("%s", (text, expected) => {
    expect(withConfiguration(String(text)).problems).toEqual(expected);
  });

  test("an unknown field comes with the name that was probably meant", () => {
    const { report } = withConfiguration(rest("[{ host: a.example, sheme: HTTP }]"));
    expect(report.problems[0]?.remedy).toBe("Did you mean scheme? Otherwise take it out.");
  });

  test("server certificates by their alias", () => {
    const indented = (pem: string) => pem.trim().replaceAll("\n", "\n        ");
    const { problems } = withConfiguration(
      rest(
        "[{ host: a.example }]",
        `  serverCertificates:\n      ours: |\n        ${indented(privateRoot)}\n      theirs: |\n        ${indented(publicRoot)}\n`,
      ),
    );
    expect(problems).toEqual([
      expect.stringContaining("error ServerCertificateNotSupported sources/x.yaml:6:7 The certificate ours "),
      expect.stringMatching(
        /^warning CertificateWithoutEffect sources\/x.yaml:\d+:7 The certificate theirs /,
      ),
    ]);
  });
});

describe("the value of a secret must not stand in the file:", () => {
  test.each([
    rest(
      "[{ host: a.example, auth: { type: bearerToken, bearerToken: { type: asPlaintextValue, value: hunter2 } } }]",
    ),
    rest(
      "[{ host: a.example }]",
      "  additionalSecrets: { type: asSecretsWithPlaintextValues, secrets: { a: hunter2, b: { type: asPlaintextValue } } }",
    ),
    "configuration:\n  type: jdbc\n  credentials: { password: { type: asPlaintextValue, value: hunter2 } }",
  ])("%s", (text) => {
    const { sources, report } = withConfiguration(text);
    const secrets = report.problems.filter(({ code }) => code === "PlaintextSecret");
    expect(secrets).toMatchObject([
      { severity: "error", remedy: expect.stringContaining("sortie secret set") },
    ]);
    expect(report.problems.filter(({ severity }) => severity === "error")).toEqual(secrets);
    expect(sources).toEqual([]);
    expect(JSON.stringify(report.problems)).not.toContain("hunter2");
  });
});

describe("of several files", () => {
  const named = (apiName: string, more = "") => `apiName: ${apiName}\n${more}\nconfiguration: { type: s3 }\n`;

  test("each is a source", () => {
    const { sources, problems } = read({ "sources/b.yaml": named("B"), "sources/a.yaml": named("A") });
    expect(sources.map(({ apiName }) => apiName)).toEqual(["A", "B"]);
    expect(problems).toEqual([]);
  });

  test("an environment has those that name it, and those that name none", () => {
    const files = {
      "sources/a.yaml": named("A", "environments: [prod]"),
      "sources/b.yaml": named("B", "environments: [local, test]"),
      "sources/c.yaml": named("C"),
      "environments/prod/aliases.json": "{}",
      "environments/local/aliases.json": "{}",
    };
    expect(read(files, "prod").sources.map(({ apiName }) => apiName)).toEqual(["A", "C"]);
    expect(read(files, "local").sources.map(({ apiName }) => apiName)).toEqual(["B", "C"]);
    expect(read(files).problems).toEqual([
      "warning UnknownEnvironment sources/b.yaml:2:23 There is no environments/test.",
    ]);
  });

  test("two may not have one API name in one environment", () => {
    const twins = { "sources/a.yaml": named("A"), "sources/b.yaml": named("A") };
    expect(read(twins).problems).toEqual([
      "error DuplicateSource sources/b.yaml:1:10 sources/a.yaml has the API name A as well.",
    ]);
    const apart = {
      "sources/a.yaml": named("A", "environments: [prod]"),
      "sources/b.yaml": named("A", "environments: [local]"),
    };
    expect(read(apart).problems).toEqual([]);
  });

  test.each(["sources/a.yml", "sources/notes.txt", "sources/a/b.yaml"])("%s is none", (path) => {
    expect(read({ [path]: named("A") })).toMatchObject({
      sources: [],
      problems: [`warning UnknownFile ${path}:1:1 The file has no effect.`],
    });
  });

  test.each(["", "1a", "a-b", "a b", "é"])("an API name is letters, digits and _: not %j", (name) => {
    expect(read({ "sources/a.yaml": named(JSON.stringify(name)) }).problems).toEqual([
      "error InvalidValue sources/a.yaml:1:10 apiName must begin with a letter and go on with letters, digits and _, at most 100.",
    ]);
  });
});

describe("a hostile file is refused at once:", () => {
  const start = "apiName: A\nconfiguration:\n  type: rest\n  domains:\n";
  test.each([
    ["unknown fields", Array.from({ length: 15_000 }, (_, index) => `${index}:`).join("\n")],
    ["domains that are wrong", `${start}${"  - {}\n".repeat(10_000)}`],
    ["one domain many times", `${start}${"  - { host: a.example }\n".repeat(3_000)}`],
    ["a long host", `${start}  - host: ${"a.".repeat(100_000)}`],
    [
      "one secret many times",
      `apiName: A\nconfiguration:\n  type: s3\n  additionalSecrets:\n    type: asSecretsNames\n    secretNames: [${"a,".repeat(20_000)}]`,
    ],
    ["values of secrets", `apiName: A\nx:\n${"- { type: asPlaintextValue }\n".repeat(3_000)}`],
    [
      "certificates that are none",
      `${start}  - host: a.example\n  serverCertificates:\n${Array.from({ length: 5_000 }, (_, index) => `    c${index}: x\n`).join("")}`,
    ],
    [
      "wildcards",
      `apiName: A\nconfiguration: { type: s3 }\nworker:\n  networkEgressPolicies:\n${"  - { address: '*.co.uk', port: 1 }\n".repeat(2_000)}`,
    ],
  ])("%s", (_, text) => {
    expect(read({ "sources/x.yaml": text }).report.failed).toBe(true);
  });
});

test("whatever is written into a source's file, it is read or refused at one of its lines", () => {
  const lines = whole.split("\n");
  const value = fc.oneof(
    fc.constantFrom(
      "",
      "7",
      "-1",
      "1e999",
      "[]",
      "{}",
      "[[]]",
      "null",
      "rest",
      "oauth2",
      "*",
      "&a",
      "!!x 1",
      "'",
      "__proto__: 1",
    ),
    fc.string(),
  );
  const edit = fc.tuple(fc.nat(lines.length - 1), fc.constantFrom("value", "indent", "drop", "twice"), value);
  const edited = fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
    const text = [...lines];
    for (const [index, kind, replacement] of edits) {
      const line = text[index] ?? "";
      if (kind === "drop") text.splice(index, 1);
      else if (kind === "twice") text.splice(index, 0, line);
      else if (kind === "indent") text[index] = ` ${line}`;
      else text[index] = line.replace(/:.*/, () => `: ${replacement}`);
    }
    return text.join("\n");
  });
  fc.assert(
    fc.property(edited, (text) => {
      const { sources, report } = read({ "sources/x.yaml": text });
      if (sources.length === 0 && !text.includes("environments:")) expect(report.failed).toBe(true);
      const rows = text.split("\n");
      for (const { file, line, column, message, remedy } of report.problems) {
        expect(file).toBe("sources/x.yaml");
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual((rows[line - 1]?.length ?? -1) + 1);
        expect([message, remedy]).not.toContain("");
      }
    }),
    { numRuns: 300 },
  );
});
