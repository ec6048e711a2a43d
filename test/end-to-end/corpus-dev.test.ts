import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { get } from "../cli/sortie.ts";
import { needsCorpus } from "../needs.ts";
import { callerOf, errorCode, published, serving } from "./corpus.ts";
import { Recorder } from "./recorder.ts";

let recorder: Recorder;

beforeAll(async () => {
  recorder = await Recorder.start();
});
afterEach(() => recorder.forget());
afterAll(() => recorder?.stop());

describe("composite-api", needsCorpus, () => {
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

describe("learn-edge", needsCorpus, () => {
  const options = () => ["--app", "key-1", ...recorder.connections("mocktarget.apigee.net")];
  const at = serving([published("apigee--service-callout-1")], options);

  test("puts what its callout got into headers, for the key of an app", async () => {
    recorder.answer = () => ({ body: '{"firstName":"Ada","lastName":"Lovelace"}' });
    const { status, headers } = await fetch(`${at.url}/v1/learn-edge?apikey=key-1`);
    expect([status, headers.get("x-firstname"), headers.get("x-lastname")]).toEqual([200, "Ada", "Lovelace"]);
    expect(recorder.received).toMatchObject([{ host: "mocktarget.apigee.net", url: "/json" }]);
  });

  test.each(["?apikey=key-2", "?apikey=key-2&apikey=key-1"])(
    "tells by its own fault rule that the key of %s is wrong",
    async (query) => {
      const { status, text } = await get(`${at.url}/v1/learn-edge${query}`);
      expect([status, JSON.parse(text).error.message]).toEqual([400, "InvalidApiKey"]);
      expect(recorder.received).toEqual([]);
    },
  );

  test.each(["", "?apikey=", "?APIKEY=key-1"])("refuses a request without a key: %s", async (query) => {
    const { status, text } = await get(`${at.url}/v1/learn-edge${query}`);
    expect([status, errorCode(text)]).toEqual([401, "steps.oauth.v2.FailedToResolveAPIKey"]);
    expect(recorder.received).toEqual([]);
  });
});

describe("learn-edge with a callout that fails on purpose", needsCorpus, () => {
  const at = serving([published("apigee--service-callout-2")], () => [
    "--app",
    "key-1",
    ...recorder.connections("mocktarget.apigee.net"),
  ]);

  test("answers with a fault of its own for a status 404", async () => {
    recorder.answer = () => ({ status: 404, body: "" });
    const { status, text } = await get(`${at.url}/v1/learn-edge?apikey=key-1`);
    expect([status, text]).toEqual([404, expect.stringContaining("This is a custom message")]);
    expect(recorder.received).toMatchObject([{ host: "mocktarget.apigee.net", url: "/make-error" }]);
  });

  test("answers with the callout's fault for any other", async () => {
    recorder.answer = () => ({ status: 500, body: "" });
    const { status, text } = await get(`${at.url}/v1/learn-edge?apikey=key-1`);
    expect([status, errorCode(text)]).toEqual([500, "steps.servicecallout.ExecutionFailed"]);
  });

  test("calls nobody for who has no key", async () => {
    const { status, text } = await get(`${at.url}/v1/learn-edge?apikey=key-2`);
    expect([status, JSON.parse(text).error.message]).toEqual([400, "InvalidApiKey"]);
    expect(recorder.received).toEqual([]);
  });
});

describe("OAuth Validate Key and Secret", needsCorpus, () => {
  const options = () => ["--app", "key-1:secret-1", ...recorder.connections("api.usergrid.com")];
  const at = serving([published("apigee--oauth-validate-key-secret")], options);

  const ask = (secret: string) =>
    fetch(`${at.url}/oauth-validate-key-secret/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`key-1:${secret}`)}` },
      body: new URLSearchParams({ grant_type: "password", username: "bob", password: "pw" }),
    });

  test("asks its user store for a user, and tells the token that it made before", async () => {
    recorder.answer = () => ({ body: "{}" });
    const answer = await ask("secret-1");
    const told = await answer.json();
    expect([answer.status, told]).toMatchObject([200, { client_id: "key-1", expires_in: "36000" }]);
    expect(told).toMatchObject({
      access_token: expect.stringMatching(/^\w{28}$/),
      refresh_token: expect.stringMatching(/^\w{32}$/),
    });
    expect(recorder.received).toMatchObject([
      { method: "POST", body: "grant_type=password&username=bob&password=pw" },
    ]);
  });

  test("tells no token for a user whom the store does not know", async () => {
    recorder.answer = () => ({ status: 400, body: "who?" });
    const answer = await ask("secret-1");
    expect([answer.status, await answer.text()]).toEqual([401, "who?"]);
  });

  test("asks nobody for a client that is not known", async () => {
    const answer = await ask("wrong");
    expect([answer.status, await answer.text()]).toEqual([
      401,
      '{"ErrorCode" : "invalid_client", "Error" :"Client credentials are invalid"}',
    ]);
    expect(recorder.received).toEqual([]);
  });
});

describe("Mock_target_api", needsCorpus, () => {
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

describe("logging-v1", needsCorpus, () => {
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

describe("logging-v1 behind a proxy that does not say where to log", needsCorpus, () => {
  const at = serving([published("apigee--logging-v1")], () => []);

  test("answers, and logs nothing", async () => {
    expect(await get(`${at.url}/logging-v1`)).toEqual({ status: 200, text: "" });
    expect(recorder.received).toEqual([]);
  });
});

describe("cloud-logging-v1", needsCorpus, () => {
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

describe("traffic-mirroring", needsCorpus, () => {
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

describe("traffic-mirroring behind a proxy that names no mirror", needsCorpus, () => {
  const at = serving([published("googlecloudplatform--traffic-mirroring-sharedflow")], () => []);

  test("answers, and mirrors nothing", async () => {
    expect(await get(`${at.url}/traffic-mirroring`)).toEqual({ status: 200, text: "" });
  });
});
