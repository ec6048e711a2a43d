import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBundle } from "../../src/bundle/read-bundle.ts";
import { Report } from "../../src/documents/report.ts";
import {
  filesOf,
  policy,
  problemsOf,
  proxyEndpoint,
  proxyFiles,
  read,
  readFlow,
  readProxy,
} from "./files.ts";

const attached = (...names: string[]) => ({
  "apiproxy/proxies/default.xml": proxyEndpoint(
    `<PreFlow><Request>${names.map((name) => `<Step><Name>${name}</Name></Step>`).join("")}</Request></PreFlow>`,
  ),
});

describe("a proxy bundle", () => {
  test("has the name, revision and description that it gives itself", () => {
    const descriptor =
      '<APIProxy name="orders" revision="3"><Description>Takes orders</Description></APIProxy>';
    expect(readProxy({ "apiproxy/orders.xml": descriptor })).toMatchObject({
      kind: "apiproxy",
      name: "orders",
      revision: "3",
      description: "Takes orders",
    });
  });

  test("its own lists have no effect; the files count", () => {
    const descriptor =
      '<APIProxy name="orders"><Policies><Policy>Gone</Policy></Policies><Basepaths/></APIProxy>';
    const bundle = readProxy({ "apiproxy/orders.xml": descriptor });
    expect(bundle.revision).toBe("1");
    expect(bundle.policies.size).toBe(0);
  });

  test("has policies by their name attribute, whatever the file is called", () => {
    const bundle = readProxy({
      "apiproxy/policies/file.xml":
        '<AssignMessage name="Call Backend" async="true"><DisplayName/><FaultRules/></AssignMessage>',
      ...attached("Call Backend"),
    });
    expect([...bundle.policies.keys()]).toEqual(["Call Backend"]);
    expect(bundle.policies.get("Call Backend")).toMatchObject({
      name: "Call Backend",
      meaning: { type: { element: "AssignMessage" } },
      at: { file: "apiproxy/policies/file.xml", line: 1, column: 1 },
    });
  });

  test("leftovers of older editors in a policy are known", () => {
    readProxy({
      "apiproxy/policies/A.xml":
        '<RaiseFault async="false" name="A"><DisplayName>A</DisplayName><FaultRules/><Properties/></RaiseFault>',
      ...attached("A"),
    });
  });

  test("has resources by type and file, and property sets by name", () => {
    const bundle = readProxy({
      "apiproxy/resources/jsc/sign.js": "sign();",
      "apiproxy/resources/jsc/lib/hash.js": "",
      "apiproxy/resources/properties/settings.properties": "a=1\nb=2",
    });
    expect([...bundle.resources.keys()].sort()).toEqual([
      "jsc/lib/hash.js",
      "jsc/sign.js",
      "properties/settings.properties",
    ]);
    expect(bundle.propertySets).toEqual(new Map([["settings", new Map(Object.entries({ a: "1", b: "2" }))]]));
  });

  test("may have several proxy endpoints and target endpoints", () => {
    const bundle = readProxy({
      "apiproxy/proxies/second.xml":
        '<ProxyEndpoint name="second"><HTTPProxyConnection><BasePath>/b</BasePath></HTTPProxyConnection><RouteRule name="r"><TargetEndpoint>other</TargetEndpoint></RouteRule></ProxyEndpoint>',
      "apiproxy/targets/other.xml":
        '<TargetEndpoint name="other"><LocalTargetConnection><Path>/p</Path></LocalTargetConnection></TargetEndpoint>',
    });
    expect(bundle.proxyEndpoints.map((endpoint) => endpoint.name)).toEqual(["default", "second"]);
    expect([...bundle.targetEndpoints.keys()]).toEqual(["default", "other"]);
  });

  test("may hold the manifest that an export adds", () => {
    readProxy({ "apiproxy/manifests/manifest.xml": "<Manifest/>" });
  });
});

