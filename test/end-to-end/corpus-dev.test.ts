import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { below, folderWith, get, RunningSortie } from "../cli/sortie.ts";
import {
  type Context,
  type Answer as GrpcAnswer,
  type NativeServer,
  startNativeServer,
} from "../servers/native-callout.ts";
import { corpus, published } from "./corpus.ts";
import { Recorder } from "./recorder.ts";

let recorder: Recorder;

beforeAll(async () => {
  recorder = await Recorder.start();
});
afterEach(() => recorder.forget());
afterAll(() => recorder?.stop());

/** Serves bundles for the tests of a suite, at the address that the result holds from then on. */
function serving(paths: readonly string[], options: () => readonly string[]): { url: string } {
  const at = { url: "" };
  let dev: RunningSortie;
  beforeAll(async () => {
    dev = new RunningSortie(["dev", ...paths, "--port", "0", ...options()]);
    at.url = await dev.ready();
  });
  afterAll(() => dev?.stop());
  return at;
}

/** The error code of a fault's body. */
function errorCode(text: string): string {
  return JSON.parse(text).fault.detail.errorcode;
}

/**
 * A proxy `/caller` with the target `primary.example.com`, which sets variables and calls a shared flow: for
 * a request with the header `after` when the client has its answer, otherwise before the target.
 */
function callerOf(sharedFlow: string, variables: Readonly<Record<string, string>>): string {
  const assignments = Object.entries(variables).map(
    ([name, value]) => `<AssignVariable><Name>${name}</Name><Template>${value}</Template></AssignVariable>`,
  );
  const files = {
    "caller.xml": '<APIProxy name="caller" revision="7"/>',
    "policies/AM-Settings.xml": `<AssignMessage name="AM-Settings">${assignments.join("")}</AssignMessage>`,
    "policies/FC-Shared.xml": `<FlowCallout name="FC-Shared"><SharedFlowBundle>${sharedFlow}</SharedFlowBundle></FlowCallout>`,
    "proxies/default.xml": `<ProxyEndpoint name="default">
      <PreFlow><Request>
        <Step><Name>AM-Settings</Name></Step>
        <Step><Name>FC-Shared</Name><Condition>request.header.after = null</Condition></Step>
      </Request></PreFlow>
      <PostClientFlow><Response>
        <Step><Name>FC-Shared</Name><Condition>request.header.after != null</Condition></Step>
      </Response></PostClientFlow>
      <HTTPProxyConnection><BasePath>/caller</BasePath></HTTPProxyConnection>
      <RouteRule name="default"><TargetEndpoint>default</TargetEndpoint></RouteRule>
    </ProxyEndpoint>`,
    "targets/default.xml": `<TargetEndpoint name="default">
      <HTTPTargetConnection><URL>https://primary.example.com</URL></HTTPTargetConnection>
    </TargetEndpoint>`,
  };
  return folderWith(below("apiproxy", files));
}

describe.skipIf(corpus === undefined)("composite-api", () => {
  const at = serving([published("googlecloudplatform--composite-api")], () =>
    recorder.connections("geocode.maps.co", "api.open-meteo.com"),
  );
  const temperature = () => `${at.url}/v1/samples/composite-api/temperature`;

  test("finds a place by one service and asks another for the temperature there", async () => {
    recorder.answer = ({ host }) =>
      host === "geocode.maps.co"
        ? { body: '[{ "lat": "48.1", "lon": 11.5 }, { "lat": "0", "lon": "0" }]' }
        : { body: '{"current":{"temperature":3.5}}', headers: { "x-source": "weather" } };
    const response = await fetch(`${temperature()}?near=M%C3%BCnchen%20Ost&unit=c`, {
      headers: { "x-client": "me" },
    });
    expect([response.status, await response.json()]).toEqual([200, { current: { temperature: 3.5 } }]);
    expect(response.headers.get("x-source")).toBe("weather");
    expect(recorder.received).toMatchObject([
      { host: "geocode.maps.co", method: "GET", url: "/search?q=M%C3%BCnchen%20Ost", body: "" },
      {
        host: "api.open-meteo.com",
        method: "GET",
        url: "/v1/forecast?unit=c&latitude=48.1&longitude=11.5&current=temperature",
        headers: { "x-client": "me" },
      },
    ]);
    expect(recorder.received[0]?.headers).not.toHaveProperty("x-client");
  });

  test("fails without asking for the temperature when the place cannot be found", async () => {
    recorder.answer = () => ({ status: 404, body: "" });
    const { status, text } = await get(`${temperature()}?near=Nowhere`);
    expect([status, JSON.parse(text)]).toEqual([
      500,
      {
        fault: {
          faultstring:
            "Execution of ServiceCallout SC-Geocode failed. Reason: ResponseCode 404 is treated as error",
          detail: { errorcode: "steps.servicecallout.ExecutionFailed" },
        },
      },
    ]);
    expect(recorder.received).toHaveLength(1);
  });

  test("calls nobody when the client names no place", async () => {
    const { status, text } = await get(temperature());
    expect([status, errorCode(text)]).toEqual([500, "entities.UnresolvedVariable"]);
    expect(recorder.received).toEqual([]);
  });

  test("fails for other paths, whose place nobody looks up", async () => {
    const { status, text } = await get(`${at.url}/v1/samples/composite-api/other?near=Munich`);
    expect([status, errorCode(text)]).toEqual([500, "steps.assignmessage.UnresolvedVariable"]);
    expect(recorder.received).toEqual([]);
  });
});

