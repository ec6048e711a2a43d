import { describe, expect, test } from "vitest";
import { SourceCatalog } from "../../src/sources/catalog.ts";
import { checkGates } from "../../src/sources/gates.ts";
import type { Source } from "../../src/sources/source.ts";
import { domain, egressPolicy, sourceWith } from "./sample.ts";

const applications = [
  { name: "carrier", enabled: true },
  { name: "asleep", enabled: false },
];

/** The gates that are shut for a function that declares one source. */
const gatesOf = (changes: Partial<Source>) =>
  checkGates(["Shipping"], new SourceCatalog([sourceWith(changes)], {}, applications));

const oauth = [domain({ auth: { type: "oauth2" } })];

test.each([
  ["everything is in order", {}],
  ["it is no REST source and has no connection", { type: "jdbc", domains: [], egressPolicies: [] }],
  [
    "its connection is plain HTTP",
    {
      domains: [domain({ scheme: "HTTP", host: "localhost", port: 8080 })],
      egressPolicies: [egressPolicy("localhost", 8080)],
    },
  ],
  ["a wildcard covers it", { egressPolicies: [egressPolicy("*.example.com")] }],
  [
    "a block of addresses and a range of ports cover it",
    {
      domains: [domain({ host: "10.1.2.3", port: 8443 })],
      egressPolicies: [egressPolicy("10.0.0.0/8", [8000, 9000])],
    },
  ],
  ["its outbound application is enabled", { domains: oauth, outboundApplication: "carrier" }],
] satisfies [string, Partial<Source>][])("a function may start when %s", (_, changes) => {
  expect(gatesOf(changes)).toEqual([]);
});

test.each([
  [
    "code import is off",
    { codeImportEnabled: false },
    "SourceNotImportable",
    "may not be imported into code",
  ],
  [
    "exports are off",
    { exportSettings: { exportsEnabled: false, exportEnabledWithoutMarkingsValidation: true } },
    "ExportsNotEnabled",
    "are not enabled",
  ],
  [
    "exports validate markings",
    { exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: false } },
    "ExportsNotEnabled",
    "with marking validation",
  ],
  [
    "a REST source has two domains",
    { domains: [domain(), domain({ port: 8443 })] },
    "NoSingleConnection",
    "Only single connection sources are supported.",
  ],
  [
    "a REST source has no domain",
    { domains: [] },
    "NoSingleConnection",
    "Only single connection sources are supported.",
  ],
  ["it has no egress policy", { egressPolicies: [] }, "NoEgressPolicy", "covers api.example.com:443"],
  [
    "its policy is for another port",
    { egressPolicies: [egressPolicy("api.example.com", 8443)] },
    "NoEgressPolicy",
    "covers api.example.com:443",
  ],
  [
    "its policy is for another host",
    { egressPolicies: [egressPolicy("*.api.example.com")] },
    "NoEgressPolicy",
    "covers api.example.com:443",
  ],
  [
    "a policy waits for approval",
    { egressPolicies: [egressPolicy("api.example.com", 443, "pending")] },
    "EgressPolicyNotActive",
    "api.example.com:443 (pending)",
  ],
  [
    "policies that it does not need are paused and revoked",
    {
      egressPolicies: [
        egressPolicy("api.example.com"),
        egressPolicy("10.0.0.0/8", [1, 9], "paused"),
        egressPolicy("b.example.com", 443, "revoked"),
      ],
    },
    "EgressPolicyNotActive",
    "10.0.0.0/8:1-9 (paused), b.example.com:443 (revoked)",
  ],
  [
    "it names no outbound application",
    { domains: oauth },
    "AuthenticationNotResolved",
    "names no outbound application",
  ],
  [
    "its outbound application does not exist",
    { domains: oauth, outboundApplication: "lost" },
    "AuthenticationNotResolved",
    "lost, which does not exist",
  ],
  [
    "its outbound application is disabled",
    { domains: oauth, outboundApplication: "asleep" },
    "OutboundApplicationDisabled",
    "asleep, which is disabled",
  ],
] satisfies [string, Partial<Source>, string, string][])(
  "a function may not start when %s",
  (_, changes, code, message) => {
    expect(gatesOf(changes)).toEqual([
      { code, source: "Shipping", message: expect.stringContaining(message), remedy: expect.any(String) },
    ]);
  },
);

test("an alias that leads nowhere is answered in Foundry's words", () => {
  const catalog = new SourceCatalog([sourceWith()], { a: "Shipping", b: "Shipping" });
  expect(checkGates(["x"], catalog)).toMatchObject([
    {
      code: "SourceNotFound",
      source: "x",
      message: "Source alias 'x' not found. Available aliases: [Shipping, a, b]",
    },
  ]);
});

describe("limits of one function", () => {
  const many = Array.from({ length: 11 }, (_, index) => sourceWith({ apiName: `S${index}` }));
  const names = many.map(({ apiName }) => apiName);

  test("it may declare ten sources", () => {
    expect(checkGates(names.slice(1), new SourceCatalog(many, {}))).toEqual([]);
    expect(checkGates(names, new SourceCatalog(many, {}))).toMatchObject([
      { code: "TooManySources", source: null },
    ]);
  });

  test("a source declared by two names counts once", () => {
    const catalog = new SourceCatalog(many, { alias: "S1" });
    expect(checkGates([...names.slice(1), "alias", "alias"], catalog)).toEqual([]);
  });

  test("its sources may carry fifty policies for other ports than 80 and 443", () => {
    const web = Array.from({ length: 60 }, (_, index) =>
      egressPolicy(`h${index}.example.com`, index % 2 ? 80 : 443),
    );
    const withTcp = (count: number) =>
      gatesOf({
        egressPolicies: [
          egressPolicy("api.example.com"),
          ...web,
          ...Array.from({ length: count }, (_, index) => egressPolicy("db.example.com", index + 5000)),
        ],
      });
    expect(withTcp(50)).toEqual([]);
    expect(withTcp(51)).toMatchObject([{ code: "TooManyEgressPolicies", source: null }]);
  });
});

test("problems come in the order of the gates", () => {
  const shut = sourceWith({
    codeImportEnabled: false,
    exportSettings: { exportsEnabled: false, exportEnabledWithoutMarkingsValidation: false },
    domains: [domain({ auth: { type: "oauth2" } }), domain()],
    egressPolicies: [egressPolicy("b.example.com", 443, "paused")],
  });
  const sources = [shut, ...Array.from({ length: 10 }, (_, index) => sourceWith({ apiName: `S${index}` }))];
  const declared = [...sources.map(({ apiName }) => apiName), "lost"];
  expect(checkGates(declared, new SourceCatalog(sources, {})).map(({ code }) => code)).toEqual([
    "SourceNotFound",
    "SourceNotImportable",
    "ExportsNotEnabled",
    "NoSingleConnection",
    "NoEgressPolicy",
    "TooManySources",
    "EgressPolicyNotActive",
    "AuthenticationNotResolved",
  ]);
});
