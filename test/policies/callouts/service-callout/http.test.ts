import { beforeEach, describe, expect, test } from "vitest";
import type { Connection } from "../../../../src/egress/call.ts";
import { ResponseMessage } from "../../../../src/flow/message.ts";
import { serviceCallout } from "../../../../src/policies/callouts/service-callout/service-callout.ts";
import { faultOf, flowOf, variableOf } from "../../policy-kit.ts";
import {
  calling,
  callingEcho,
  callOut,
  egressThrough,
  failed,
  failureOf,
  lines,
  messageIn,
  sentIn,
  servers,
  timedFlow,
} from "./callout-kit.ts";

const { a, nobody } = servers;
const host = new URL(a).host;

beforeEach(() => {
  lines.length = 0;
});

describe("the URL", () => {
  const request =
    '<Request><Set><Path>/users</Path><QueryParams><QueryParam name="q">1</QueryParam></QueryParams></Set></Request>';

  test.each([
    [a, "", "/"],
    [`${a}/echo`, "", "/echo"],
    [`\n   ${a}/echo\n  `, "", "/echo"],
    [`${a}/echo?x=1`, "", "/echo?x=1"],
    [`${a}/echo`, request, "/echo/users?q=1"],
    [`${a}/echo/`, request, "/echo/users?q=1"],
    [`${a}/echo?x=1`, request, "/echo/users?x=1&q=1"],
    [`${a}/echo/{id}`, "", "/echo/7"],
    [`${a}/echo?w=\${id}`, "", "/echo?w=$7"],
    [`{scheme}://{hostport}/echo/{id}`, "", "/echo/7"],
    ["{whole}", "", "/echo/whole"],
    ["{spaces}", "", "/echo/spaces"],
    [`${a}/echo/{absent}`, "", "/echo/"],
    [`${a}/echo/{absent:none}`, "", "/echo/none"],
  ])("%s and its request call %s%s", async (url, inside, uri) => {
    const flow = flowOf({
      variables: {
        id: "7",
        scheme: "http",
        hostport: host,
        whole: `${a}/echo/whole`,
        spaces: ` ${a}/echo/spaces\n`,
      },
    });
    const calls: string[] = [];
    const egress = egressThrough({
      fetch: async (address) => new Response(String(calls.push(address))),
    });
    await callOut(calling(url, inside), flow, { egress });
    expect(calls.map((address) => address.replace(a, "") || "/")).toEqual([uri]);
  });

  test.each([
    ["is empty", ""],
    ["is only a path", "/echo"],
    ["is no URL", "not a url"],
    ["has another scheme", "ftp://127.0.0.1/"],
    ["is a script", "javascript:alert(1)"],
    ["has no host", "http://"],
    ["names a host that is not allowed", "http://evil.example/?key=secret"],
    ["hides its host behind a user name", `http://${host}@evil.example/`],
    ["has a password", `http://user:secret@${host}/echo`],
    ["has a backslash", `http://${host}\\@evil.example/`],
    ["has a line break in its host", `http://127.0.0\n.1:${new URL(a).port}/`],
    ["writes its host as a number", `http://2130706433:${new URL(a).port}/echo`],
    ["names the metadata service", "http://169.254.169.254/latest/meta-data"],
  ])("from a variable that %s is not reachable, and the log says why", async (_, target) => {
    const flow = flowOf({ variables: { target } });
    expect(await failureOf(calling("{target}"), flow)).toBe(failed("Host not reachable"));
    expect(lines).toEqual([expect.objectContaining({ event: "egress.refused", by: "SC" })]);
    expect(JSON.stringify(lines)).not.toContain("secret");
  });

  test.each([
    ["https://{where}/x", "the variable where in the URL has no value, and the URL cannot be called: "],
    ["{where}/x/{more}", "the variable where in the URL has no value, and the URL cannot be called: "],
    [
      "{how}://{where}/x",
      "the variables how and where in the URL have no value, and the URL cannot be called: ",
    ],
    [
      "http://{where}{concat('}', '/')}x",
      "the variable where in the URL has no value, and the URL cannot be called: ",
    ],
    ["https://{where}.example.com/", 'the variable where in the URL has no value, and ".example.com" is not'],
    // What has a value, or is behind the host, is not why.
    ["http://{target}/{more}", '"evil.example" is not'],
    ["http://{where:evil.example}/{more}", '"evil.example" is not'],
  ])("from a variable without a value is not reachable, and the log names it: %s", async (url, reason) => {
    const flow = flowOf({ variables: { target: "evil.example" } });
    expect(await failureOf(calling(url), flow)).toBe(failed("Host not reachable"));
    expect(lines).toEqual([expect.objectContaining({ reason: expect.stringContaining(reason) })]);
    expect(lines).toEqual([expect.not.objectContaining({ reason: expect.stringContaining("more") })]);
  });

  test("that the flow gave in the place of one with variables is refused for what it is", async () => {
    const flow = flowOf({ variables: { "servicecallout.SC.target.url": "http://evil.example/" } });
    expect(await failureOf(calling("https://{where}/x"), flow)).toBe(failed("Host not reachable"));
    expect(lines).toEqual([expect.objectContaining({ reason: '"evil.example" is not in the egress list' })]);
  });
});

