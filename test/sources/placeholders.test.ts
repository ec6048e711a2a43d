import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placeholdersFor, replacePlaceholders } from "../../src/sources/placeholders.ts";
import { sourceWith } from "./sample.ts";

const source = sourceWith({
  additionalSecrets: [
    { name: "plain", hosts: null },
    { name: "unset", hosts: null },
    { name: "empty", hosts: ["https://api.example.com"] },
    { name: "apiKey", hosts: ["https://api.example.com", "http://localhost:8080"] },
    { name: "odd", hosts: ["https://api.example.com"] },
    { name: "lines", hosts: ["https://api.example.com"] },
  ],
});
const set = {
  plain: "p",
  empty: "",
  apiKey: "k&y$&",
  odd: "pä:ss",
  lines: "hunter2\n",
  bearer: "not for code",
};
const { readable, bound } = placeholdersFor(source, set);
const key = String(readable.apiKey);

function sent(url: string, headers: Record<string, string> = {}) {
  const request = { url, headers: new Headers(headers) };
  const changed = replacePlaceholders(request, bound);
  expect(Object.fromEntries(request.headers)).toEqual(headers);
  return { url: changed.url, headers: Object.fromEntries(changed.headers) };
}

describe("code reads", () => {
  test("its secrets, and placeholders of those that are bound to hosts", () => {
    expect(readable).toEqual({
      plain: "p",
      apiKey: expect.stringMatching(/^sortie_secret_[0-9a-f]{48}$/),
      odd: expect.stringMatching(/^sortie_secret_/),
      lines: expect.stringMatching(/^sortie_secret_/),
    });
    expect(new Set(Object.values(readable)).size).toBe(4);
  });

  test("nothing that the source did not declare, and nothing of an object's own", () => {
    const odd = sourceWith({ additionalSecrets: [{ name: "constructor", hosts: null }] });
    expect(placeholdersFor(odd, { toString: "x" }).readable).toEqual({});
  });

  test("another placeholder each time", () => {
    expect(placeholdersFor(source, set).readable.apiKey).not.toBe(key);
  });
});

describe("to a host that it is bound to, the secret goes out", () => {
  test.each(["https://api.example.com", "https://api.example.com:443", "http://localhost:8080"])(
    "%s",
    (host) => {
      expect(sent(`${host}/v1`, { "x-key": `key=${key}; again=${key}`, accept: "*/*" }).headers).toEqual({
        "x-key": "key=k&y$&; again=k&y$&",
        accept: "*/*",
      });
    },
  );

  test("in a query string, escaped", () => {
    expect(sent(`https://api.example.com/v1?a=%20&key=${key}`).url).toBe(
      "https://api.example.com/v1?a=%20&key=k%26y%24%26",
    );
  });

  test("inside Basic credentials", () => {
    const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString("base64")}` });
    expect(sent("https://api.example.com/", basic(`é${key}:${readable.odd}`)).headers).toEqual(
      basic("ék&y$&:pä:ss"),
    );
    expect(sent("https://api.example.com/", basic("me:mine")).headers).toEqual(basic("me:mine"));
  });
});

describe("to any other host the placeholder goes out as it is", () => {
  test.each([
    "https://evil.example",
    "https://b.api.example.com",
    "https://example.com",
    "https://api.example.com.evil.example",
    "https://api.example.comapi",
    "https://api.example.com:8443",
    "http://api.example.com",
    "http://api.example.com:443",
    "http://localhost",
    "https://localhost:8080",
    "https://api.example.com@evil.example",
    "https://api.example.com.",
    "https://%61pi.example.com",
    "//api.example.com",
  ])("%s", (host) => {
    const url = `${host}/?k=${key}`;
    expect(sent(url, { "x-key": key })).toEqual({ url, headers: { "x-key": key } });
  });
});

test("a path and the names of headers stay as they are", () => {
  const url = `https://api.example.com/${key}`;
  expect(sent(url, { [`x-${key}`]: "1" })).toEqual({ url, headers: { [`x-${key}`]: "1" } });
});

test("a secret that no header can carry is refused without showing it", () => {
  const send = () => sent("https://api.example.com/", { "x-key": String(readable.lines) });
  expect(send).toThrow("Secret with name lines cannot be sent in a header.");
  expect(send).not.toThrow("hunter2");
});

test("what is not bound changes nothing", () => {
  const request = { url: `https://api.example.com/?${key}`, headers: new Headers({ a: key }) };
  expect(replacePlaceholders(request, [])).toBe(request);
});

test("a query arrives as code meant it, whatever the secret", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", minLength: 1 }),
      fc.string({ unit: "grapheme" }),
      (value, other) => {
        const { readable: seen, bound: secrets } = placeholdersFor(source, { apiKey: value });
        const query = new URLSearchParams({ other, key: `<${seen.apiKey}>` });
        const { url } = replacePlaceholders(
          { url: `https://api.example.com/?${query}`, headers: new Headers() },
          secrets,
        );
        expect([...new URL(url).searchParams]).toEqual([
          ["other", other],
          ["key", `<${value}>`],
        ]);
      },
    ),
  );
});
