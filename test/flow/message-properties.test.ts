import { describe, expect, test } from "vitest";
import { Float, type Value } from "../../src/expression/value.ts";
import { type Message, RequestMessage, ResponseMessage } from "../../src/flow/message.ts";
import { messageProperty, statusCode } from "../../src/flow/message-properties.ts";
import { Unsettable } from "../../src/flow/unsettable.ts";

const request = () =>
  new RequestMessage({
    verb: "PUT",
    path: "/v1/things",
    query: "a=1&b=x%20y&a=2",
    headers: new Headers([
      ["accept", "text/html, text/plain;q=0.5"],
      ["accept", "*/*"],
      ["x-one", "1"],
    ]),
    body: "payload?>",
  });

const form = () =>
  new RequestMessage({
    verb: "POST",
    headers: new Headers({ "content-type": "application/x-www-form-urlencoded" }),
    body: "a=1&b=x+y&a=2",
  });

const response = () => new ResponseMessage({ status: 201, reason: "Created", body: "made" });

function property(name: string) {
  const found = messageProperty(name);
  if (!found) throw new Error(`messages have no property ${name}`);
  return found;
}

/** Apigee: "Flow variables reference" (message, request, response, error). */
describe("the properties of messages", () => {
  test.each<[name: string, message: () => Message, value: Value]>([
    ["content", request, "payload?>"],
    ["content.as.base64", request, "cGF5bG9hZD8+"],
    ["content.as.url.safe.base64", request, "cGF5bG9hZD8-"],
    ["content.as.base64", response, "bWFkZQ=="],
    ["content.as.url.safe.base64", response, "bWFkZQ"],
    ["header.Accept", request, "text/html"],
    ["header.ACCEPT", request, "text/html"],
    ["header.Accept.1", request, "text/html"],
    ["header.Accept.2", request, "text/plain;q=0.5"],
    ["header.Accept.3", request, "*/*"],
    ["header.Accept.4", request, null],
    ["header.Accept.0", request, null],
    ["header.Accept.values", request, ["text/html", "text/plain;q=0.5", "*/*"]],
    ["header.Accept.values.count", request, 3],
    ["header.Accept.values.string", request, "text/html, text/plain;q=0.5, */*"],
    ["header.None", request, null],
    ["header.None.1", request, null],
    ["header.None.values", request, []],
    ["header.None.values.count", request, 0],
    ["header.None.values.string", request, null],
    ["header.no header at all", request, null],
    ["headers.count", request, 2],
    ["headers.names", request, ["accept", "x-one"]],
    ["headers.names.string", request, "accept,x-one"],
    ["queryparam.a", request, "1"],
    ["queryparam.A", request, null],
    ["queryparam.a.1", request, "1"],
    ["queryparam.a.2", request, "2"],
    ["queryparam.a.3", request, null],
    ["queryparam.a.values", request, ["1", "2"]],
    ["queryparam.a.values.count", request, 2],
    ["queryparam.b", request, "x y"],
    ["queryparam.none", request, null],
    ["queryparam.none.values.count", request, 0],
    ["queryparams.count", request, 2],
    ["queryparams.names", request, ["a", "b"]],
    ["queryparams.names.string", request, "a,b"],
    ["querystring", request, "a=1&b=x%20y&a=2"],
    ["formparam.a", form, "1"],
    ["formparam.a.2", form, "2"],
    ["formparam.a.values", form, ["1", "2"]],
    ["formparam.a.values.count", form, 2],
    ["formparam.b", form, "x y"],
    ["formparam.none", form, null],
    ["formparams.count", form, 2],
    ["formparams.names", form, ["a", "b"]],
    ["formparams.names.string", form, "a,b"],
    ["formstring", form, "a=1&b=x+y&a=2"],
    ["formparam.a", request, null],
    ["formparams.count", request, 0],
    ["formstring", request, null],
    ["path", request, "/v1/things"],
    ["uri", request, "/v1/things?a=1&b=x%20y&a=2"],
    ["url", request, null],
    ["verb", request, "PUT"],
    ["version", request, "1.1"],
    ["version", response, "1.1"],
    ["status.code", response, 201],
    ["reason.phrase", response, "Created"],
    ["path", response, null],
    ["uri", response, null],
    ["verb", response, null],
    ["queryparam.a", response, null],
    ["queryparams.count", response, null],
    ["queryparams.names", response, null],
    ["querystring", response, null],
    ["status.code", request, null],
    ["reason.phrase", request, null],
  ])("%s", (name, message, value) => {
    expect(property(name).get(message())).toEqual(value);
  });

  test.each([
    "transport.message",
    "transportid",
    "header",
    "header.",
    "queryparam.",
    "formparam.",
    "status",
    "status.code.x",
    "contents",
    "",
    ".",
    "__proto__",
    "constructor",
  ])("%j is none", (name) => {
    expect(messageProperty(name)).toBeNull();
  });

  test.each([
    ["content", true],
    ["content.as.base64", true],
    ["content.as.url.safe.base64", true],
    ["formparam.a", true],
    ["formparam.a.values", true],
    ["formparams.count", true],
    ["formstring", true],
    ["header.content", false],
    ["queryparam.content", false],
    ["status.code", false],
    ["headers.names", false],
    ["uri", false],
  ])("%s needs the body: %s", (name, expected) => {
    expect(property(name).readsContent).toBe(expected);
  });
});

