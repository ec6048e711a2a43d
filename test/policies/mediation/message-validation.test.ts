import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestMessage, ResponseMessage } from "../../../src/flow/message.ts";
import { messageValidation } from "../../../src/policies/mediation/message-validation/message-validation.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy } from "../policy-kit.ts";

const policy = (inside = "") => `<MessageValidation name="MV">${inside}</MessageValidation>`;
const holding = (body: string | Uint8Array, type: string) =>
  flowOf({
    request: new RequestMessage({ verb: "POST", headers: new Headers({ "content-type": type }), body }),
  });

/** The reason of a refusal; null when the message passes. */
async function reasonOf(inside: string, body: string | Uint8Array, type = "text/xml") {
  const passes = await runPolicy(messageValidation, policy(inside), holding(body, type)).then(
    () => true,
    () => false,
  );
  if (passes) return null;
  const fault = await faultOf(messageValidation, policy(inside), holding(body, type));
  expect([fault.code, fault.status]).toEqual(["steps.messagevalidation.Failed", 500]);
  const [, reason] = /^MessageValidation MV failed with reason: "(.*)"$/s.exec(fault.message) ?? [];
  return reason;
}

const utf16 = new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]);

describe("without a schema the Content-Type says what has to be well-formed", () => {
  test.each<[string, string | Uint8Array, string | null]>([
    ["application/json", '{"a":[1,"\\u0000",null]}', null],
    ["application/json", '{"a":1,"a":2}', null],
    ["application/json; charset=utf-8", "\n{]", "Malformed JSON at line 2"],
    ["application/problem+json", '{"a":', "Unexpected end of JSON at line 1"],
    ["application/json", " ", "Unexpected end of JSON at line 1"],
    ["application/json", "", null],
    ["application/json", utf16, "Content is not UTF-8"],
    ["application/json", new Uint8Array([0x22, 0xc3, 0x28, 0x22]), "Content is not UTF-8"],
    ["application/json", "[".repeat(10_001), "Exceeded container depth at line 1"],
    ["application/xml", "<a><b/></a>", null],
    ["application/xml", "<a><b></a>", "unexpected close tag at line 1(possibly around char 10)"],
    ["text/xml", "<a>", "Premature end of document while parsing at line 1(possibly  around char 0)"],
    [
      "application/soap+xml",
      "<a/><b/>",
      "documents may contain only one root at line 1(possibly around char 7)",
    ],
    ["application/xml", utf16, "Content is not UTF-8"],
    [
      "application/xml",
      '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>',
      "Document type declarations are not allowed at line 1(possibly around char 33)",
    ],
    [
      "application/xml",
      "<a>".repeat(10_001),
      "Node depth exceeded 10000 at line 1(possibly around char 30003)",
    ],
    ["text/plain", "<a", null],
    ["application/xml", "", null],
  ])("%s %j", async (type, body, expected) => {
    expect(await reasonOf("", body, type)).toBe(expected);
  });

  test("what passes as JSON is what JSON.parse takes", async () => {
    const text = fc.oneof(fc.json(), fc.string({ unit: fc.constantFrom(...'{}[]:,"1a\\ ') }));
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        fc.pre(body !== "");
        let expected = true;
        try {
          JSON.parse(body);
        } catch {
          expected = false;
        }
        expect((await reasonOf("", body, "application/json")) === null).toBe(expected);
      }),
    );
  });

  test("a document of 10 MB is looked through", async () => {
    const rows = `[${'{"id":1,"name":"abcdefghijklmnop"},'.repeat(300_000)}{}]`;
    expect(rows.length).toBeGreaterThan(10_000_000);
    expect(await reasonOf("", rows, "application/json")).toBe(null);
    expect(await reasonOf("", `${rows}]`, "application/json")).toBe("Malformed JSON at line 1");
  });
});

const SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP12 = "http://www.w3.org/2003/05/soap-envelope";
const envelope = (namespace: string, inside: string) =>
  `<s:Envelope xmlns:s="${namespace}">\n${inside}\n</s:Envelope>`;
const body = '<s:Body><o:Order xmlns:o="urn:orders"/></s:Body>';
const root12 = `Root element must be {${SOAP12}}Envelope`;
const mismatch = (line: number) => `Element name mismatch. Wildcard? [Line ${line}]`;

describe("SOAPMessage", () => {
  test.each<[string, string, string | null]>([
    ['<SOAPMessage version="1.1"/>', envelope(SOAP11, body), null],
    ['<SOAPMessage version="1.2"/>', envelope(SOAP12, body), null],
    ['<SOAPMessage version="1.2"/>', envelope(SOAP11, body), root12],
    ['<SOAPMessage version="1.1/1.2"/>', envelope(SOAP11, body), null],
    ['<SOAPMessage version="1.1/1.2"/>', envelope(SOAP12, body), null],
    [
      "<SOAPMessage/>",
      "<Envelope><Body/></Envelope>",
      `Root element must be {${SOAP11}}Envelope or {${SOAP12}}Envelope`,
    ],
    ["<SOAPMessage/>", envelope(SOAP12, `<s:Header/>${body}`), null],
    ["<SOAPMessage/>", envelope(SOAP12, "<s:Body/>"), null],
    ["<SOAPMessage/>", envelope(SOAP12, "<s:Header/>"), `{${SOAP12}}Body is missing`],
    ["<SOAPMessage/>", envelope(SOAP12, ""), `{${SOAP12}}Body is missing`],
    ["<SOAPMessage/>", envelope(SOAP12, `${body}${body}`), mismatch(2)],
    ["<SOAPMessage/>", envelope(SOAP12, `${body}\n<s:Header/>`), mismatch(3)],
    ["<SOAPMessage/>", envelope(SOAP12, `<x:Body xmlns:x="${SOAP11}"/>`), mismatch(2)],
    [
      "<SOAPMessage/>",
      envelope(SOAP12, "<s:Body>"),
      "unexpected close tag at line 3(possibly around char 13)",
    ],
  ])("%s and %s", async (inside, document, expected) => {
    expect(await reasonOf(inside, document)).toBe(expected);
  });
});