describe("the answer", () => {
  test("is a response message in the response variable", async () => {
    const flow = await callOut(calling(`${a}/headers?X-A=1&amp;X-A=2&amp;Content-Type=text/plain`));
    expect(messageIn(flow, "answer")).toBeInstanceOf(ResponseMessage);
    expect(variableOf(flow, "answer.status.code")).toBe(200);
    expect(variableOf(flow, "answer.reason.phrase")).toBe("OK");
    expect(variableOf(flow, "answer.header.X-A.values")).toEqual(["1", "2"]);
    expect(variableOf(flow, "answer.header.content-type")).toBe("text/plain");
    expect(variableOf(flow, "answer.content")).toBe("");
  });

  test("has the Content-Length that came", async () => {
    const flow = await callOut(calling(`${a}/status/200?body=hello`));
    expect(variableOf(flow, "answer.content")).toBe("hello");
    expect([null, "5"]).toContain(variableOf(flow, "answer.header.Content-Length"));
  });

  test("can be used any number of times, as text and as bytes", async () => {
    const flow = await callOut(calling(`${a}/binary`));
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(messageIn(flow, "answer").body.bytes).toEqual(bytes);
    expect(variableOf(flow, "answer.content.as.base64")).toBe(Buffer.from(bytes).toString("base64"));
  });

  test("that is compressed is read, and its headers say so no longer", async () => {
    const flow = await callOut(calling(`${a}/gzip`));
    expect(variableOf(flow, "answer.content")).toBe('{"compressed":true}');
    expect(variableOf(flow, "answer.header.content-encoding")).toBeNull();
    expect(variableOf(flow, "answer.header.content-length")).toBeNull();
  });

  test("of a HEAD has no content", async () => {
    const flow = await callOut(callingEcho("<Request><Set><Verb>HEAD</Verb></Set></Request>"));
    expect(variableOf(flow, "answer.status.code")).toBe(200);
    expect(variableOf(flow, "answer.content")).toBe("");
  });

  test("that redirects is a success and is not followed", async () => {
    const flow = await callOut(calling(`${a}/redirect?to=${nobody}`));
    expect(variableOf(flow, "answer.status.code")).toBe(302);
    expect(variableOf(flow, "answer.header.location")).toBe(nobody);
  });

  test("can take the place of the proxy's response", async () => {
    const flow = await callOut(calling(`${a}/status/201?body=x`, "<Response>response</Response>"));
    expect(flow.response?.status).toBe(201);
  });

  test("in a variable that cannot hold it is a fault", async () => {
    expect(await failureOf(calling(`${a}/status/200`, "<Response>request</Response>"))).toBe(
      failed("variable request cannot be set: its value must be a message of its kind"),
    );
  });

  test("that is bigger than response.payload.parse.limit is a fault", async () => {
    const url = `<URL>${a}/bytes/10485761</URL>`;
    const within = (limit: string) =>
      `<ServiceCallout name="SC"><Response>answer</Response><HTTPTargetConnection>${url}<Properties><Property name="response.payload.parse.limit">${limit}</Property></Properties></HTTPTargetConnection></ServiceCallout>`;
    expect(await failureOf(within("10M"))).toBe(failed("Body buffer overflow"));
    expect(messageIn(await callOut(within("11M")), "answer").body.bytes.byteLength).toBe(10_485_761);
  });
});