describe("a shared flow bundle", () => {
  const files = {
    "sharedflowbundle/log.xml": '<SharedFlowBundle name="log" revision="2"/>',
    "sharedflowbundle/sharedflows/default.xml":
      '<SharedFlow name="default">\n<Step><Name>A</Name><Condition>a = "1"</Condition></Step></SharedFlow>',
    "sharedflowbundle/policies/A.xml": '<AssignMessage name="A"/>',
  };

  test("has a flow of steps", () => {
    const bundle = readFlow(files);
    expect(bundle).toMatchObject({ kind: "sharedflow", name: "log", revision: "2" });
    const file = "sharedflowbundle/sharedflows/default.xml";
    expect(bundle.sharedFlow).toEqual({
      name: "default",
      steps: [
        {
          policy: "A",
          condition: { text: 'a = "1"', at: { file, line: 2, column: 21 } },
          at: { file, line: 2, column: 1 },
        },
      ],
      at: { file, line: 1, column: 1 },
    });
  });

  test("without its flow is refused", () => {
    const { "sharedflowbundle/sharedflows/default.xml": _, ...rest } = files;
    expect(read(filesOf(rest)).problems).toEqual(["error SharedFlowMissing .:1:1"]);
  });

  test("with two flows is refused", () => {
    const second = { "sharedflowbundle/sharedflows/b.xml": '<SharedFlow name="b"/>' };
    expect(read(filesOf({ ...files, ...second })).problems).toEqual([
      "error SharedFlowAmbiguous sharedflows/b.xml:1:1",
    ]);
  });
});

