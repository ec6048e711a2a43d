import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { folderWith, get, PATIENCE_MS } from "../cli/sortie.ts";
import { needsCorpus } from "../needs.ts";
import { corpus, errorCode, serving } from "./corpus.ts";
import { environmentWithStandIns, withStandIns } from "./corpus-stand-ins.ts";
import { Recorder } from "./recorder.ts";

const hosts = [
  "api.enterprise.apigee.com",
  "api.usergrid.com",
  "armor.example.com",
  "dev-9253729.okta.com",
  "httpbin.org",
  "iamcredentials.googleapis.com",
  "idp.example.com",
  "mocktarget.apigee.net",
  "oauth2.googleapis.com",
  "orgname-envname.apigee.net",
  "r1-aiplatform.googleapis.com",
  "r2-aiplatform.googleapis.com",
  "secretmanager.googleapis.com",
  "sub.r1-1.vdb.vertexai.goog",
  "will-be-replaced-later",
  "www.googleapis.com",
];

describe("published bundles with stand-ins for policies that are missing", needsCorpus, () => {
  let recorder: Recorder;
  beforeAll(async () => {
    recorder = await Recorder.start();
  });
  afterEach(() => recorder.forget());
  afterAll(() => recorder?.stop());

  const at = serving(corpus === undefined ? [] : [environmentWithStandIns()], () => [
    ...recorder.connections(...hosts),
    "--google-issuer",
  ]);
  const json = async (response: Response) => [response.status, await response.json()];
  const calls = () => recorder.received.map(({ host, method, url }) => `${method} ${host}${url}`);
  const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64");

  describe("cloudrun-authenticated-sample", () => {
    const ask = (authType: string) =>
      fetch(`${at.url}/v1/samples/cloudrun-authenticated-sample/a?b=c`, {
        headers: { "auth-type": authType, authorization: "mine" },
      });
    const target = "GET will-be-replaced-later/a?b=c";

    test("passes the client's credentials through", async () => {
      const response = await ask("passthrough");
      expect([response.status, response.headers.get("apiproxy")]).toEqual([
        200,
        "cloudrun-authenticated-sample r1",
      ]);
      expect(calls()).toEqual([target]);
      expect(recorder.received[0]?.headers.authorization).toBe("mine");
    });

    test("sends an ID token of its own service account", async () => {
      expect((await ask("platform")).status).toBe(200);
      expect(calls()).toEqual([target]);
      const token = recorder.received[0]?.headers.authorization ?? "";
      expect(decodeJwt(token.replace("Bearer ", ""))).toMatchObject({
        aud: "https://will-be-replaced-later",
        email: "local@sortie.iam.gserviceaccount.com",
      });
    });

    test("asks the IAM Credentials API for an ID token of another service account", async () => {
      recorder.answer = ({ host }) => ({ body: host.startsWith("iam") ? '{"token":"theirs"}' : "{}" });
      expect((await ask("impersonated")).status).toBe(200);
      expect(calls()).toEqual([
        "POST iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/will-be-replaced-later:generateIdToken",
        target,
      ]);
      expect(JSON.parse(recorder.received[0]?.body ?? "")).toEqual({
        audience: "https://will-be-replaced-later",
        includeEmail: true,
      });
      expect(recorder.received[1]?.headers.authorization).toBe("Bearer theirs");
    });

    test("asks Google for an ID token with a key out of a secret", async () => {
      const key = base64({ private_key: "k", client_email: "a@example.com", token_uri: "https://t" });
      recorder.answer = ({ host }) => ({
        body: host.startsWith("secret") ? `{"payload":{"data":"${key}"}}` : '{"id_token":"theirs"}',
      });
      expect((await ask("indirect")).status).toBe(200);
      expect(calls()).toEqual([
        "GET secretmanager.googleapis.com/v1/projects/local/secrets/sample-sakey-json/versions/1:access",
        "POST oauth2.googleapis.com/token",
        target,
      ]);
      expect(recorder.received[1]).toMatchObject({
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c",
      });
      expect(recorder.received[2]?.headers.authorization).toBe("Bearer theirs");
    });

    test("refuses a request that does not choose", async () => {
      const response = await ask("other");
      expect(response.headers.get("apiproxy")).toBe("cloudrun-authenticated-sample r1");
      expect(await json(response)).toMatchObject([400, { error: { code: 400.01 } }]);
      expect(calls()).toEqual([]);
    });
  });

  describe("example-secret-accessor-proxy", () => {
    const ask = (path: string, method = "GET") =>
      fetch(`${at.url}/example-secret-accessor-proxy${path}`, { method });

    test.each([
      ["GET", "/t1", "local/secrets/apigee-example-secret/versions/1"],
      ["GET", "/t2?project=p&secretid=s&secretversion=3", "p/secrets/s/versions/3"],
      ["POST", "/t3", "local/secrets/apigee-example-rsakey-secret/versions/1"],
    ])("%s %s answers with the secret %s", async (method, path, secret) => {
      recorder.answer = () => ({
        body: `{"payload":{"data":"${Buffer.from("pässword").toString("base64")}"}}`,
      });
      expect(await json(await ask(path, method))).toEqual([
        200,
        { status: "ok", "retrieved-secret": "pässword" },
      ]);
      expect(calls()).toEqual([`GET secretmanager.googleapis.com/v1/projects/${secret}:access`]);
      expect(recorder.received[0]?.headers.authorization).toMatch(/^Bearer ey/);
    });

    test.each([
      ["/t2?secretid=s", 400],
      ["/other", 404],
    ])("calls nobody for %s", async (path, status) => {
      expect((await ask(path)).status).toBe(status);
      expect(calls()).toEqual([]);
    });
  });

  test("jwt-verify-goog gets Google's keys when its cache has none, and answers for other requests", async () => {
    const ask = async (path: string, init: RequestInit = {}) =>
      (await fetch(`${at.url}/jwt-verify-goog${path}`, init)).status;
    expect(await ask("/t1")).toBe(400);
    expect(await ask("/clear-cache", { method: "POST" })).toBe(204);
    expect(await ask("/other")).toBe(404);
    expect(calls()).toEqual([]);
    // Clearing its cache means to this proxy: an entry that expires after a second.
    const certificates = ["GET www.googleapis.com/oauth2/v3/certs"];
    const askWithToken = async () => {
      expect(await ask("/t1", { headers: { authorization: "bearer a.b.c" } })).toBe(200);
      return calls();
    };
    await expect.poll(askWithToken, { timeout: PATIENCE_MS }).toEqual(certificates);
    expect(await askWithToken()).toEqual(certificates);
  });

  test("llm-circuit-breaking-v1 sends a prompt to the model of the second project", async () => {
    const model = "publishers/google/models/gemini:generateContent";
    const url = `${at.url}/v1/samples/llm-circuit-breaking/v1/projects/x/locations/y/${model}`;
    const body = '{"contents":[]}';
    const headers = { "content-type": "application/json" };
    expect((await fetch(url, { method: "POST", body, headers })).status).toBe(200);
    expect(calls()).toEqual([`POST r2-aiplatform.googleapis.com/v1/projects/p2/locations/r2/${model}`]);
    expect(recorder.received[0]?.body).toBe(body);
  });

  test("learn-edge puts what its callout got into headers", async () => {
    recorder.answer = () => ({ body: '{"firstName":"Ada","lastName":"Lovelace"}' });
    const { headers } = await fetch(`${at.url}/v1/learn-edge?apikey=k`);
    expect([headers.get("x-firstname"), headers.get("x-lastname")]).toEqual(["Ada", "Lovelace"]);
    expect(calls()).toEqual(["GET mocktarget.apigee.net/json"]);
  });

  describe("learn-edge with a callout that fails on purpose", () => {
    // It has the name and the base path of the one above, so that it cannot be served beside it.
    const files = corpus === undefined ? {} : withStandIns("apigee--service-callout-2", { VerifyAPIKey: {} });
    const alone = serving([folderWith(files)], () => recorder.connections("mocktarget.apigee.net"));

    test("answers with a fault of its own for a status 404", async () => {
      recorder.answer = () => ({ status: 404, body: "" });
      const { status, text } = await get(`${alone.url}/v1/learn-edge?apikey=k`);
      expect([status, text]).toEqual([404, expect.stringContaining("This is a custom message")]);
      expect(calls()).toEqual(["GET mocktarget.apigee.net/make-error"]);
    });

    test("answers with the callout's fault for any other", async () => {
      recorder.answer = () => ({ status: 500, body: "" });
      const { status, text } = await get(`${alone.url}/v1/learn-edge?apikey=k`);
      expect([status, errorCode(text)]).toEqual([500, "steps.servicecallout.ExecutionFailed"]);
    });
  });

  describe("webserver-app", () => {
    test.each(["/web", "/web/"])("shows its page at %s", async (path) => {
      const response = await fetch(at.url + path);
      expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html"]);
      expect(await response.text()).toContain('CLIENT_ID="WEBSERVERAPPKEY"');
      expect(calls()).toEqual([]);
    });

    test("gets a token for a code and sends the browser home with it", async () => {
      recorder.answer = () => ({ body: '{"access_token":"t"}' });
      const response = await fetch(`${at.url}/web/callback?code=a%2Fb`, { redirect: "manual" });
      expect([response.status, response.headers.get("location")]).toEqual([
        302,
        "https://ORGNAME-ENVNAME.apigee.net/web?access_token=t",
      ]);
      expect(recorder.received).toMatchObject([
        {
          host: "orgname-envname.apigee.net",
          method: "POST",
          url: "/oauth2/token",
          headers: { authorization: "Basic a2V5OnNlY3JldA==", accept: "application/json" },
        },
      ]);
      expect(Object.fromEntries(new URLSearchParams(recorder.received[0]?.body))).toEqual({
        grant_type: "authorization_code",
        code: "a/b",
        redirect_uri: "https://ORGNAME-ENVNAME.apigee.net/web/callback",
      });
    });

    test("shows whose token it is", async () => {
      recorder.answer = () => ({ body: '{"user":"ada"}' });
      const { status, text } = await get(`${at.url}/web?access_token=t`);
      expect(status).toBe(200);
      expect(text).toContain("<p>Accesstoken: t</p>\n<p>User: ada</p>");
      expect(calls()).toEqual(["GET orgname-envname.apigee.net/oauth2/validate"]);
      expect(recorder.received[0]?.headers.authorization).toBe("Bearer t");
    });
  });

  describe("oauth-validate-key-secret", () => {
    const ask = (grantType: string) =>
      fetch(`${at.url}/oauth-validate-key-secret/token`, {
        method: "POST",
        body: new URLSearchParams({ grant_type: grantType, username: "ada", password: "a & b" }),
      });

    test("asks another service whether the password is right", async () => {
      expect((await ask("password")).status).toBe(200);
      expect(calls()).toEqual(["POST api.usergrid.com/docfood/api-platform-samples/token"]);
      expect(Object.fromEntries(new URLSearchParams(recorder.received[0]?.body))).toEqual({
        grant_type: "password",
        username: "ada",
        password: "a & b",
      });
    });

    test("answers 401 with what that service says when it is not", async () => {
      recorder.answer = () => ({ status: 400, body: '{"error":"invalid_grant"}' });
      expect(await json(await ask("password"))).toEqual([401, { error: "invalid_grant" }]);
    });

    test("asks nobody for other grants", async () => {
      expect((await ask("client_credentials")).status).toBe(200);
      expect(calls()).toEqual([]);
    });
  });

  test("004-external-token gets keys before it calls its targets, which are URLs in route rules", async () => {
    const url = `${at.url}/v1/external-token`;
    await fetch(`${url}/get`, { headers: { authorization: "Bearer a.b.c" } });
    await fetch(`${url}/token`, { method: "POST", body: "x" });
    expect(calls()).toEqual([
      "GET dev-9253729.okta.com/oauth2/default/v1/keys",
      "GET httpbin.org/get",
      "POST dev-9253729.okta.com/oauth2/default/v1/token",
    ]);
  });

  describe("edge-facade-v1", () => {
    test.each([
      ["/organizations/o/keyvaluemaps/m/entries/e", "organization"],
      ["/organizations/o/environments/x/keyvaluemaps/m/entries/e", "environment"],
    ])("configures a policy before it reads %s", async (path, scope) => {
      const url = `${at.url}/edge-facade/v1${path}?callout=true`;
      const response = await fetch(url, { headers: { authorization: "mine" } });
      expect(await json(response)).toEqual([200, { name: "e", value: 'a "secret"' }]);
      expect(calls()).toEqual([
        "PUT api.enterprise.apigee.com/v1/organizations/local/apis/edge-facade-v1/revisions/20/policies/KV-decrypt-entry",
        `GET api.enterprise.apigee.com/v1${path}?callout=true`,
      ]);
      expect(recorder.received[0]?.headers.authorization).toBe("mine");
      expect(JSON.parse(recorder.received[0]?.body ?? "")).toMatchObject({ mapIdentifier: "m", scope });
    });

    test("passes other requests through", async () => {
      recorder.answer = () => ({ body: '["a"]' });
      expect((await get(`${at.url}/edge-facade/v1/organizations/o/apis`)).text).toBe('["a"]');
      expect(calls()).toEqual(["GET api.enterprise.apigee.com/v1/organizations/o/apis"]);
    });
  });

  test("get-jwks-from-dynamic-uri gets the keys from an address in a variable, once", async () => {
    recorder.answer = () => ({ body: '{"keys":[]}' });
    for (let time = 0; time < 3; time++) expect((await get(`${at.url}/jwks`)).text).toBe('{"keys":[]}');
    expect(calls()).toEqual(["GET idp.example.com/a/keys"]);
  });

  test.each([
    ["https://idp.example.com/token", "400", 200],
    ["https://idp.example.com", "400", 200],
    ["https://other.example.com", "400", 400],
    ["https://other.example.com", "401", 401],
  ])("validate-audience-in-jwt takes %s for %s to be %d", async (audience, error, status) => {
    const query = new URLSearchParams({ aud: audience, error });
    expect((await get(`${at.url}/audience?${query}`)).status).toBe(status);
  });

  describe("ModelArmor-v1", () => {
    const ask = () => fetch(`${at.url}/armor`, { headers: { prompt: 'say "hi"' } });
    const result = (matchState: string) =>
      JSON.stringify({
        sanitizationResult: {
          filterMatchState: matchState,
          filterResults: { sdp: { sdpFilterResult: { inspectResult: { matchState } } } },
        },
      });

    test("lets a prompt through that is harmless", async () => {
      recorder.answer = () => ({ body: result("NO_MATCH_FOUND") });
      expect(await json(await ask())).toEqual([200, "NO_MATCH_FOUND"]);
      expect(calls()).toEqual(["POST armor.example.com/v1/default:sanitizeUserPrompt"]);
      expect(JSON.parse(recorder.received[0]?.body ?? "")).toEqual({
        user_prompt_data: { text: 'say "hi"' },
      });
      expect(recorder.received[0]?.headers.authorization).toMatch(/^Bearer ey/);
    });

    test("answers in the place of the model when it is not", async () => {
      recorder.answer = () => ({ body: result("MATCH_FOUND") });
      expect(await json(await ask())).toMatchObject([200, { modelVersion: "m1" }]);
    });
  });

  test("semantic-cache-request-v1 looks for the nearest prompt by its embeddings", async () => {
    recorder.answer = ({ url }) => ({
      body: url.endsWith(":predict")
        ? '{"predictions":[{"embeddings":{"values":[0.25,-1]}}]}'
        : '{"nearestNeighbors":[{"neighbors":[{"datapoint":{"datapointId":"d-1"},"distance":0.97}]}]}',
    });
    const response = await fetch(`${at.url}/semantic-cache`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"contents":[{"role":"user","parts":[{"text":"Say \\"hi\\""}]}]}',
    });
    expect(await json(response)).toEqual([200, ["d-1", 0.97, "cached"]]);
    expect(calls()).toEqual([
      "POST r1-aiplatform.googleapis.com/v1/projects/p1/locations/r1/publishers/google/models/embeddings:predict",
      "POST sub.r1-1.vdb.vertexai.goog/v1/projects/1/locations/r1/indexEndpoints/endpoint:findNeighbors",
    ]);
    const [embeddings, neighbors] = recorder.received.map(({ body }) => JSON.parse(body));
    expect(embeddings.instances).toEqual([{ content: '<--apigee-semantic-cache-->Say "hi"' }]);
    expect(neighbors.queries[0].datapoint.feature_vector).toEqual([0.25, -1]);
  });
});
