import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { get, PATIENCE_MS } from "../cli/sortie.ts";
import { needsCorpus } from "../needs.ts";
import { type Pair, pairFor, tokenOf } from "../policies/security/tokens/token-kit.ts";
import { corpus, errorCode, serving } from "./corpus.ts";
import { environmentWithStandIns } from "./corpus-stand-ins.ts";
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
  let issuer: Pair;
  beforeAll(async () => {
    recorder = await Recorder.start();
    issuer = await pairFor("RS256");
  });
  afterEach(() => recorder.forget());
  afterAll(() => recorder?.stop());

  const at = serving(corpus === undefined ? [] : [environmentWithStandIns()], () => [
    ...recorder.connections(...hosts),
    "--google-issuer",
    "--kvm=model-armor-config.modelArmorUrl=armor.example.com/v1",
    "--kvm=model-armor-config.templateId=default",
    '--kvm=not-found.e=a "secret"',
  ]);
  const json = async (response: Response) => [response.status, await response.json()];
  const calls = () => recorder.received.map(({ host, method, url }) => `${method} ${host}${url}`);
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  /** Seconds since 1970. */
  const now = () => Math.floor(Date.now() / 1000);
  /** A token of the issuer's for the next minute. */
  const issued = (claims: object) =>
    tokenOf({ exp: now() + 60, ...claims }, { alg: "RS256", kid: "key-1" }, issuer.privateKey);
  /** What a token says if it is the issuer's. */
  const verified = async (token: string | null | undefined) => {
    const keys = createLocalJWKSet(JSON.parse(issuer.keySet) as JSONWebKeySet);
    return (await jwtVerify(token ?? "", keys)).payload;
  };

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
      const account = {
        private_key: issuer.privatePem,
        client_email: "a@example.com",
        token_uri: "https://t",
      };
      const key = base64(JSON.stringify(account));
      recorder.answer = ({ host }) => ({
        body: host.startsWith("secret") ? `{"payload":{"data":"${key}"}}` : '{"id_token":"theirs"}',
      });
      expect((await ask("indirect")).status).toBe(200);
      expect(calls()).toEqual([
        "GET secretmanager.googleapis.com/v1/projects/local/secrets/sample-sakey-json/versions/1:access",
        "POST oauth2.googleapis.com/token",
        target,
      ]);
      expect(recorder.received[1]?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
      const { assertion, ...others } = Object.fromEntries(new URLSearchParams(recorder.received[1]?.body));
      expect(others).toEqual({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer" });
      const { iat = 0, exp = 0, ...claims } = await verified(assertion);
      expect([exp - iat, claims]).toMatchObject([
        120,
        { iss: "a@example.com", aud: "https://t", target_audience: "https://will-be-replaced-later" },
      ]);
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
    ])("%s %s answers with the secret %s", async (method, path, secret) => {
      recorder.answer = () => ({
        body: `{"payload":{"data":"${base64("pässword")}"}}`,
      });
      expect(await json(await ask(path, method))).toEqual([
        200,
        { status: "ok", "retrieved-secret": "pässword" },
      ]);
      expect(calls()).toEqual([`GET secretmanager.googleapis.com/v1/projects/${secret}:access`]);
      expect(recorder.received[0]?.headers.authorization).toMatch(/^Bearer ey/);
    });

    test("POST /t3 makes a token with the key that a secret holds", async () => {
      recorder.answer = () => ({ body: `{"payload":{"data":"${base64(issuer.privatePem)}"}}` });
      const response = await ask("/t3", "POST");
      expect(await json(response)).toEqual([200, { status: "ok", "retrieved-secret": issuer.privatePem }]);
      expect(calls()).toEqual([
        "GET secretmanager.googleapis.com/v1/projects/local/secrets/apigee-example-rsakey-secret/versions/1:access",
      ]);
      const { iat = 0, exp = 0, ...claims } = await verified(response.headers.get("jwt"));
      const name = "urn://local/local/example-secret-accessor-proxy";
      expect([exp - iat, claims]).toMatchObject([3600, { sub: name, aud: "audience-here" }]);
      expect(claims.iss).toMatch(new RegExp(`^${name}/.`));
    });

    test.each([
      ["/t2?secretid=s", 400],
      ["/other", 404],
    ])("calls nobody for %s", async (path, status) => {
      expect((await ask(path)).status).toBe(status);
      expect(calls()).toEqual([]);
    });
  });

  test("jwt-verify-goog verifies a token with Google's keys, which it gets when its cache has none", async () => {
    const ask = (path: string, init: RequestInit = {}) => fetch(`${at.url}/jwt-verify-goog${path}`, init);
    expect((await ask("/t1")).status).toBe(400);
    expect((await ask("/clear-cache", { method: "POST" })).status).toBe(204);
    expect((await ask("/other")).status).toBe(404);
    expect(calls()).toEqual([]);
    recorder.answer = () => ({ body: issuer.keySet });
    const claims = { iss: "https://accounts.google.com", sub: "s-1", email: "a@example.com" };
    const show = async (token: string) =>
      json(await ask("/t1", { headers: { authorization: `bearer ${token}` } }));
    const shown = [200, { "jwt-kid": "key-1", sub: "s-1", email: "a@example.com" }];
    const token = await issued(claims);
    // Clearing its cache means to this proxy: an entry that is no key set and expires after a second.
    await expect.poll(() => show(token), { timeout: PATIENCE_MS }).toMatchObject(shown);
    expect(await show(token)).toMatchObject(shown);
    expect(await show(await issued({ ...claims, iss: "https://idp.example.com" }))).toMatchObject([
      401,
      { fault: { detail: { errorcode: "steps.jwt.InvalidClaim" } } },
    ]);
    expect(calls()).toEqual(["GET www.googleapis.com/oauth2/v3/certs"]);
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
          headers: {
            authorization: `Basic ${base64("WEBSERVERAPPKEY:WEBSERVERAPPSECRET")}`,
            accept: "application/json",
          },
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

  describe("004-external-token", () => {
    const iss = "https://dev-9253729.okta.com/oauth2/default";
    const ask = (token: string) =>
      fetch(`${at.url}/v1/external-token/get`, { headers: { authorization: `Bearer ${token}` } });
    const keys = "GET dev-9253729.okta.com/oauth2/default/v1/keys";

    test("verifies a token with keys that it gets once, and calls a target that is the URL of a route rule", async () => {
      recorder.answer = ({ url }) => ({ body: url.endsWith("/keys") ? issuer.keySet : "{}" });
      for (const sub of ["ada", "bob"]) expect((await ask(await issued({ iss, sub }))).status).toBe(200);
      expect(calls()).toEqual([keys, "GET httpbin.org/get", "GET httpbin.org/get"]);
      const response = await ask(await issued({ iss: "https://idp.example.com" }));
      expect([response.status, errorCode(await response.text())]).toEqual([401, "steps.jwt.InvalidClaim"]);
    });

    test("calls nobody for what is no token", async () => {
      const response = await ask("a.b.c");
      expect([response.status, errorCode(await response.text())]).toEqual([401, "steps.jwt.FailedToDecode"]);
      expect(calls()).toEqual([]);
    });

    test("passes the request for a token to the issuer", async () => {
      await fetch(`${at.url}/v1/external-token/token`, { method: "POST", body: "x" });
      expect(calls()).toEqual(["POST dev-9253729.okta.com/oauth2/default/v1/token"]);
    });
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

  test.each([
    [0.97, "an answer"],
    [0.5, ""],
  ])(
    "semantic-cache-request-v1 takes what is cached for a prompt that is near by %d",
    async (distance, cached) => {
      const neighbor = { datapoint: { datapointId: "d-1" }, distance };
      recorder.answer = ({ url }) => ({
        body: url.endsWith(":predict")
          ? '{"predictions":[{"embeddings":{"values":[0.25,-1]}}]}'
          : JSON.stringify({ nearestNeighbors: [{ neighbors: [neighbor] }] }),
      });
      const response = await fetch(`${at.url}/semantic-cache?cached=an%20answer`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"contents":[{"role":"user","parts":[{"text":"Say \\"hi\\""}]}]}',
      });
      expect(await json(response)).toEqual([200, ["d-1", distance, cached]]);
      expect(calls()).toEqual([
        "POST r1-aiplatform.googleapis.com/v1/projects/p1/locations/r1/publishers/google/models/embeddings:predict",
        "POST sub.r1-1.vdb.vertexai.goog/v1/projects/1/locations/r1/indexEndpoints/endpoint:findNeighbors",
      ]);
      const [embeddings, neighbors] = recorder.received.map(({ body }) => JSON.parse(body));
      expect(embeddings.instances).toEqual([{ content: '<--apigee-semantic-cache-->Say "hi"' }]);
      expect(neighbors.queries[0].datapoint.feature_vector).toEqual([0.25, -1]);
    },
  );
});