describe.skipIf(corpus === undefined)("Mock_target_api", () => {
  const at = serving([published("mjagarapu--apigeepocs")], () =>
    recorder.connections("mocktarget.apigee.net"),
  );

  test("makes an empty request of its own and sends the client's to the target", async () => {
    recorder.answer = ({ method }) => ({ status: method === "POST" ? 201 : 200, body: `"${method}"` });
    const response = await fetch(`${at.url}/mock_target_api3/echo?a=b`, {
      method: "POST",
      body: "hello",
      headers: { "content-type": "text/plain", "x-client": "me" },
    });
    expect([response.status, await response.text()]).toEqual([201, '"POST"']);
    expect(recorder.received).toMatchObject([
      { host: "mocktarget.apigee.net", method: "GET", url: "/", body: "" },
      {
        host: "mocktarget.apigee.net",
        method: "POST",
        url: "/echo?a=b",
        body: "hello",
        headers: { "content-type": "text/plain", "x-client": "me" },
      },
    ]);
    expect(recorder.received[0]?.headers).not.toHaveProperty("x-client");
  });

  test("does not call the target when its own request fails", async () => {
    recorder.answer = () => ({ status: 503, body: "" });
    const { status, text } = await get(`${at.url}/mock_target_api3`);
    expect([status, errorCode(text)]).toEqual([500, "steps.servicecallout.ExecutionFailed"]);
    expect(recorder.received).toHaveLength(1);
  });
});

describe.skipIf(corpus === undefined)("logging-v1", () => {
  const sharedFlow = published("apigee--logging-v1");
  const caller = callerOf("logging-v1", { "custom.env.loggingUrl": "log.example.com/in" });
  const at = serving([sharedFlow, caller], () =>
    recorder.connections("log.example.com", "primary.example.com"),
  );

  test("logs a call without keeping the client waiting", async () => {
    const released = Promise.withResolvers<void>();
    recorder.answer = async ({ host }) => {
      if (host === "log.example.com") await released.promise;
      return { body: host };
    };
    expect(await get(`${at.url}/caller/orders?id=1`)).toEqual({ status: 200, text: "primary.example.com" });
    const { method, url, headers, body } = await recorder.arrival("log.example.com");
    expect([method, url, headers["content-type"]]).toEqual(["PUT", "/in/", "application/json"]);
    expect(JSON.parse(body)).toMatchObject({
      organization: "local",
      environment: "local",
      apiProxy: "caller",
      apiProxyRevision: "7",
      apiProduct: "",
      verb: "GET",
      correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      proxyRequestReceived: expect.stringMatching(/^\d{13}$/),
      targetResponseCode: "",
      faultName: "",
      additionalParams: {},
    });
    released.resolve();
  });

  test("logs what came of a call once the client has its answer", async () => {
    recorder.answer = ({ host }) => ({ status: host === "primary.example.com" ? 202 : 500, body: host });
    const response = await fetch(`${at.url}/caller`, { method: "POST", body: "x", headers: { after: "" } });
    expect([response.status, await response.text()]).toEqual([202, "primary.example.com"]);
    const { body } = await recorder.arrival("log.example.com");
    const time = expect.stringMatching(/^\d{13}$/);
    expect(JSON.parse(body)).toMatchObject({
      verb: "POST",
      proxyResponseSent: time,
      targetResponseReceived: time,
      targetRequestSent: time,
      targetResponseCode: "202",
      proxyResponseCode: "202",
    });
  });
});

