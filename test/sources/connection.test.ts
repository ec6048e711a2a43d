import { describe, expect, test } from "vitest";
import { connectionOf } from "../../src/sources/connection.ts";
import { domain, sourceWith } from "./sample.ts";

describe("the URL of a connection has no trailing slash, and a port only where it is not the scheme's own", () => {
  test.each([
    [{ host: "api.example.com" }, "https://api.example.com"],
    [{ host: "api.example.com", port: 443 }, "https://api.example.com"],
    [{ host: "api.example.com", port: 8443 }, "https://api.example.com:8443"],
    [{ scheme: "HTTP", host: "localhost", port: 8080 }, "http://localhost:8080"],
    [{ scheme: "HTTP", host: "10.1.2.3", port: 80 }, "http://10.1.2.3"],
    [{ scheme: "HTTP", host: "10.1.2.3", port: 443 }, "http://10.1.2.3:443"],
  ] as const)("%j is %s", (changes, url) => {
    expect(connectionOf(sourceWith({ domains: [domain(changes)] }))).toEqual({ url });
  });
});

test.each([
  ["no domain", { domains: [] }],
  ["two domains", { domains: [domain(), domain({ host: "b.example.com" })] }],
  ["another type", { type: "jdbc", domains: [] }],
])("a source with %s has no single connection", (_, changes) => {
  expect(() => connectionOf(sourceWith(changes))).toThrow("Only single connection sources are supported.");
});