describe("Element", () => {
  const orders = '<Element namespace="urn:orders">Order</Element><Element namespace="">Ping</Element>';
  test.each<[string, string, string | null]>([
    [orders, '<Order xmlns="urn:orders"><x/></Order>', null],
    [orders, "<Ping/>", null],
    [orders, "\n<Order/>", mismatch(2)],
    [orders, '<Order xmlns="urn:others"/>', mismatch(1)],
    ["<Element>Order</Element>", '<Order xmlns="http://sample.com"/>', null],
    ["<Element>Order</Element>", "<Order/>", mismatch(1)],
    [`<SOAPMessage/>${orders}`, envelope(SOAP12, body), null],
    [`<SOAPMessage/>${orders}`, envelope(SOAP12, "<s:Body><Pong/></s:Body>"), mismatch(2)],
    [`<SOAPMessage/>${orders}`, envelope(SOAP12, "<s:Body><Ping/>\n<Pong/></s:Body>"), mismatch(3)],
    [`<SOAPMessage/>${orders}`, envelope(SOAP12, "<s:Body/>"), `{${SOAP12}}Body is empty`],
    [`<SOAPMessage/>${orders}`, "<Ping/>", `Root element must be {${SOAP11}}Envelope or {${SOAP12}}Envelope`],
  ])("%s and %s", async (inside, document, expected) => {
    expect(await reasonOf(inside, document)).toBe(expected);
  });

  test.each(["text/plain", "application/json", "application/xml"])(
    "what is expected is XML, also when the Content-Type is %s",
    async (type) => {
      expect(await reasonOf(orders, '{"a":1}', type)).not.toBe(null);
      expect(await reasonOf(orders, "", type)).toBe(
        "Premature end of document while parsing at line 1(possibly  around char 0)",
      );
      expect(await reasonOf(orders, "<Ping/>", type)).toBe(null);
    },
  );
});

describe("Source", () => {
  test("is the ambient message", async () => {
    const response = new ResponseMessage({
      headers: new Headers({ "content-type": "application/json" }),
      body: "{",
    });
    const fault = await faultOf(messageValidation, policy(), flowOf({ response }));
    expect(fault.code).toBe("steps.messagevalidation.Failed");
    await runPolicy(messageValidation, policy("<Source>request</Source>"), flowOf({ response }));
  });

  test.each([
    [
      "nothing",
      "steps.messagevalidation.SourceMessageNotAvailable",
      "nothing message is not available for MessageValidation: MV",
    ],
    ["text", "steps.messagevalidation.NonMessageVariable", "Variable text does not resolve to a Message"],
  ])("%s", async (source, code, message) => {
    const flow = flowOf({ variables: { text: "<a/>" } });
    const fault = await faultOf(messageValidation, policy(`<Source>${source}</Source>`), flow);
    expect([fault.code, fault.status, fault.message]).toEqual([code, 500, message]);
  });
});

describe("deployment", () => {
  test.each([
    ["<ResourceURL>xsd://order.xsd</ResourceURL>", ["error SchemaUnsupported 1:30"]],
    ["<ResourceURL>wsdl://order.wsdl</ResourceURL><SOAPMessage/>", ["error SchemaUnsupported 1:30"]],
    ["<ResourceURL>py://order.py</ResourceURL>", ["error InvalidResourceType 1:30"]],
    ["<ResourceURL/>", ["warning InvalidValue 1:30"]],
    ["<Element>SampleObject</Element>", ["warning ExampleElement 1:30"]],
    ['<Element namespace="urn:a">SampleObject</Element>', []],
    ["<Element/>", ["error RootElementNameUnspecified 1:30"]],
    ["<Element>a b</Element>", ["error InvalidRootElementName 1:30"]],
    ["<Element>s:Order</Element>", ["error InvalidRootElementName 1:30"]],
    ["<Element>Größe-1.x</Element>", []],
    ['<SOAPMessage version="1.3"/>', ["error InvalidSOAPVersion 1:30"]],
    ['<SOAPMessage version="1.1/2"/>', ["error InvalidSOAPVersion 1:30"]],
    ["<Schema/>", ["warning UnknownElement 1:30"]],
  ])("%s", (inside, expected) => {
    expect(problemsOf(messageValidation, policy(inside))).toEqual(expected);
  });

  test("a schema is refused with what to use instead", () => {
    const { report, step } = loadPolicy(
      messageValidation,
      policy("<ResourceURL>xsd://order.xsd</ResourceURL>"),
    );
    expect(step).toBe(null);
    expect(report.problems[0]).toMatchObject({
      policy: "MV",
      message: expect.stringMatching(/^xsd:\/\/order\.xsd cannot be checked/),
      remedy: expect.stringMatching(/^Have a service check the message/),
    });
  });
});