describe.skipIf(corpus === undefined)("logging-v1 behind a proxy that does not say where to log", () => {
  const at = serving([published("apigee--logging-v1")], () => []);

  test("answers, and logs nothing", async () => {
    expect(await get(`${at.url}/logging-v1`)).toEqual({ status: 200, text: "" });
    expect(recorder.received).toEqual([]);
  });
});

describe.skipIf(corpus === undefined)("cloud-logging-v1", () => {
  const at = serving([published("apigee--cloud-logging-shared-flow")], () => [
    ...recorder.connections("logging.googleapis.com"),
    "--google-issuer",
  ]);

  test("writes an entry to Cloud Logging with a token for that alone", async () => {
    const { status } = await get(`${at.url}/cloud-logging-v1/orders?id=1`);
    expect(status).toBe(200);
    const { method, url, headers, body } = await recorder.arrival("logging.googleapis.com");
    expect([method, url, headers["content-type"]]).toEqual(["POST", "/v2/entries:write", "application/json"]);
    expect(decodeJwt((headers.authorization ?? "").replace("Bearer ", ""))).toMatchObject({
      sub: "local@sortie.iam.gserviceaccount.com",
      scope: "https://www.googleapis.com/auth/logging.write",
    });
    expect(JSON.parse(body)).toMatchObject({
      logName: "projects/local/logs/apigee-runtime",
      entries: [
        {
          severity: "INFO",
          jsonPayload: {
            apiProxy: "cloud-logging-v1",
            requestUri: "/cloud-logging-v1/orders?id=1",
            verb: "GET",
            faultName: "",
          },
        },
      ],
      partialSuccess: true,
    });
  });

  test("answers the client when Cloud Logging refuses the entry", async () => {
    recorder.answer = () => ({ status: 403, body: "{}" });
    expect((await get(`${at.url}/cloud-logging-v1`)).status).toBe(200);
    await recorder.arrival("logging.googleapis.com");
  });
});

describe.skipIf(corpus === undefined)("traffic-mirroring", () => {
  const sharedFlow = published("googlecloudplatform--traffic-mirroring-sharedflow");
  const caller = callerOf("traffic-mirroring", {
    "request-mirror-host": "mirror.example.com",
    "request-mirror-target": "https://mirror.example.com",
    "request-mirror-uri": "/v2{proxy.pathsuffix}?{request.querystring}",
  });
  const at = serving([sharedFlow, caller], () =>
    recorder.connections("mirror.example.com", "primary.example.com"),
  );

  test.each([
    ["before the target is called", {}],
    ["after the client has its answer", { after: "" }],
  ])("mirrors a request %s, and the client waits for the target alone", async (_, headers) => {
    const released = Promise.withResolvers<void>();
    recorder.answer = async ({ host }) => {
      if (host === "mirror.example.com") await released.promise;
      return { body: host };
    };
    const response = await fetch(`${at.url}/caller/orders/7?full=true`, { headers });
    expect([response.status, await response.text()]).toEqual([200, "primary.example.com"]);
    expect(await recorder.arrival("mirror.example.com")).toMatchObject({
      method: "GET",
      url: "/v2/orders/7?full=true",
      body: "",
    });
    expect(await recorder.arrival("primary.example.com")).toMatchObject({ url: "/orders/7?full=true" });
    released.resolve();
  });

  test("leaves the client's answer alone when the mirror fails", async () => {
    recorder.answer = ({ host }) => ({ status: host === "mirror.example.com" ? 500 : 200, body: host });
    expect(await get(`${at.url}/caller`)).toEqual({ status: 200, text: "primary.example.com" });
    await recorder.arrival("mirror.example.com");
  });
});

describe.skipIf(corpus === undefined)("traffic-mirroring behind a proxy that names no mirror", () => {
  const at = serving([published("googlecloudplatform--traffic-mirroring-sharedflow")], () => []);

  test("answers, and mirrors nothing", async () => {
    expect(await get(`${at.url}/traffic-mirroring`)).toEqual({ status: 200, text: "" });
  });
});

