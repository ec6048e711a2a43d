import { expect, test } from "vitest";
import { authenticationSecrets, secretNamesOf } from "../../src/sources/secret-names.ts";
import type { SourceDomain } from "../../src/sources/source.ts";
import { domain, sourceWith } from "./sample.ts";

const cases: [SourceDomain["auth"], string[]][] = [
  [{ type: "none" }, []],
  [{ type: "oauth2" }, []],
  [{ type: "basic", username: "me", password: "p" }, ["p"]],
  [{ type: "bearerToken", bearerToken: "t" }, ["t"]],
  [{ type: "apiKey", location: { type: "header", headerName: "x" }, apiKey: "k" }, ["k"]],
];

test.each(cases)("%j is authenticated with the secrets %j", (auth, names) => {
  expect(authenticationSecrets(domain({ auth }))).toEqual(names);
});

test("a source's secrets are those of its authentication and the additional ones, each once", () => {
  const source = sourceWith({
    domains: [domain({ auth: { type: "bearerToken", bearerToken: "token" } })],
    additionalSecrets: [
      { name: "extra", hosts: null },
      { name: "token", hosts: null },
    ],
  });
  expect(secretNamesOf(source)).toEqual(["token", "extra"]);
});
