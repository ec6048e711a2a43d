import { describe, expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { readOutboundApplications } from "../../src/environment/outbound-applications.ts";
import { filesOf } from "./deployed.ts";

const least = `authorizationUrl: https://provider.example.com/authorize
tokenUrl: https://provider.example.com/token
clientId: client-1
approvalPrompt: May we?
`;

function read(files: Record<string, string>, environment = "prod") {
  const report = new Report();
  const { applications, broken } = readOutboundApplications(filesOf(files), environment, report);
  const problems = report.problems.map(
    ({ severity, code, file, line, column }) => `${severity} ${code} ${file}:${line}:${column}`,
  );
  return { applications, broken, problems, report };
}

const readOne = (text: string) => read({ "outbound-applications/calendar.yaml": text });

test("an application has the file's name, and a default for whatever may be left out", () => {
  const { applications, problems } = readOne(least);
  expect(problems).toEqual([]);
  expect(applications).toEqual([
    {
      name: "calendar",
      displayName: "calendar",
      description: "",
      authorizationUrl: "https://provider.example.com/authorize",
      tokenUrl: "https://provider.example.com/token",
      revocationUrl: null,
      clientId: "client-1",
      tokenEndpointAuthMethod: "client_secret_basic",
      scopes: [],
      pkce: true,
      accessTokenExpiration: null,
      approvalPrompt: "May we?",
      issuer: null,
      enabled: true,
    },
  ]);
});

test("an application has all that its file says", () => {
  const { applications, problems } = readOne(`${least}displayName: Calendar
description: For appointments.
revocationUrl: http://127.0.0.1:9000/revoke
tokenEndpointAuthMethod: client_secret_post
scopes: [calendar.read, offline_access]
pkce: false
accessTokenExpiration: 600
issuer: https://provider.example.com
enabled: false
`);
  expect(problems).toEqual([]);
  expect(applications).toMatchObject([
    {
      displayName: "Calendar",
      description: "For appointments.",
      revocationUrl: "http://127.0.0.1:9000/revoke",
      tokenEndpointAuthMethod: "client_secret_post",
      scopes: ["calendar.read", "offline_access"],
      pkce: false,
      accessTokenExpiration: 600,
      issuer: "https://provider.example.com",
      enabled: false,
    },
  ]);
});

test("an application is there in the environments that it names, and without names in all", () => {
  const files = {
    "outbound-applications/a.yaml": `${least}environments: [prod]`,
    "outbound-applications/b.yaml": `${least}environments: [test, prod]`,
    "outbound-applications/c.yaml": least,
  };
  const names = (environment: string) => read(files, environment).applications.map(({ name }) => name);
  expect(names("prod")).toEqual(["a", "b", "c"]);
  expect(names("test")).toEqual(["b", "c"]);
  expect(names("local")).toEqual(["c"]);
});

test.each(["clientSecret", "client_secret", "ClientSecret"])(
  "a client secret as %s is refused, and not repeated",
  (field) => {
    const { applications, problems, report } = readOne(`${least}${field}: s3cret`);
    expect(applications).toEqual([]);
    expect(problems).toEqual([
      `error PlaintextSecret outbound-applications/calendar.yaml:5:${field.length + 3}`,
    ]);
    expect(report.problems[0]?.remedy).toBe(
      "Take it out and set it with: sortie secret set outbound-application:calendar clientSecret",
    );
    expect(JSON.stringify(report.problems)).not.toContain("s3cret");
  },
);

describe("a file is refused", () => {
  const url = (field: string, value: string) =>
    least.replace(new RegExp(`${field}: .*`), `${field}: ${value}`);
  const at = (line: number, column: number) => [
    `error InvalidValue outbound-applications/calendar.yaml:${line}:${column}`,
  ];
  test.each([
    ["with plain http", url("tokenUrl", "http://provider.example.com/token"), at(2, 11)],
    [
      "with a name that only begins as this machine's",
      url("tokenUrl", "http://localhost.example.com/"),
      at(2, 11),
    ],
    ["with a URL without a scheme", url("authorizationUrl", "provider.example.com"), at(1, 19)],
    ["with another scheme", url("authorizationUrl", "javascript:alert(1)"), at(1, 19)],
    ["with a user in the URL", url("tokenUrl", "https://a:b@provider.example.com/"), at(2, 11)],
    ["with a fragment", url("tokenUrl", '"https://provider.example.com/#x"'), at(2, 11)],
    ["with a URL of spaces", url("tokenUrl", '"https://provider example.com/"'), at(2, 11)],
    ["without a client id", least.replace(/clientId: .*\n/, ""), at(1, 1)],
    ["with an empty client id", least.replace("client-1", '""'), at(3, 11)],
    ["without a prompt", least.replace(/approvalPrompt: .*\n/, ""), at(1, 1)],
    ["with a scope of two words", `${least}scopes: [a b]`, at(5, 10)],
    ["with scopes in one text", `${least}scopes: a b`, at(5, 9)],
    [
      "with an unknown way to prove the client",
      `${least}tokenEndpointAuthMethod: private_key_jwt`,
      at(5, 26),
    ],
    ["with a lifetime of zero", `${least}accessTokenExpiration: 0`, at(5, 24)],
    ["with a lifetime as a text", `${least}accessTokenExpiration: 1h`, at(5, 24)],
    ["with PKCE as a text", `${least}pkce: S256`, at(5, 7)],
  ])("%s", (_, text, problems) => {
    expect(readOne(text)).toMatchObject({ applications: [], broken: ["calendar"], problems });
  });

  test("that is not YAML", () => {
    expect(readOne("a: [").problems[0]).toMatch(/^error InvalidYAML/);
  });

  test.each(["..yaml", "a b.yaml", "-.yaml", `${"x".repeat(101)}.yaml`])("with the name %s", (name) => {
    const { problems, applications } = read({ [`outbound-applications/${name}`]: least });
    expect(applications).toEqual([]);
    expect(problems[0]).toMatch(/^error InvalidName/);
  });
});

test("what has no effect is a warning", () => {
  const { problems } = read({
    "outbound-applications/calendar.yaml": `${least}scope: read\n`,
    "outbound-applications/README.md": "",
    "outbound-applications/more/x.yaml": least,
    "outbound-applications/public.yaml": `${least}tokenEndpointAuthMethod: none\npkce: false\n`,
  });
  expect(problems).toEqual([
    "warning UnknownFile outbound-applications/README.md:1:1",
    "warning UnknownField outbound-applications/calendar.yaml:5:1",
    "warning UnknownFile outbound-applications/more/x.yaml:1:1",
    "warning PublicClientWithoutPkce outbound-applications/public.yaml:6:7",
  ]);
});