describe.skipIf(corpus === undefined)("bundles with an ExternalCallout, through the bridge", () => {
  const asked: Context[] = [];
  let answer: GrpcAnswer = (context) => context;
  let native: NativeServer;
  let bridge: RunningSortie;

  beforeAll(async () => {
    native = await startNativeServer((...call) => {
      asked.push(call[0]);
      return answer(...call);
    });
    bridge = new RunningSortie(["bridge", "--listen", "127.0.0.1:0", "--to", native.address]);
    await bridge.prints(/Ctrl\+C stops/);
  });
  afterEach(() => {
    asked.length = 0;
    answer = (context) => context;
  });
  afterAll(async () => {
    await bridge?.stop();
    native?.stop();
  });

  function targetServer(name: string): string[] {
    const address = /on http:\/\/(\S+)/.exec(bridge.output)?.[1];
    return ["--target-server", `${name}=grpc://${address}`];
  }

  describe("ec-access-control", () => {
    const at = serving([published("dinochiesa--apigee-external-authorization-2")], () =>
      targetServer("example-access-control-server"),
    );
    const ask = (path: string, init: RequestInit) => fetch(`${at.url}/ec-access-control${path}`, init);
    const by = (subject: string) => ({ "access-control": subject });
    const decide = (result: string) => () => ({
      additional_flow_variables: { "accesscontrol.result": { string: result } },
    });

    test.each([["GET"], ["POST"]])("lets a %s through that the server allows", async (method) => {
      answer = decide("ALLOW");
      const body = method === "POST" ? "x" : null;
      const response = await ask("/t17?a=b", { method, body, headers: by("alice") });
      expect([response.status, await response.json()]).toEqual([200, { msg: "hello" }]);
      expect(response.headers.get("apiproxy")).toBe("ec-access-control r1");
      expect(asked).toHaveLength(1);
      expect(asked[0]?.additional_flow_variables).toEqual({
        "accesscontrol.subject": { string: "alice" },
        "accesscontrol.action": { string: method },
        "accesscontrol.resource": { string: "/ec-access-control/t17" },
        "accesscontrol.uri": { string: "/ec-access-control/t17?a=b" },
      });
    });

    test("refuses what the server denies", async () => {
      answer = decide("DENY");
      const response = await ask("/t1", { headers: by("mallory") });
      expect([response.status, await response.json()]).toEqual([
        403,
        { error: { code: 403.01, message: "access denied." } },
      ]);
      expect(response.headers.get("apiproxy")).toBe("ec-access-control r1");
    });

    test("refuses what the server says nothing about", async () => {
      expect((await ask("/t1", { headers: by("alice") })).status).toBe(403);
    });

    test("does not ask the server about a request without a subject", async () => {
      expect((await ask("/t1", {})).status).toBe(400);
      expect(asked).toEqual([]);
    });

    test.each([
      ["/other", "GET"],
      ["/t", "GET"],
      ["/t1/x", "GET"],
      ["/t1", "DELETE"],
    ])("does not know %s with %s", async (path, method) => {
      answer = decide("ALLOW");
      const response = await ask(path, { method, headers: by("alice") });
      expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 404.01 } }]);
    });
  });

  describe("external-callout", () => {
    const at = serving([published("markjkelly--external-callout")], () =>
      targetServer("grpc-java-sample-server"),
    );

    test("sends the client what the server makes of the response", async () => {
      answer = (context) => ({
        ...context,
        response: { content: "from the server", headers: { "x-added": { strings: ["1", "2"] } } },
      });
      const response = await fetch(`${at.url}/v1/samples/external-callout/x?q=1`, {
        method: "POST",
        body: "from the client",
        headers: { "content-type": "text/plain", "x-client": "me" },
      });
      expect([response.status, await response.text()]).toEqual([200, "from the server"]);
      expect(response.headers.get("x-added")).toBe("1, 2");
      // The server is told of the response alone, because the policy stands in a response flow.
      expect(asked).toMatchObject([{ current_flow: { name: "PreFlow" }, response: { status_code: 200 } }]);
      expect(asked[0]).not.toHaveProperty("request");
    });

    test("answers as before when the server changes nothing", async () => {
      const { status, text } = await get(`${at.url}/v1/samples/external-callout`);
      expect([status, text]).toEqual([200, ""]);
      expect(asked).toHaveLength(1);
    });

    test("fails when the server does", async () => {
      answer = () => {
        throw { code: 14, details: "down" };
      };
      const { status, text } = await get(`${at.url}/v1/samples/external-callout`);
      expect([status, errorCode(text)]).toEqual([500, "steps.externalcallout.ExecutionError"]);
    });
  });
});
