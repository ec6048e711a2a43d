import { describe, expect, test } from "vitest";
import { Body } from "../../../../src/flow/body.ts";
import { RequestMessage, ResponseMessage } from "../../../../src/flow/message.ts";
import { serviceCallout } from "../../../../src/policies/callouts/service-callout/service-callout.ts";
import { faultOf, flowOf, variableOf } from "../../policy-kit.ts";
import {
  callingEcho as calling,
  callOut,
  egressThrough,
  failed,
  failureOf,
  messageIn,
  sentIn,
  servers,
} from "./callout-kit.ts";

const { a } = servers;

describe("the request of a callout", () => {
  test("without <Request> is a GET with no headers of the client's", async () => {
    const client = new RequestMessage({
      verb: "POST",
      path: "/v1/things",
      query: "x=1",
      headers: new Headers({ authorization: "Bearer client", cookie: "a=1", "content-type": "text/plain" }),
      body: "client",
    });
    const flow = await callOut(calling(), flowOf({ request: client }));
    const sent = sentIn(flow);
    expect(sent).toMatchObject({ method: "GET", url: "/echo", body: "" });
    for (const name of ["authorization", "cookie", "content-type"])
      expect(sent.headers).not.toHaveProperty(name);
    expect(sent).toMatchObject({ headers: { host: new URL(a).host } });
    expect(client.content).toBe("client");
  });

  test("is built by Set, Add, Copy and Remove in document order", async () => {
    const flow = flowOf({
      request: new RequestMessage({ headers: new Headers({ "x-id": "7", "x-other": "8" }), query: "page=2" }),
      variables: { user: "me & you", token: "secret" },
    });
    const xml = calling(`<Request>
      <Copy source="request"><Headers><Header name="X-Id"/></Headers><QueryParams/></Copy>
      <Set>
        <Verb>PUT</Verb>
        <Path>/users</Path>
        <Headers><Header name="Authorization">Bearer {token}</Header></Headers>
        <QueryParams><QueryParam name="name">{user}</QueryParam></QueryParams>
        <Payload contentType="application/json">{"user":"{user}"}</Payload>
      </Set>
      <Add><Headers><Header name="X-Id">9</Header></Headers></Add>
      <Remove><QueryParams><QueryParam name="page"/></QueryParams></Remove>
    </Request>`);
    expect(sentIn(await callOut(xml, flow))).toMatchObject({
      method: "PUT",
      url: "/echo/users?name=me%20%26%20you",
      body: '{"user":"me & you"}',
      headers: { authorization: "Bearer secret", "content-type": "application/json", "x-id": "7\n9" },
    });
  });

  test("can be a form", async () => {
    const xml = calling(`<Request><Set><FormParams>
      <FormParam name="grant_type">client_credentials</FormParam><FormParam name="scope">a b</FormParam>
    </FormParams><Verb>POST</Verb></Set></Request>`);
    expect(sentIn(await callOut(xml))).toMatchObject({
      method: "POST",
      body: "grant_type=client_credentials&scope=a%20b",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  });

  test.each([
    ["<Payload>x</Payload>", "POST"],
    ['<FormParams><FormParam name="a">1</FormParam></FormParams>', "POST"],
    ["<Payload/>", "GET"],
    ["<Payload>x</Payload><Verb>PUT</Verb>", "PUT"],
    ["<Verb>DELETE</Verb>", "DELETE"],
    ["<Verb>post</Verb>", "POST"],
    ["<Verb>OPTIONS</Verb>", "OPTIONS"],
    ["<Verb>PATCH</Verb><Payload>x</Payload>", "PATCH"],
  ])("with %s is a %s", async (parts, method) => {
    const sent = sentIn(await callOut(calling(`<Request><Set>${parts}</Set></Request>`)));
    expect(sent.method).toBe(method);
  });

  test("has no Content-Type when nothing names one", async () => {
    const sent = sentIn(await callOut(calling("<Request><Set><Payload>héllo</Payload></Set></Request>")));
    expect(sent.body).toBe("héllo");
    expect(sent.headers).not.toHaveProperty("content-type");
    expect(sent.headers["content-length"]).toBe("6");
  });

  test.each(["GET", "HEAD", "get"])("fails when it is a %s with a payload", async (verb) => {
    const flow = flowOf({ variables: { verb } });
    const xml = calling("<Request><Set><Verb>{verb}</Verb><Payload>x</Payload></Set></Request>");
    expect(await failureOf(xml, flow)).toBe(failed(`a ${verb} request cannot carry a payload`));
  });

  test.each(["", "A B", "CONNECT"])("fails when its verb is %j", async (verb) => {
    const xml = calling("<Request><Set><Verb>{verb}</Verb></Set></Request>");
    expect(await failureOf(xml, flowOf({ variables: { verb } }))).toBe(failed("Invalid request"));
  });
});

describe("IgnoreUnresolvedVariables", () => {
  const xml = (ignore: string) =>
    calling(
      `<Request>${ignore}<Set><Headers><Header name="X-A">[{absent.name}]</Header></Headers></Set></Request>`,
    );

  test.each(["", "<IgnoreUnresolvedVariables>false</IgnoreUnresolvedVariables>"])(
    "is false by default: a variable that is not set is a fault (%s)",
    async (ignore) => {
      expect(await failureOf(xml(ignore))).toBe(
        "500 entities.UnresolvedVariable: Unresolved variable : absent.name",
      );
    },
  );

  test("true makes it an empty text", async () => {
    const flow = await callOut(xml("<IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables>"));
    expect(sentIn(flow).headers["x-a"]).toBe("[]");
  });

  test("true makes a Copy without a source nothing", async () => {
    const flow = await callOut(
      calling(
        '<Request><IgnoreUnresolvedVariables>true</IgnoreUnresolvedVariables><Copy source="absent"/></Request>',
      ),
    );
    expect(sentIn(flow).method).toBe("GET");
  });

  test("a Copy from something that is no message fails", async () => {
    const flow = flowOf({ variables: { text: "x" } });
    expect(await failureOf(calling('<Request><Copy source="text"/></Request>'), flow)).toBe(
      failed("value of variable text is not of type Message"),
    );
  });
});

describe("the request variable", () => {
  test("is servicecallout.request by default, and can be read afterwards", async () => {
    const flow = await callOut(
      calling('<Request><Set><Headers><Header name="Authorization">x</Header></Headers></Set></Request>'),
    );
    expect(variableOf(flow, "servicecallout.request.header.Authorization")).toBe("x");
    expect(variableOf(flow, "servicecallout.request.verb")).toBe("GET");
  });

  test("is created when it does not exist", async () => {
    const flow = await callOut(
      calling(
        '<Request variable="healthcheckRequest"><IgnoreUnresolvedVariables>false</IgnoreUnresolvedVariables></Request>',
      ),
    );
    expect(sentIn(flow)).toMatchObject({ method: "GET", url: "/echo" });
    expect(messageIn(flow, "healthcheckRequest")).toBeInstanceOf(RequestMessage);
  });

  test("holds a request that another policy made, which is sent as it is", async () => {
    const made = new RequestMessage({ verb: "PUT", path: "/made", query: "a=%20b", body: "made" });
    made.ownHeaders.set("x-made", "yes");
    const flow = flowOf({ variables: { mine: made } });
    expect(sentIn(await callOut(calling('<Request variable="mine"/>'), flow))).toMatchObject({
      method: "PUT",
      url: "/echo/made?a=%20b",
      body: "made",
      headers: { "x-made": "yes" },
    });
  });

  test.each([
    ["a text", { variable: "text", value: "x" }],
    ["a number", { variable: "count", value: 3 }],
    ["a list", { variable: "list", value: ["a"] }],
  ])("that holds %s is a fault", async (_, { variable, value }) => {
    const flow = flowOf({ variables: { [variable]: value } });
    expect(await failureOf(calling(`<Request variable="${variable}"/>`), flow)).toBe(
      `500 steps.servicecallout.RequestVariableNotMessageType: ServiceCallout[SC]: request variable ${variable} value is not of type Message`,
    );
  });

  test.each(["response", "message", "reply", "error"])(
    "that holds a response is a fault: %s",
    async (variable) => {
      const flow = flowOf({ response: new ResponseMessage(), variables: { reply: new ResponseMessage() } });
      expect(await failureOf(calling(`<Request variable="${variable}"/>`), flow)).toBe(
        `500 steps.servicecallout.RequestVariableNotRequestMessageType: ServiceCallout[SC]: request variable ${variable} value is not of type Request Message`,
      );
    },
  );

  test("that could only hold a response is a fault before there is one", async () => {
    const fault = await faultOf(serviceCallout, calling('<Request variable="response"/>'), flowOf(), {
      egress: egressThrough(),
    });
    expect(fault.faultName).toBe("RequestVariableNotRequestMessageType");
  });
});

describe("clearPayload", () => {
  const made = () => new RequestMessage({ verb: "POST", path: "/made", body: "payload" });

  test.each(["", 'clearPayload="true"'])(
    "is true by default: the payload is gone afterwards (%s)",
    async (attribute) => {
      const flow = await callOut(
        calling(`<Request variable="mine" ${attribute}/>`),
        flowOf({ variables: { mine: made() } }),
      );
      expect(sentIn(flow).body).toBe("payload");
      expect(variableOf(flow, "mine.content")).toBe("");
      expect(variableOf(flow, "mine.path")).toBe("/made");
    },
  );

  test("false keeps it", async () => {
    const flow = await callOut(
      calling('<Request variable="mine" clearPayload="false"/>'),
      flowOf({ variables: { mine: made() } }),
    );
    expect(variableOf(flow, "mine.content")).toBe("payload");
  });

  test("is done when the callout fails as well", async () => {
    const flow = flowOf({ variables: { mine: made() } });
    await failureOf(calling('<Request variable="mine"/>', `${a}/status/500`), flow);
    expect(variableOf(flow, "mine.content")).toBe("");
  });

  test("true makes a new request for each execution: neither path nor headers are used again", async () => {
    const first =
      '<Request variable="mine"><Set><Path>/first</Path><Headers><Header name="X-First">1</Header></Headers></Set></Request>';
    const flow = await callOut(calling(first));
    const sent = sentIn(await callOut(calling('<Request variable="mine"/>'), flow));
    expect(sent.url).toBe("/echo");
    expect(sent.headers).not.toHaveProperty("x-first");
  });

  test("false uses the request of the execution before again", async () => {
    const xml = calling(
      '<Request variable="mine" clearPayload="false"><Add><Headers><Header name="X-Turn">1</Header></Headers></Add></Request>',
    );
    expect(sentIn(await callOut(xml, await callOut(xml))).headers["x-turn"]).toBe("1\n1");
  });
});

describe("the client's own request", () => {
  const client = (headers: Record<string, string>, verb = "POST", body: string | null = "client") =>
    flowOf({
      request: new RequestMessage({
        verb,
        path: "/v1/things",
        query: "a=1",
        headers: new Headers(headers),
        body,
      }),
    });
  const xml = calling('<Request variable="request" clearPayload="false"/>');

  test("is sent with its verb, path, query, headers and payload", async () => {
    const flow = await callOut(xml, client({ "x-client": "1", "content-type": "text/plain" }));
    expect(sentIn(flow)).toMatchObject({
      method: "POST",
      url: "/echo/v1/things?a=1",
      body: "client",
      headers: { "x-client": "1", "content-type": "text/plain" },
    });
    expect(flow.request.content).toBe("client");
  });

  test("keeps what concerns the client's connection to itself", async () => {
    const flow = await callOut(
      xml,
      client({
        host: "proxy.example",
        connection: "keep-alive, X-Named",
        "x-named": "1",
        "keep-alive": "timeout=5",
        te: "trailers",
        trailer: "X-T",
        "transfer-encoding": "chunked",
        "content-length": "999",
        "proxy-authorization": "Basic secret",
        "proxy-connection": "keep-alive",
        expect: "100-continue",
      }),
    );
    const { headers, body } = sentIn(flow);
    expect(body).toBe("client");
    expect(headers).toMatchObject({ host: new URL(a).host, "content-length": "6" });
    for (const name of [
      "x-named",
      "te",
      "trailer",
      "transfer-encoding",
      "proxy-authorization",
      "proxy-connection",
      "expect",
    ]) {
      expect(headers).not.toHaveProperty(name);
    }
    expect(flow.request.headers.get("proxy-authorization")).toBe("Basic secret");
  });

  test("is emptied by clearPayload, as any other", async () => {
    const flow = await callOut(calling('<Request variable="request"/>'), client({}));
    expect(flow.request.content).toBe("");
  });

  test("that streams in is read first, so that it can be sent twice", async () => {
    const body = new Blob(["streamed"]).stream();
    const flow = flowOf({ request: new RequestMessage({ verb: "POST", body }) });
    expect(sentIn(await callOut(xml, flow)).body).toBe("streamed");
    expect(sentIn(await callOut(xml, flow)).body).toBe("streamed");
  });

  test("that streams through to the target is sent without a body, and goes on untouched", async () => {
    const request = new RequestMessage({ verb: "POST" });
    request.body = new Body(new Blob(["for the target"]).stream(), true);
    const flow = await callOut(calling('<Request variable="request"/>'), flowOf({ request }));
    expect(sentIn(flow)).toMatchObject({ method: "POST", body: "" });
    expect(await new Response(flow.request.body.source).text()).toBe("for the target");
  });

  test("that is an empty GET is sent without a body", async () => {
    expect(sentIn(await callOut(xml, client({}, "GET", ""))).method).toBe("GET");
  });
});

describe("values from variables", () => {
  test.each(["a\r\nX-Injected: 1", "a\nb", "a\0b"])("cannot break out of a header: %j", async (value) => {
    const xml = calling(
      '<Request><Set><Headers><Header name="X-A">{value}</Header></Headers></Set></Request>',
    );
    expect(await failureOf(xml, flowOf({ variables: { value } }))).toBe(
      failed("variable header.X-A cannot be set: the value holds a line break"),
    );
  });

  test("cannot break out of a query parameter", async () => {
    const xml = calling(
      '<Request><Set><QueryParams><QueryParam name="q">{value}</QueryParam></QueryParams></Set></Request>',
    );
    const flow = flowOf({ variables: { value: "1&admin=true#x y/../" } });
    expect(sentIn(await callOut(xml, flow)).url).toBe("/echo?q=1%26admin%3Dtrue%23x%20y%2F..%2F");
  });

  test.each([
    [".evil.example/", "/echo/.evil.example/"],
    ["@evil.example", "/echo/@evil.example"],
    ["//evil.example", "/echo//evil.example"],
    ["/a?b=1#c", "/echo/a?b=1%23c"],
    ["/a HTTP/1.1\r\nX-Injected: 1", "/echo/a%20HTTP/1.1X-Injected:%201"],
  ])("cannot change the host through the path: %s", async (value, url) => {
    const xml = calling("<Request><Set><Path>{value}</Path></Set></Request>");
    expect(sentIn(await callOut(xml, flowOf({ variables: { value } }))).url).toBe(url);
  });
});
