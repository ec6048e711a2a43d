import { afterAll, beforeAll, expect, test } from "vitest";
import { RunningInProcess } from "../cli/in-process.ts";
import { folderWith } from "../cli/sortie.ts";

/** What an isolate loads when a bundle first needs it: the template whose text is answered, and that text. */
const parts: Readonly<Record<string, readonly [template: string, answer: string]>> = {
  "regular-expression": ["{flow.matched}", "yes"],
  "path-pattern": ["{flow.path}", "yes"],
  "replace-all": ["{replaceAll(request.queryparam.text,'[ab]+','-')}", "-c-"],
  "replace-first": ["{replaceFirst(request.queryparam.text,request.queryparam.pattern,'-')}", "-cb"],
  xeger: ["{xeger('a{3}')}", "aaa"],
  xpath: ["{xpath(request.queryparam.xpath,request.queryparam.xml)}", "<b>1</b>"],
  "json-path": ["{jsonPath(request.queryparam.path,request.queryparam.json)}", "2"],
  "property-set": ["{propertyset.words.greeting}", "Hello"],
  "xml-payload": ["{flow.extracted}", "1"],
};

const query = new URLSearchParams({
  text: "abcb",
  pattern: "a.",
  xpath: "/a/b",
  xml: "<a><b>1</b></a>",
  template:
    "{replaceAll(request.queryparam.text,'b','-')}{replaceFirst(request.queryparam.text,'a.','-')}-{xeger('a{3}')}-{xpath('/a/b',request.queryparam.xml)}-{jsonPath('$.a[?(@.b =~ /x+/)].c',request.queryparam.json)}",
  path: "$.a[?(@.b =~ /x+/)].c",
  json: JSON.stringify({
    a: [
      { b: "y", c: 1 },
      { b: "xx", c: 2 },
    ],
  }),
});

const setVariable = (name: string, variable: string) =>
  `<AssignMessage name="${name}"><AssignVariable><Name>${variable}</Name><Value>yes</Value></AssignVariable></AssignMessage>`;

const held: typeof parts = { "template-of-a-request": ["{flow.held}", "a-c--cb-aaa-<b>1</b>-2"] };

/** The policies and steps that a part is needed by, where its template does not need it itself. */
const needing: Readonly<Record<string, { readonly policy: string; readonly condition?: string }>> = {
  "regular-expression": {
    policy: setVariable("Need", "flow.matched"),
    condition: `request.queryparam.text ~~ "a[bc]+"`,
  },
  "path-pattern": {
    policy: setVariable("Need", "flow.path"),
    condition: `proxy.pathsuffix MatchesPath "/**/a*b/**"`,
  },
  "template-of-a-request": {
    policy: `<AssignMessage name="Need">
      <AssignVariable><Name>flow.held</Name><Template ref="request.queryparam.template"/></AssignVariable>
    </AssignMessage>`,
  },
  "xml-payload": {
    policy: `<ExtractVariables name="Need">
      <Source>document</Source>
      <XMLPayload><Variable name="flow.extracted"><XPath>/a/b</XPath></Variable></XMLPayload>
    </ExtractVariables>`,
  },
};

function filesOf([name, [template]]: [string, readonly [string, string]]): [string, string][] {
  const folder = `${name}/apiproxy`;
  const need = needing[name];
  const condition = need?.condition ? `<Condition>${need.condition}</Condition>` : "";
  const step = need ? `<Step><Name>Need</Name>${condition}</Step>` : "";
  const answer = `<AssignMessage name="Answer">
    <AssignTo createNew="false" type="request"/><Set><Payload contentType="text/plain">${template}</Payload></Set>
  </AssignMessage>`;
  const document = `<AssignMessage name="Document">
    <AssignVariable><Name>document</Name><Ref>request.queryparam.xml</Ref></AssignVariable>
  </AssignMessage>`;
  return [
    [`${folder}/${name}.xml`, `<APIProxy name="${name}"/>`],
    [
      `${folder}/proxies/default.xml`,
      `<ProxyEndpoint name="default">
        <PreFlow><Request>
          <Step><Name>Document</Name></Step>${step}<Step><Name>Answer</Name></Step>
        </Request></PreFlow>
        <HTTPProxyConnection><BasePath>/${name}</BasePath></HTTPProxyConnection>
        <RouteRule name="none"/>
      </ProxyEndpoint>`,
    ],
    [`${folder}/policies/Answer.xml`, answer],
    [`${folder}/policies/Document.xml`, document],
    ...(need ? [[`${folder}/policies/Need.xml`, need.policy] as [string, string]] : []),
    [`${folder}/resources/properties/words.properties`, "greeting=Hello\n"],
  ];
}

const folder = folderWith(Object.fromEntries(Object.entries({ ...parts, ...held }).flatMap(filesOf)));
const dev = new RunningInProcess(["dev", ...Object.keys(parts), "--port", "0"], folder);
let url = "";

beforeAll(async () => {
  url = await dev.ready();
});
afterAll(() => dev.stop());

const answerOf = async (gateway: string, name: string) =>
  (await fetch(`${gateway}/${name}/x/ab/y?${query}`, { method: "POST", body: "" })).text();

test.each(Object.entries(parts))("a bundle that needs %s is served", async (name, [, answer]) => {
  expect(await answerOf(url, name)).toBe(answer);
});

test.each(Object.entries(held))(
  "a bundle alone that may need any function is served: %s",
  async (name, [, answer]) => {
    const alone = new RunningInProcess(["dev", name, "--port", "0"], folder);
    expect(await answerOf(await alone.ready(), name)).toBe(answer);
    await alone.stop();
  },
);