describe("setting a property", () => {
  test.each<[name: string, message: () => Message, value: Value, shows: string, result: Value]>([
    ["content", request, "new", "content", "new"],
    ["content", request, 12, "content", "12"],
    ["content", request, null, "content", ""],
    ["header.Accept", request, "new", "header.Accept.values", ["new"]],
    ["header.New", request, "a,b", "header.New.values", ["a", "b"]],
    ["header.Accept.2", request, "new", "header.Accept.values", ["text/html", "new", "*/*"]],
    ["header.New.5", request, "x", "header.New.values", ["x"]],
    ["header.New", response, true, "header.New", "true"],
    ["queryparam.a", request, "&", "querystring", "a=%26&b=x%20y"],
    ["queryparam.a.2", request, "3", "querystring", "a=1&b=x%20y&a=3"],
    ["queryparam.c", request, "3", "querystring", "a=1&b=x%20y&a=2&c=3"],
    ["formparam.a", form, "3", "content", "a=3&b=x+y"],
    ["formparam.a.2", form, "3", "content", "a=1&b=x+y&a=3"],
    ["formparam.a", response, "3", "content", "a=3"],
    ["path", request, "/new", "uri", "/new?a=1&b=x%20y&a=2"],
    ["verb", request, "POST", "verb", "POST"],
    ["version", request, "1.0", "version", "1.0"],
    ["status.code", response, 404, "status.code", 404],
    ["status.code", response, "404", "status.code", 404],
    ["reason.phrase", response, "Gone", "reason.phrase", "Gone"],
  ])("%s", (name, make, value, shows, result) => {
    const message = make();
    property(name).set?.(message, value);
    expect(property(shows).get(message)).toEqual(result);
  });

  test.each([
    "content.as.base64",
    "content.as.url.safe.base64",
    "header.A.values",
    "header.A.values.count",
    "header.A.values.string",
    "headers.count",
    "headers.names",
    "headers.names.string",
    "queryparam.a.values",
    "queryparam.a.values.count",
    "queryparams.count",
    "queryparams.names",
    "queryparams.names.string",
    "querystring",
    "formparam.a.values",
    "formparam.a.values.count",
    "formparams.count",
    "formparams.names",
    "formparams.names.string",
    "formstring",
    "uri",
    "url",
  ])("%s is read-only", (name) => {
    expect(property(name).set).toBeUndefined();
  });

  test.each<[name: string, message: () => Message, value: Value]>([
    ["path", response, "/a"],
    ["verb", response, "GET"],
    ["queryparam.a", response, "1"],
    ["status.code", request, 200],
    ["reason.phrase", request, "OK"],
    ["header.a b", request, "1"],
    ["header.a b.2", request, "1"],
    ["header.A", request, "1\r\nX-Other: 2"],
    ["header.A.1", request, "1\n2"],
  ])("%s of what cannot have it is refused", (name, make, value) => {
    expect(() => property(name).set?.(make(), value)).toThrow(Unsettable);
  });
});

describe("removing a property", () => {
  test.each<[name: string, message: () => Message, shows: string, result: Value]>([
    ["content", request, "content", ""],
    ["header.Accept", request, "headers.names", ["x-one"]],
    ["header.Accept.1", request, "header.Accept.values", ["text/plain;q=0.5", "*/*"]],
    ["header.a b", request, "headers.count", 2],
    ["header.a b.1", request, "headers.count", 2],
    ["queryparam.a", request, "querystring", "b=x%20y"],
    ["queryparam.a.1", request, "querystring", "b=x%20y&a=2"],
    ["formparam.a", form, "content", "b=x+y"],
  ])("%s", (name, make, shows, result) => {
    const message = make();
    property(name).remove?.(message);
    expect(property(shows).get(message)).toEqual(result);
  });
});

describe("a status code", () => {
  test.each<[Value, number]>([
    [200, 200],
    [599, 599],
    ["404", 404],
    [" 404 ", 404],
    [404n, 404],
    [new Float(404), 404],
    ["404.0", 404],
  ])("%s is %d", (value, expected) => {
    expect(statusCode(value)).toBe(expected);
  });

  test.each<[Value]>([
    [null],
    [""],
    ["abc"],
    [99],
    [1000],
    [0],
    [-404],
    [404.5],
    ["0x194x"],
    [true],
    [["404"]],
  ])("cannot be %j", (value) => {
    expect(() => statusCode(value)).toThrow(Unsettable);
  });
});