describe("what is wrong with a bundle's files is reported", () => {
  test.each<[string, Record<string, string>, string[]]>([
    ["no policy of a step's name", attached("A"), ["error StepPolicyMissing proxies/default.xml:2:19"]],
    ["a policy that no step uses", policy("A"), ["warning UnattachedPolicy policies/A.xml:1:1"]],
    [
      "two policies of one name",
      { ...attached("A"), ...policy("A"), "apiproxy/policies/B.xml": '<RaiseFault name="A"/>' },
      ["error NameDuplicate policies/B.xml:1:1"],
    ],
    [
      "a policy without a name",
      { ...attached("A"), "apiproxy/policies/A.xml": "<RaiseFault/>" },
      ["error NameMissing policies/A.xml:1:1"],
    ],
    [
      "a policy without a name that no step can mean",
      { "apiproxy/policies/A.xml": "<RaiseFault/>" },
      ["warning NameMissing policies/A.xml:1:1"],
    ],
    [
      "a policy that no step uses and that is not XML",
      { "apiproxy/policies/A.xml": "<RaiseFault name='A'>" },
      ["warning InvalidXML policies/A.xml:1:1"],
    ],
    [
      "a target endpoint that no RouteRule leads to and that cannot be called",
      {
        "apiproxy/targets/b.xml":
          '<TargetEndpoint name="b"><PreFlow><Request><Step><Name>Gone</Name></Step></Request></PreFlow><ScriptTarget/></TargetEndpoint>',
      },
      ["warning UnsupportedElement targets/b.xml:1:94", "warning StepPolicyMissing targets/b.xml:1:44"],
    ],
    [
      "a policy's name with other characters",
      { ...attached("A/B"), "apiproxy/policies/A.xml": '<RaiseFault name="A/B"/>' },
      ["warning NameInvalid policies/A.xml:1:1"],
    ],
    [
      "two target endpoints of one name",
      {
        "apiproxy/targets/b.xml":
          '<TargetEndpoint name="default"><HTTPTargetConnection><URL>http://b</URL></HTTPTargetConnection></TargetEndpoint>',
      },
      ["error NameDuplicate targets/b.xml:1:1"],
    ],
    [
      "a proxy's name with other characters",
      { "apiproxy/orders.xml": '<APIProxy name="a b"/>' },
      ["warning NameInvalid orders.xml:1:1"],
    ],
    ["no name for the proxy", { "apiproxy/orders.xml": "<APIProxy/>" }, ["error NameMissing orders.xml:1:1"]],
    [
      "another element at the root",
      { "apiproxy/orders.xml": "<Proxy/>" },
      ["warning UnknownFile orders.xml:1:1", "error DescriptorMissing .:1:1"],
    ],
    [
      "two descriptors",
      { "apiproxy/z.xml": '<APIProxy name="z"/>' },
      ["error DescriptorAmbiguous z.xml:1:1"],
    ],
    [
      "another element in a folder",
      { "apiproxy/targets/default.xml": '<ProxyEndpoint name="p"/>' },
      ["error WrongElement targets/default.xml:1:1"],
    ],
    [
      "files that have no effect",
      {
        "apiproxy/README.md": "",
        "apiproxy/policies/a.txt": "",
        "apiproxy/stepdefinitions/a.xml": "",
        "apiproxy/resources/a.js": "",
      },
      [
        "warning UnknownFile README.md:1:1",
        "warning UnknownFile policies/a.txt:1:1",
        "warning UnknownFile stepdefinitions/a.xml:1:1",
        "warning UnknownFile resources/a.js:1:1",
      ],
    ],
    [
      "a property set that cannot be read",
      { "apiproxy/resources/properties/p.properties": "a=1\nb=\\u1" },
      ["error PropertySetInvalid resources/properties/p.properties:2:1"],
    ],
  ])("%s", (_, texts, problems) => {
    expect(problemsOf(texts)).toEqual(problems);
  });

  test.each<[string, string, Record<string, string>, string[]]>([
    ["the policy that a step names", "policies/A.xml", attached("A"), []],
    [
      "the policy that a step names, by its name attribute",
      "policies/File.xml",
      { ...attached("A"), "apiproxy/policies/File.xml": "<RaiseFault async='false'\n name='A'><" },
      [],
    ],
    ["the target endpoint that a route names", "targets/default.xml", {}, []],
    ["the descriptor", "orders.xml", {}, []],
    ["a proxy endpoint, whose steps may use a policy", "proxies/default.xml", policy("A"), []],
    ["another policy than a step names", "policies/B.xml", attached("A"), ["StepPolicyMissing"]],
  ])("a file that cannot be read is the only problem when it is %s", (_, place, texts, others) => {
    const problems = problemsOf({ [`apiproxy/${place}`]: "<A", ...texts });
    expect(problems.map((problem) => problem.split(" ")[1])).toEqual(["InvalidXML", ...others]);
  });

  test("what a target endpoint without a connection holds is checked all the same", () => {
    const steps = "<PreFlow><Request><Step><Name>A</Name></Step></Request></PreFlow>";
    const problems = problemsOf({
      "apiproxy/targets/default.xml": `<TargetEndpoint name="default">${steps}</TargetEndpoint>`,
    });
    expect(problems).toEqual([
      "error TargetConnectionMissing targets/default.xml:1:1",
      "error StepPolicyMissing targets/default.xml:1:50",
    ]);
  });

  test("so is what a second endpoint of a name holds, and one without a name", () => {
    const other =
      '<ProxyEndpoint name="default"><PreFlow><Step><Name>A</Name></Step></PreFlow></ProxyEndpoint>';
    const problems = problemsOf({
      "apiproxy/proxies/other.xml": other,
      "apiproxy/proxies/third.xml": other.replace(' name="default"', ""),
    });
    expect(problems.filter((problem) => problem.includes("StepNeverRuns"))).toHaveLength(2);
  });

  test.each([
    ["in the tag", 'name="A\n  B"'],
    ["in single quotes, after another attribute", "async='false'\n  name='A\n  B'"],
    ["as a reference", 'name="A B&#10;"'],
  ])("a line break in a policy's name is warned of: %s", (_, attribute) => {
    const text = `<!-- name="x" --><RaiseFault ${attribute}/>`;
    const name = /B&#10;/.test(text) ? "A B" : "A   B";
    expect(problemsOf({ "apiproxy/policies/A.xml": text, ...attached(name) })).toEqual([
      "warning NameWithLineBreak policies/A.xml:1:18",
    ]);
  });

  test("a space in a policy's name is not", () => {
    readProxy({ "apiproxy/policies/A.xml": '<RaiseFault\n  name="A B"\n/>', ...attached("A B") });
  });

  test("everything at once", () => {
    const problems = problemsOf({
      "apiproxy/orders.xml": '<APIProxy name="a b"/>',
      "apiproxy/policies/A.xml": "<RaiseFault name='A'>",
      "apiproxy/policies/B.xml": "<RaiseFault/>",
      "apiproxy/targets/default.xml": '<TargetEndpoint name="default"/>',
      ...attached("C"),
    });
    expect(problems.map((problem) => problem.split(" ")[1])).toEqual([
      "NameInvalid",
      "TargetConnectionMissing",
      "InvalidXML",
      "NameMissing",
      "StepPolicyMissing",
    ]);
  });

  test("a bundle without proxy endpoints", () => {
    const files = proxyFiles();
    files.delete("apiproxy/proxies/default.xml");
    expect(read(files).problems).toEqual(["error ProxyEndpointMissing .:1:1"]);
  });
});

