import { describe, expect, test } from "vitest";
import { isProtective } from "../../src/bundle/protective.ts";
import { readBundle } from "../../src/bundle/read-bundle.ts";
import { refusedPolicyTypes } from "../../src/bundle/refused-policy-types.ts";
import { Report } from "../../src/documents/report.ts";
import { policyTypes } from "../../src/policies/all.ts";
import { problemsOf, proxyEndpoint, proxyFiles } from "./files.ts";

/** The problems of a bundle with one policy, which is attached this often. */
function problemsWith(policy: string, steps = 1): string[] {
  const step = "<Step><Name>A</Name></Step>".repeat(steps);
  return problemsOf({
    "apiproxy/proxies/default.xml": proxyEndpoint(`<PreFlow><Request>${step}</Request></PreFlow>`),
    "apiproxy/policies/A.xml": policy,
  });
}

test("a policy of a type that does not exist is refused by its name", () => {
  expect(problemsWith('<Cartwheel name="A"/>')).toEqual(["error UnknownPolicyType policies/A.xml:1:1"]);
});

test("each problem of a policy is reported once, however often it is attached", () => {
  expect(problemsWith('<RaiseFault name="A" continueOnError="maybe"/>', 2)).toEqual([
    "warning InvalidBoolean policies/A.xml:1:1",
  ]);
});

test("what a type does not know is warned about", () => {
  expect(problemsWith('<RaiseFault name="A">\n<Unheard-of/></RaiseFault>')).toEqual([
    "warning UnknownElement policies/A.xml:2:1",
  ]);
});

test.each([
  ["JSONThreatProtection", "<ContainerDept>4</ContainerDept>", "error UnknownElement policies/A.xml:2:1"],
  [
    "XMLThreatProtection",
    "<StructureLimits><NodeDept>4</NodeDept></StructureLimits>",
    "error UnknownElement policies/A.xml:2:18",
  ],
  ["AccessControl", '<IPRules noRuleMatch="DENY"/>', "error UnknownAttribute policies/A.xml:2:22"],
  ["AccessControl", "<IPRule/>", "error UnknownElement policies/A.xml:2:1"],
  ["DecodeJWT", "<Sourze>a</Sourze>", "error UnknownElement policies/A.xml:2:1"],
  ["JSONThreatProtection", "<Unheard-of/>", "warning UnknownElement policies/A.xml:2:1"],
  ["RaiseFault", "<ShortFaultReasons>true</ShortFaultReasons>", "warning UnknownElement policies/A.xml:2:1"],
])("what is misspelt in a policy that protects is refused, in %s: %s", (type, inside, expected) => {
  expect(problemsWith(`<${type} name="A">\n${inside}</${type}>`)).toEqual([expected]);
});

test.each([
  [
    '<VerifyAPIKey name="A">\n<APIKey ref=" {request.header.x-key} "/></VerifyAPIKey>',
    ["warning BracesInName policies/A.xml:2:1"],
  ],
  [
    '<Quota name="A"><Allow count="1" countRef="{n}"/><Interval>1</Interval><TimeUnit>hour</TimeUnit><Distributed>true</Distributed></Quota>',
    ["warning BracesInName policies/A.xml:1:17"],
  ],
  ['<VerifyAPIKey name="A">\n<APIKey ref="request.header.x-key"/></VerifyAPIKey>', []],
  [
    '<AssignMessage name="A"><Set><Payload contentType="text/xml"><a ref="{b}"/></Payload></Set></AssignMessage>',
    [],
  ],
])("braces around the name of a variable are warned of, and not in payloads: %s", (policy, expected) => {
  expect(problemsWith(policy)).toEqual(expected);
});

describe("a policy type that is not supported", () => {
  const remedyFor = (type: string) => {
    const report = new Report();
    const step = "<PreFlow><Request><Step><Name>A</Name></Step></Request></PreFlow>";
    const files = {
      "apiproxy/policies/A.xml": `<${type} name="A"/>`,
      "apiproxy/proxies/default.xml": proxyEndpoint(step),
    };
    readBundle(proxyFiles(files), report);
    return report.problems.find(({ code }) => code === "UnknownPolicyType")?.remedy ?? "";
  };

  test.each(["VerifyAPIKey", "OAuthV2", "VerifyJWT", "Quota", "SpikeArrest", "JSONThreatProtection"])(
    "and protects the API is never to be taken out: %s",
    (type) => {
      expect(isProtective(type)).toBe(true);
      if (policyTypes.has(type)) return;
      expect(remedyFor(type)).toMatch(/^Do not just take it out: that opens the API/);
    },
  );

  test.each([...refusedPolicyTypes])(
    "is refused with the reason and what to use instead: %s",
    (type, { instead }) => {
      const begin = isProtective(type)
        ? "Do not just take it out: that opens the API to what it keeps out. "
        : "";
      expect(remedyFor(type)).toBe(begin + instead);
      expect(instead).not.toMatch(/^(?:remove|detach|take)/i);
    },
  );

  test.each(["ValidateSAMLAssertion", "LDAP", "GraphQL", "MonetizationLimitsCheck"])(
    "protects: %s",
    (type) => {
      expect(isProtective(type)).toBe(true);
    },
  );

  test("is perhaps a misspelling", () => {
    expect(remedyFor("RaiseFalt")).toBe("Did you mean RaiseFault?");
  });
});