describe("success.codes", () => {
  const xml = (status: number, codes: string) =>
    `<ServiceCallout name="SC"><Response>answer</Response><HTTPTargetConnection><URL>${a}/status/${status}?body=said</URL>
    <Properties>${codes && `<Property name="success.codes">${codes}</Property>`}</Properties></HTTPTargetConnection></ServiceCallout>`;

  test.each([
    [200, ""],
    [204, ""],
    [299, ""],
    [301, ""],
    [304, ""],
    [399, ""],
    [404, "2xx,404"],
    [503, " 2XX , 5xx "],
  ])("status %i is a success with %j", async (status, codes) => {
    expect(variableOf(await callOut(xml(status, codes)), "answer.status.code")).toBe(status);
  });

  test.each([
    [400, ""],
    [404, ""],
    [500, ""],
    [599, ""],
    [302, "2xx"],
    [200, "400"],
    [405, "2xx,404"],
  ])("status %i is an error with %j, and the answer is there all the same", async (status, codes) => {
    const flow = flowOf();
    expect(await failureOf(xml(status, codes), flow)).toBe(
      failed(`ResponseCode ${status} is treated as error`),
    );
    expect(variableOf(flow, "answer.status.code")).toBe(status);
    expect(variableOf(flow, "answer.content")).toBe("said");
  });
});

describe("a callout without an answer", () => {
  test.each([
    ["nobody listens", nobody, "Host not reachable"],
    ["the connection is closed", `${a}/close`, "Host not reachable"],
    ["the server does not speak TLS", `${a.replace("http:", "https:")}/echo`, "Host not reachable"],
    ["the answer is cut off", `${a}/cut`, "Unexpected EOF at target"],
  ])("because %s is a fault", async (_, url, reason) => {
    expect(await failureOf(calling(url))).toBe(failed(reason));
  });

  test("keeps what happened for the log", async () => {
    const fault = await faultOf(serviceCallout, calling(nobody), flowOf(), { egress: egressThrough() });
    expect(fault.cause).toMatchObject({
      kind: "unreachable",
      message: `${new URL(nobody).host} is not reachable.`,
    });
    expect(fault.message).not.toContain(new URL(nobody).host);
  });

  test.each([nobody, `${a}/cut`])(
    "unsets the response variable, which may hold an earlier one: %s",
    async (url) => {
      const flow = flowOf({ variables: { answer: new ResponseMessage({ body: "earlier" }) } });
      await failureOf(calling(url), flow);
      expect(variableOf(flow, "answer")).toBeNull();
    },
  );

  test("does so as well when the request cannot be made", async () => {
    const flow = flowOf({ variables: { answer: new ResponseMessage({ body: "earlier" }) } });
    await failureOf(callingEcho("<Request><Set><Payload>{absent}</Payload></Set></Request>"), flow);
    expect(variableOf(flow, "answer")).toBeNull();
  });

  test("leaves the response of the proxy as it is", async () => {
    const flow = flowOf({ response: new ResponseMessage({ body: "target" }) });
    await failureOf(calling(nobody, "<Response>response</Response>"), flow);
    expect(flow.response?.content).toBe("target");
  });
});

