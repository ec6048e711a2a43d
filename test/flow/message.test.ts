import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Body } from "../../src/flow/body.ts";
import { mediaType } from "../../src/flow/content-type.ts";
import { RequestMessage, ResponseMessage } from "../../src/flow/message.ts";

const streamOf = (content: string | ArrayBuffer | Uint8Array<ArrayBuffer>): ReadableStream =>
  new Blob([content]).stream();

const breaking = (reason: unknown): ReadableStream =>
  new ReadableStream({
    pull(controller) {
      controller.error(reason);
    },
  });

const pack = (text: string, format: "gzip" | "deflate"): Promise<ArrayBuffer> =>
  new Response(streamOf(text).pipeThrough(new CompressionStream(format))).arrayBuffer();

const coded = (coding: string) =>
  new Headers({ "content-encoding": coding, "content-length": "99", "content-type": "text/plain" });

describe("headers", () => {
  test("are the platform's own until somebody writes", () => {
    const headers = new Headers({ x: "1" });
    const message = new RequestMessage({ headers });
    expect(message.headers).toBe(headers);
    message.ownHeaders.set("x", "2");
    message.ownHeaders.set("y", "3");
    expect([headers.get("x"), message.headers.get("x"), message.headers.get("y")]).toEqual(["1", "2", "3"]);
  });

  test("that the platform made immutable can be written", () => {
    const { headers } = Response.redirect("https://api.example.com/");
    const message = new ResponseMessage({ headers });
    message.ownHeaders.set("x", "1");
    expect(message.headers.get("location")).toBe("https://api.example.com/");
  });
});

describe("setting the content", () => {
  test("takes away what the headers said of the old one", () => {
    const message = new ResponseMessage({ headers: coded("gzip"), body: streamOf("old") });
    message.setContent("new");
    expect([message.content, [...message.headers]]).toEqual(["new", [["content-type", "text/plain"]]]);
  });

  test("sets the type when one is given", () => {
    const message = new ResponseMessage({ headers: coded("gzip") });
    message.setContent("{}", "application/json");
    expect(message.contentType).toBe("application/json");
  });

  test("leaves a body that streams through as it is, with its headers", () => {
    const message = new ResponseMessage({ headers: coded("gzip") });
    message.body = new Body(streamOf("stream"), true);
    message.setContent("new", "application/json");
    expect([message.body.isStream, message.headers.get("content-encoding"), message.contentType]).toEqual([
      true,
      "gzip",
      "text/plain",
    ]);
  });
});

describe("the body as it leaves", () => {
  test("is bytes where nothing says what the text is, so that the platform invents no type", async () => {
    const message = new ResponseMessage({ body: "é" });
    const response = new Response(message.outgoing, { headers: message.headers });
    expect([response.headers.get("content-type"), await response.text()]).toEqual([null, "é"]);
  });

  test("is the text where its type is known", () => {
    const message = new ResponseMessage();
    message.setContent("{}", "application/json");
    expect(message.outgoing).toBe("{}");
  });

  test.each([null, "", new Uint8Array()])("is nothing for %j", (body) => {
    expect(new ResponseMessage({ body }).outgoing).toBeNull();
  });

  test("is the very stream that came", () => {
    const body = streamOf("a");
    expect(new RequestMessage({ body }).outgoing).toBe(body);
  });
});

