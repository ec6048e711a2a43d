import { describe, expect, test } from "vitest";
import { type GoogleAuthentication, readAuthentication } from "../../src/connections/read-authentication.ts";
import { Report } from "../../src/documents/report.ts";
import { parse } from "../documents/document.ts";

function read(content: string, options?: { accessTokens?: boolean }) {
  const report = new Report();
  const xml = parse(`<Authentication>${content}</Authentication>`);
  const authentication = readAuthentication(xml, report, options);
  xml.reportUnknown(report);
  return {
    authentication,
    problems: report.problems.map(({ severity, code }) => `${severity} ${code}`),
  };
}

/** The configuration of something that is valid, without its position. */
function configured(content: string): Omit<GoogleAuthentication, "at"> {
  const { authentication, problems } = read(content);
  expect(problems).toEqual([]);
  if (authentication === null) throw new Error("it was not read");
  const { at, ...rest } = authentication;
  expect(at.line).toBe(1);
  return rest;
}

const scopes = "<Scopes><Scope>https://a</Scope><Scope>https://b</Scope></Scopes>";
const accessToken = `<GoogleAccessToken>${scopes}</GoogleAccessToken>`;

describe("GoogleAccessToken", () => {
  test("has scopes, a lifetime of an hour and the header Authorization", () => {
    expect(configured(accessToken)).toEqual({
      headerName: "authorization",
      headerNameRef: null,
      token: { kind: "access", scopes: ["https://a", "https://b"], lifetime: 3600, lifetimeRef: null },
    });
  });

  test("may have another lifetime, also from a variable", () => {
    const { token } = configured(
      `<GoogleAccessToken>${scopes}<LifetimeInSeconds ref="{life}">60</LifetimeInSeconds></GoogleAccessToken>`,
    );
    expect(token).toMatchObject({ lifetime: 60, lifetimeRef: "life" });
  });
});

describe("GoogleIDToken", () => {
  test.each([
    ["<Audience>https://s</Audience>", { audience: "https://s", audienceRef: null, useTargetUrl: false }],
    ['<Audience ref="a.b"/>', { audience: null, audienceRef: "a.b", useTargetUrl: false }],
    ['<Audience ref="v" useTargetUrl="true"/>', { audienceRef: "v", useTargetUrl: true }],
    ['<Audience useTargetUrl="true"/>', { audience: null, audienceRef: null, useTargetUrl: true }],
    ["<Audience>s</Audience>", { includeEmail: false, includeEmailRef: null }],
    ["<Audience>s</Audience><IncludeEmail>true</IncludeEmail>", { includeEmail: true }],
    ['<Audience>s</Audience><IncludeEmail ref="e"/>', { includeEmail: false, includeEmailRef: "e" }],
  ])("%s", (content, expected) => {
    expect(configured(`<GoogleIDToken>${content}</GoogleIDToken>`).token).toMatchObject(expected);
  });
});

test("HeaderName names another header, also from a variable", () => {
  expect(
    configured(`<HeaderName ref="my-variable">X-Serverless-Authorization</HeaderName>${accessToken}`),
  ).toMatchObject({
    headerName: "x-serverless-authorization",
    headerNameRef: "my-variable",
  });
});

describe("a deployment reports", () => {
  const access = (content: string) => `<GoogleAccessToken>${content}</GoogleAccessToken>`;
  test.each([
    ["no kind of token", "", ["error TokenTypeMissing"]],
    ["both kinds of token", `${accessToken}<GoogleIDToken/>`, ["error AuthenticationAmbiguous"]],
    ["no scope", access("<Scopes/>"), ["error ScopeMissing"]],
    ["no scopes", access(""), ["error ScopeMissing"]],
    ["an empty scope", access("<Scopes><Scope/></Scopes>"), ["warning InvalidScope"]],
    ["a scope in quotes", access('<Scopes><Scope>"https://a"</Scope></Scopes>'), ["warning InvalidScope"]],
    [
      "a lifetime that is none",
      access(`${scopes}<LifetimeInSeconds>1h</LifetimeInSeconds>`),
      ["warning InvalidInteger"],
    ],
    [
      "a lifetime of nothing",
      access(`${scopes}<LifetimeInSeconds>0</LifetimeInSeconds>`),
      ["warning InvalidInteger"],
    ],
    [
      "too long a lifetime",
      access(`${scopes}<LifetimeInSeconds>43201</LifetimeInSeconds>`),
      ["warning InvalidInteger"],
    ],
    ["an ID token for nobody", "<GoogleIDToken/>", ["warning AudienceMissing"]],
    ["a header that is none", `<HeaderName>X Y</HeaderName>${accessToken}`, ["error InvalidHeaderName"]],
    [
      "a flag that is none",
      '<GoogleIDToken><Audience useTargetUrl="yes">s</Audience></GoogleIDToken>',
      ["warning InvalidBoolean"],
    ],
    ["an unknown element", `${accessToken}<Scopes/>`, ["warning UnknownElement"]],
  ])("%s", (_, content, problems) => {
    expect(read(content).problems).toEqual(problems);
  });

  test("an access token where only ID tokens may be", () => {
    expect(read(accessToken, { accessTokens: false })).toEqual({
      authentication: null,
      problems: ["error TokenTypeNotSupported"],
    });
  });
});