describe("Timeout", () => {
  const timeout = "<Timeout>100</Timeout>";

  test("is for the answer to begin", async () => {
    const { flow, clock } = timedFlow();
    const failure = failureOf(calling(`${a}/hold/sc-headers`, timeout), flow);
    await fetch(`${a}/arrived/sc-headers`);
    clock.pass(100);
    expect(await failure).toBe(failed("timeout occurred in SC"));
    await fetch(`${a}/release/sc-headers`);
  });

  test("is for all of the body as well", async () => {
    const { flow, clock } = timedFlow();
    const reading = Promise.withResolvers<void>();
    const body = new ReadableStream({ pull: () => reading.resolve() }, { highWaterMark: 0 });
    const egress = egressThrough({ fetch: async () => new Response(body) });
    const failure = failureOf(calling("http://api.example/", timeout), flow, { egress });
    await reading.promise;
    clock.pass(99);
    clock.pass(1);
    expect(await failure).toBe(failed("timeout occurred in SC"));
    expect(variableOf(flow, "answer")).toBeNull();
  });

  test.each([
    ["", 55_000],
    ["<Timeout/>", 55_000],
    ["<Timeout>1</Timeout>", 1],
    ["<Timeout> 120000 </Timeout>", 120_000],
  ])("is 55 seconds unless the policy says otherwise: %s", async (inside, ms) => {
    const limits: number[] = [];
    const within = <T>(limit: number, work: Promise<T>) => {
      limits.push(limit);
      return work;
    };
    await callOut(callingEcho(inside), flowOf({ exchange: { within } }));
    expect(limits).toEqual([ms]);
  });

  test("is io.timeout.millis where only that is given", async () => {
    const limits: number[] = [];
    const within = <T>(limit: number, work: Promise<T>) => {
      limits.push(limit);
      return work;
    };
    const xml = (inside: string) =>
      `<ServiceCallout name="SC"><Response>answer</Response>${inside}<HTTPTargetConnection><URL>${a}/echo</URL><Properties><Property name="io.timeout.millis">7000</Property></Properties></HTTPTargetConnection></ServiceCallout>`;
    await callOut(xml(""), flowOf({ exchange: { within } }));
    await callOut(xml("<Timeout>9000</Timeout>"), flowOf({ exchange: { within } }));
    expect(limits).toEqual([7000, 9000]);
  });

  test("lets go of an answer that comes too late, unread", async () => {
    const { flow, clock } = timedFlow();
    const arriving = Promise.withResolvers<Response>();
    const cancelled = Promise.withResolvers<string>();
    const late: Connection = { fetch: () => arriving.promise };
    const failure = failureOf(calling("http://api.example/", timeout), flow, { egress: egressThrough(late) });
    clock.pass(101);
    expect(await failure).toBe(failed("timeout occurred in SC"));
    arriving.resolve(
      new Response(
        new ReadableStream(
          { cancel: () => cancelled.resolve("cancelled"), pull: () => cancelled.resolve("read") },
          { highWaterMark: 0 },
        ),
      ),
    );
    expect(await cancelled.promise).toBe("cancelled");
  });
});

describe("variables", () => {
  test("tell what was called", async () => {
    const flow = await callOut(
      callingEcho(
        '<Request><Set><Path>/x</Path><QueryParams><QueryParam name="q">a b</QueryParam></QueryParams></Set></Request>',
      ),
    );
    expect(variableOf(flow, "servicecallout.SC.target.url")).toBe(`${a}/echo/x?q=a%20b`);
    expect(variableOf(flow, "servicecallout.requesturi")).toBe("/echo/x?q=a%20b");
    expect(variableOf(flow, "servicecallout.SC.expectedcn")).toBeNull();
  });

  test("tell it when the call failed, too", async () => {
    const flow = flowOf();
    await failureOf(calling(nobody), flow);
    expect(variableOf(flow, "servicecallout.SC.target.url")).toBe(nobody);
    expect(variableOf(flow, "servicecallout.requesturi")).toBe("/");
  });

  test("tell whose certificate a TLS target must have", async () => {
    const egress = egressThrough({ fetch: async () => new Response("x") });
    const flow = await callOut(calling("https://api.example/x"), flowOf(), { egress });
    expect(variableOf(flow, "servicecallout.SC.expectedcn")).toBe("api.example");
  });

  test("request and response can be read after the callout", async () => {
    const flow = await callOut(
      callingEcho(
        '<Request variable="myRequest"><Set><Headers><Header name="X-A">1</Header></Headers></Set></Request>',
      ),
    );
    expect(variableOf(flow, "myRequest.header.x-a")).toBe("1");
    expect(sentIn(flow).headers["x-a"]).toBe("1");
  });
});