describe("buffering", () => {
  test("has nothing to wait for without a stream", () => {
    expect(new RequestMessage({ body: "text" }).buffer()).toBeUndefined();
    expect(new RequestMessage().buffer()).toBeUndefined();
  });

  test("has nothing to wait for where a body streams through", () => {
    const message = new RequestMessage();
    message.body = new Body(streamOf("a"), true);
    expect(message.buffer()).toBeUndefined();
  });

  test("is done once for all who ask at the same time", async () => {
    const message = new RequestMessage({ body: streamOf("once") });
    await Promise.all([message.buffer(), message.buffer()]);
    expect([message.content, message.buffer()]).toEqual(["once", undefined]);
  });

  test("reads text in the charset of the Content-Type", async () => {
    const headers = new Headers({ "content-type": 'text/plain; charset="ISO-8859-1"' });
    const message = new ResponseMessage({ headers, body: streamOf(new Uint8Array([0xe9])) });
    await message.buffer();
    expect(message.content).toBe("é");
  });

  test.each([
    ["gzip", "gzip"],
    ["x-gzip", "gzip"],
    [" GZIP ", "gzip"],
    ["deflate", "deflate"],
  ] as const)("undoes a request's %s, and remembers it", async (coding, format) => {
    const message = new RequestMessage({
      headers: coded(coding),
      body: streamOf(await pack("hello", format)),
    });
    await message.buffer();
    expect([message.content, message.contentCoding, [...message.headers]]).toEqual([
      "hello",
      coding.trim().toLowerCase(),
      [["content-type", "text/plain"]],
    ]);
  });

  test("undoes a response's deflate, which the platform does not", async () => {
    const message = new ResponseMessage({
      headers: coded("deflate"),
      body: streamOf(await pack("hello", "deflate")),
    });
    await message.buffer();
    expect([message.content, message.contentCoding]).toEqual(["hello", "deflate"]);
  });

  test.each(["gzip", "br"])("leaves a response's %s to the platform", async (coding) => {
    const message = new ResponseMessage({ headers: coded(coding), body: streamOf("already decoded") });
    await message.buffer();
    expect([message.content, message.contentCoding, message.headers.has("content-encoding")]).toEqual([
      "already decoded",
      coding,
      false,
    ]);
  });

  test("leaves a response in an unknown coding as it is", async () => {
    const message = new ResponseMessage({ headers: coded("zstd"), body: streamOf("bytes") });
    await message.buffer();
    expect([message.content, message.contentCoding, message.headers.get("content-encoding")]).toEqual([
      "bytes",
      null,
      "zstd",
    ]);
  });

  test("keeps the headers of a body without coding", async () => {
    const headers = new Headers({ "content-length": "1", "content-encoding": "identity" });
    const message = new RequestMessage({ headers, body: streamOf("a") });
    await message.buffer();
    expect(message.headers).toBe(headers);
  });
});

describe("a body that cannot be read", () => {
  const lost = new Error("Network connection lost.");
  const flow = "messaging.adaptors.http.flow";

  test.each<[title: string, message: () => RequestMessage | ResponseMessage, code: string, status: number]>([
    [
      "a request in an unknown coding",
      () => new RequestMessage({ headers: coded("br"), body: streamOf("a") }),
      "protocol.http.UnsupportedEncoding",
      415,
    ],
    [
      "a request that is not what its coding says",
      () => new RequestMessage({ headers: coded("gzip"), body: streamOf("a") }),
      `${flow}.DecompressionFailureAtRequest`,
      400,
    ],
    [
      "a response that is not what its coding says",
      () => new ResponseMessage({ headers: coded("deflate"), body: streamOf("a") }),
      `${flow}.DecompressionFailureAtResponse`,
      500,
    ],
    [
      "a response that the platform cannot decode",
      () =>
        new ResponseMessage({
          headers: coded("gzip"),
          body: breaking(new TypeError("Gzip decompression failed.")),
        }),
      `${flow}.DecompressionFailureAtResponse`,
      500,
    ],
    [
      "a response that breaks off",
      () => new ResponseMessage({ body: breaking(lost) }),
      `${flow}.UnexpectedEOFAtTarget`,
      502,
    ],
    [
      "a compressed response that breaks off",
      () => new ResponseMessage({ headers: coded("gzip"), body: breaking(lost) }),
      `${flow}.UnexpectedEOFAtTarget`,
      502,
    ],
    [
      "a request that breaks off",
      () => new RequestMessage({ body: breaking(lost) }),
      `${flow}.RequestTimeOut`,
      408,
    ],
    [
      "a request above its limit",
      () => Object.assign(new RequestMessage({ body: streamOf("abc") }), { bodyLimit: 2 }),
      "protocol.http.TooBigBody",
      413,
    ],
    [
      "a response above its limit",
      () => Object.assign(new ResponseMessage({ body: streamOf("abc") }), { bodyLimit: 2 }),
      "protocol.http.TooBigBody",
      502,
    ],
  ])("%s", async (_title, make, code, status) => {
    await expect(make().buffer()).rejects.toMatchObject({ code, status });
  });

  test("is empty from then on, so that fault rules can go on", async () => {
    const message = new RequestMessage({ body: breaking(lost) });
    await expect(message.buffer()).rejects.toThrow();
    expect([message.content, message.buffer(), message.outgoing]).toEqual(["", undefined, null]);
  });

  test("is a defect of the gateway when somebody has read it before", async () => {
    const body = streamOf("a");
    body.getReader();
    await expect(new RequestMessage({ body }).buffer()).rejects.toThrow(TypeError);
  });
});