test("any files give problems, never exceptions", () => {
  const path = fc
    .tuple(
      fc.constantFrom("apiproxy/", "sharedflowbundle/", ""),
      fc.constantFrom("", "proxies/", "targets/", "policies/", "sharedflows/", "resources/properties/"),
      fc.constantFrom("a.xml", "b.xml", "c.properties"),
    )
    .map((parts) => parts.join(""));
  const tag = fc.constantFrom(
    "APIProxy",
    "ProxyEndpoint",
    "TargetEndpoint",
    "SharedFlow",
    "Flows",
    "Flow",
    "Step",
    "Name",
    "RouteRule",
  );
  const attributes = fc.constantFrom("", ' name="a"', ' name=""');
  const text = fc.constantFrom("", "text", "&");
  const { element } = fc.letrec<{ element: string; children: readonly string[] }>((tie) => ({
    element: fc
      .tuple(tag, attributes, text, tie("children"))
      .map(([name, given, before, children]) => `<${name}${given}>${before}${children.join("")}</${name}>`),
    children: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie("element"), { maxLength: 3 })),
  }));
  fc.assert(
    fc.property(fc.dictionary(path, fc.oneof(element, fc.string()), { noNullPrototype: true }), (texts) => {
      readBundle(filesOf(texts), new Report());
    }),
    { numRuns: 300 },
  );
});

describe("what no request can reach is only warned of", () => {
  const broken = {
    "apiproxy/policies/U.xml": '<TeaPot name="U"/>',
    "apiproxy/policies/S.xml": '<ServiceCallout name="S"/>',
  };
  const step = (name: string) => `<Step><Name>${name}</Name></Step>`;
  const codes = (texts: Record<string, string>) =>
    problemsOf(texts)
      .map((problem) => problem.split(":")[0])
      .filter((problem) => !problem?.includes("UnattachedPolicy"));

  test("a policy that no step runs", () => {
    expect(codes(broken)).toEqual([
      "warning UnknownPolicyType policies/U.xml",
      "warning ConnectionInfoMissing policies/S.xml",
    ]);
    expect(codes({ ...attached("U"), ...broken })).toContain("error UnknownPolicyType policies/U.xml");
    expect(codes({ ...attached("S"), ...broken })).toContain("error ConnectionInfoMissing policies/S.xml");
  });

  test("a policy that is switched off, attached or not", () => {
    const off = Object.fromEntries(
      Object.entries(broken).map(([file, xml]) => [file, xml.replace("/>", ' enabled="false"/>')]),
    );
    const warnings = codes(off);
    expect(warnings).toEqual([
      "warning UnknownPolicyType policies/U.xml",
      "warning ConnectionInfoMissing policies/S.xml",
    ]);
    expect(codes({ ...attached("U"), ...off })).toEqual(warnings);
    expect(codes({ ...attached("S"), ...off })).toEqual(warnings);
  });

  test("a target endpoint without a RouteRule, and the policies of its steps", () => {
    const old = `<TargetEndpoint name="old"><PreFlow><Request>${step("U")}</Request></PreFlow><HTTPTargetConnection><LoadBalancer><Server/></LoadBalancer></HTTPTargetConnection></TargetEndpoint>`;
    expect(codes({ "apiproxy/targets/old.xml": old, ...broken })).toEqual([
      "warning ServerNameMissing targets/old.xml",
      "warning UnknownPolicyType policies/U.xml",
      "warning ConnectionInfoMissing policies/S.xml",
    ]);
  });
});
