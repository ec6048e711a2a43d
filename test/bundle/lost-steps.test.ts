import { describe, expect, test } from "vitest";
import { readBundle } from "../../src/bundle/read-bundle.ts";
import { Report } from "../../src/documents/report.ts";
import { filesOf, policy, proxyEndpoint, proxyFiles } from "./files.ts";

const step = (name: string) => `<Step><Name>${name}</Name></Step>`;

function errorsOf(files: ReadonlyMap<string, Uint8Array>): string[] {
  const report = new Report();
  readBundle(files, report);
  return report.problems
    .filter(({ code }) => code !== "UnattachedPolicy")
    .map(({ severity, code, line, column, message, remedy }) =>
      [severity, code, `${line}:${column}`, message, remedy].join(" "),
    );
}

describe("a step that never runs is an error, because it may be what protects the API", () => {
  test.each([
    [
      "directly in PreFlow",
      `<PreFlow>${step("Key")}</PreFlow>`,
      'error StepNeverRuns 2:10 The step "Key" never runs: no step is read that stands in <PreFlow> itself. Move it into <Request> or <Response> of <PreFlow>.',
    ],
    [
      "directly in a conditional flow",
      `<Flows><Flow name="f">${step("Key")}</Flow></Flows>`,
      'error StepNeverRuns 2:23 The step "Key" never runs: no step is read that stands in <Flow> itself. Move it into <Request> or <Response> of <Flow>.',
    ],
    [
      "directly in the endpoint",
      step("Key"),
      'error StepNeverRuns 2:1 The step "Key" never runs: no step is read that stands in <ProxyEndpoint> itself. Move it into <Request> or <Response> of <PreFlow>, <Flow> or <PostFlow>.',
    ],
    [
      "without a name of its own",
      "<PreFlow><Step>Key</Step></PreFlow>",
      'error StepNeverRuns 2:10 The step "Key" never runs: no step is read that stands in <PreFlow> itself. Move it into <Request> or <Response> of <PreFlow>.',
    ],
    [
      "in a misspelled Request",
      `<PreFlow><Reqest>${step("Key")}${step("Quota")}</Reqest></PreFlow>`,
      'error StepNeverRuns 2:10 The steps "Key", "Quota" never run: <Reqest> is not known inside <PreFlow>. Did you mean <Request>? Otherwise move its steps into <Request> or <Response> of <PreFlow>.',
    ],
    [
      "in a misspelled PreFlow",
      `<Preflow><Request>${step("Key")}</Request></Preflow>`,
      'error StepNeverRuns 2:1 The step "Key" never runs: <Preflow> is not known inside <ProxyEndpoint>. Did you mean <PreFlow>? Otherwise move its steps into <Request> or <Response> of <PreFlow>, <Flow> or <PostFlow>.',
    ],
    [
      "in a flow beside Flows",
      `<Flow name="f"><Request>${step("A")}${step("B")}${step("C")}${step("D")}</Request></Flow>`,
      'error StepNeverRuns 2:1 The steps "A", "B", "C" and 1 more never run: <Flow> is not known inside <ProxyEndpoint>. Put it into <Flows>.',
    ],
    [
      "in a PreFlow before another one",
      `<PreFlow><Request>${step("Key")}</Request></PreFlow><PreFlow/>`,
      'error StepNeverRuns 2:1 The step "Key" never runs: <ProxyEndpoint> has more than one <PreFlow>, and only the last is read. Move what all of them hold into one <PreFlow>.',
    ],
    [
      "in a Request before another one",
      `<PreFlow><Request>${step("Key")}</Request><Request>${step("Key")}</Request></PreFlow>`,
      'error StepNeverRuns 2:10 The step "Key" never runs: <PreFlow> has more than one <Request>, and only the last is read. Move what all of them hold into one <Request>.',
    ],
    [
      "directly in FaultRules",
      `<FaultRules>${step("Key")}</FaultRules>`,
      'error StepNeverRuns 2:13 The step "Key" never runs: no step is read that stands in <FaultRules> itself. Move it into a <FaultRule>.',
    ],
  ])("%s", (_, content, problem) => {
    const files = proxyFiles({ "apiproxy/proxies/default.xml": proxyEndpoint(content), ...policy("Key") });
    expect(errorsOf(files)).toEqual([problem]);
  });

  test("in a Request of a shared flow", () => {
    const files = filesOf({
      "sharedflowbundle/s.xml": '<SharedFlowBundle name="s"/>',
      "sharedflowbundle/sharedflows/default.xml": `<SharedFlow name="default"><Request>${step("Key")}</Request></SharedFlow>`,
    });
    expect(errorsOf(files)).toEqual([
      'error StepNeverRuns 1:28 The step "Key" never runs: <Request> is not known inside <SharedFlow>. Move its steps into <SharedFlow> itself.',
    ]);
  });
});

test.each([
  ["a step that never runs", `<PreFlow>${step("Key")}</PreFlow>`, []],
  ["a step that misspells it", `<PreFlow><Request>${step("Kye")}</Request></PreFlow>`, []],
  ["no step", "", ["UnattachedPolicy"]],
])("whether a policy is reported as unattached that is named by %s", (_, more, expected) => {
  const report = new Report();
  const files = { "apiproxy/proxies/default.xml": proxyEndpoint(more), ...policy("Key") };
  readBundle(proxyFiles(files), report);
  expect(report.problems.map(({ code }) => code).filter((code) => code === "UnattachedPolicy")).toEqual(
    expected,
  );
});

test("an unknown element without steps stays a warning", () => {
  const files = proxyFiles({ "apiproxy/proxies/default.xml": proxyEndpoint("<PreFlow><Quux/></PreFlow>") });
  expect(errorsOf(files)).toEqual([
    "warning UnknownElement 2:10 <Quux> is not known inside <PreFlow> and has no effect. Remove the element, or write one that is known here: <Description>, <Condition>, <Request>, <Response>.",
  ]);
});

describe("text between the elements of an endpoint is warned of: it may stand for steps", () => {
  test.each([
    [
      "<PreFlow><Request>#sharedSteps#</Request></PreFlow>",
      ['2:10 <Request> holds the text "#sharedSteps#"'],
    ],
    [
      `<Flows>#flows#</Flows><PreFlow><Request>{% if guarded %}\n${step("Key")}\n{% endif %}</Request></PreFlow>`,
      [
        '2:1 <Flows> holds the text "#flows#"',
        '2:32 <Request> holds the text "{% if guarded %} {% endif %}"',
      ],
    ],
    [`<FaultRules>${"x".repeat(50)}</FaultRules>`, [`2:1 <FaultRules> holds the text "${"x".repeat(40)}…"`]],
    ["#rest#", ['1:1 <ProxyEndpoint> holds the text "#rest#"']],
    ["<!-- a comment -->\n<Description>words</Description>", []],
  ])("%s", (inside, expected) => {
    const said = errorsOf(
      proxyFiles({
        "apiproxy/proxies/default.xml": proxyEndpoint(inside),
        ...policy("Key"),
      }),
    );
    expect(said.filter((each) => each.includes("StrayText"))).toEqual(
      expected.map((each) => expect.stringContaining(`warning StrayText ${each}`)),
    );
  });
});