describe("the query of a request", () => {
  test("keeps its text until a parameter is changed", () => {
    const request = new RequestMessage({ path: "/a", query: "b=%7e&c&&d=+" });
    expect([request.queryParameters.values("b"), request.query]).toEqual([["~"], "b=%7e&c&&d=+"]);
    request.queryParameters.set("e", "1 2");
    expect(request.uri).toBe("/a?b=%7e&c&&d=+&e=1%202");
  });

  test("can be replaced", () => {
    const request = new RequestMessage({ query: "a=1" });
    request.queryParameters.set("b", "2");
    request.query = "c=3";
    expect([request.query, request.queryParameters.names]).toEqual(["c=3", ["c"]]);
  });

  test("is not in the URI when it is empty", () => {
    expect(new RequestMessage({ path: "/a" }).uri).toBe("/a");
  });

  /** Apigee: "Endpoint properties reference" (request.queryparams.ignore.content.type.charset). */
  test.each([
    ["", false, "a+b"],
    ["application/json", false, "a+b"],
    ["application/json; charset=utf-8", false, "a b"],
    ["application/json;CHARSET=UTF-8", false, "a b"],
    ["application/json; charset=utf-8", true, "a+b"],
  ])("with Content-Type %j and the charset ignored: %s reads a+b as %j", (type, ignored, expected) => {
    const request = new RequestMessage({ query: "q=a+b", headers: new Headers({ "content-type": type }) });
    request.ignoreContentTypeCharset = ignored;
    expect(request.queryParameters.values("q")).toEqual([expected]);
  });
});

describe("form parameters", () => {
  const form = (body: string, type = "application/x-www-form-urlencoded; charset=UTF-8") =>
    new RequestMessage({ verb: "POST", headers: new Headers({ "content-type": type }), body });

  test("are read from a form", () => {
    expect(form("a=1+2&b=%26").formParameters.values("a")).toEqual(["1 2"]);
  });

  test("are none in anything else", () => {
    expect(form("a=1", "text/plain").formParameters.names).toEqual([]);
  });

  test("become the content when they are written, and keep the form's own type", () => {
    const message = form("a=1");
    const { formParameters } = message;
    formParameters.add("b", "2 3");
    message.formParameters = formParameters;
    expect([message.content, message.contentType]).toEqual([
      "a=1&b=2%203",
      "application/x-www-form-urlencoded; charset=UTF-8",
    ]);
  });

  test("make anything else a form when they are written", () => {
    const message = form("text", "text/plain");
    const { formParameters } = message;
    formParameters.set("a", "1");
    message.formParameters = formParameters;
    expect([message.content, message.contentType]).toEqual(["a=1", "application/x-www-form-urlencoded"]);
  });
});

test("a response of the platform becomes a message with its body unread", () => {
  const response = new Response("body", { status: 418, statusText: "Teapot", headers: { x: "1" } });
  const message = ResponseMessage.of(response);
  expect([message.status, message.reason, message.headers, message.body.source]).toEqual([
    418,
    "Teapot",
    response.headers,
    response.body,
  ]);
});

test.each([
  ["application/json", "application/json"],
  [" Application/JSON ; charset=utf-8", "application/json"],
  ["", ""],
])("the media type of %j is %j", (contentType, expected) => {
  expect(mediaType(contentType)).toBe(expected);
});

test("any content that is set can be read, as text, bytes and what leaves", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.boolean(), (text, typed) => {
      const message = new ResponseMessage({ body: "before" });
      message.setContent(text, typed ? "text/plain" : undefined);
      const { outgoing } = message;
      expect(message.content).toBe(text);
      expect(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(message.body.bytes)).toBe(
        text,
      );
      if (outgoing instanceof Uint8Array) expect(outgoing).toEqual(message.body.bytes);
      else expect(outgoing).toBe(text === "" ? null : text);
    }),
  );
});

test("any bytes come out of a compressed body as they went in", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 2000 }),
      fc.constantFrom("gzip", "deflate"),
      async (bytes, format) => {
        const stream = streamOf(bytes as Uint8Array<ArrayBuffer>).pipeThrough(new CompressionStream(format));
        const message = new RequestMessage({ headers: coded(format), body: stream });
        await message.buffer();
        expect(message.body.bytes).toEqual(bytes);
      },
    ),
    { numRuns: 30 },
  );
});

test.each([
  ["GET without a payload", new RequestMessage(), "GET"],
  ["POST with one", new RequestMessage({ body: "x" }), "POST"],
  ["what was chosen, whatever the payload", new RequestMessage({ verb: "GET", body: "x" }), "GET"],
])("the verb of a request that a policy made is %s", (_, request, verb) => {
  expect(request.verb).toBe(verb);
});
