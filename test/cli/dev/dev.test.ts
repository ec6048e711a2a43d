import { once } from "node:events";
import { renameSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { freePort } from "../../../src/cli/loopback.ts";
import { partsOf, rawRequest, sendRaw } from "../../servers/raw.ts";
import { RunningInProcess, sortieInProcess } from "../in-process.ts";
import {
  answer,
  answeringProxy,
  below,
  folderWith,
  get,
  PATIENCE_MS,
  RunningSortie,
  writeIn,
} from "../sortie.ts";
import { startServer } from "../upstream.ts";

/** Resolves when a GET answers that. */
function answers(url: string, expected: { status?: number; text?: string }): Promise<void> {
  return expect.poll(() => get(url)).toMatchObject(expected);
}

/** A proxy that calls whatever its target's URL says. */
function callingProxy(name: string, target: string): Record<string, string> {
  return below(`apiproxies/${name}`, {
    [`apiproxy/${name}.xml`]: `<APIProxy name="${name}"/>`,
    "apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
      <HTTPProxyConnection><BasePath>/${name}</BasePath></HTTPProxyConnection>
      <RouteRule name="default"><TargetEndpoint>default</TargetEndpoint></RouteRule>
    </ProxyEndpoint>`,
    "apiproxy/targets/default.xml": `<TargetEndpoint name="default">
      <HTTPTargetConnection>${target}</HTTPTargetConnection>
    </TargetEndpoint>`,
  });
}

/** A policy that reads an entry of the map `m` in a scope. */
const entryOf = (scope: string, variable: string) =>
  `<KeyValueMapOperations name="${scope}" mapIdentifier="m"><Scope>${scope}</Scope>
    <Get assignTo="flow.${variable}"><Key><Parameter>k</Parameter></Key></Get></KeyValueMapOperations>`;

const balanced = (server: string) => `<LoadBalancer><Server name="${server}"/></LoadBalancer>`;

// One after the other: at the end it stops.
describe("an environment", { shuffle: false }, () => {
  const folder = folderWith({
    ...below("apiproxies/hello", answeringProxy("hello", "first")),
    ...callingProxy("plain", "<URL>http://api.example.com/base?q=1</URL>"),
    ...callingProxy("secure", "<URL>https://secure.example.com:8443/</URL>"),
    ...callingProxy("served", `<SSLInfo><Enabled>true</Enabled></SSLInfo>${balanced("given")}`),
    ...callingProxy("near", balanced("near")),
    ...callingProxy("stranger", "<URL>http://stranger.example.com/</URL>"),
    "environments/local/targetservers.json": "[]",
  });
  let upstream: Awaited<ReturnType<typeof startServer>>;
  let dev: RunningSortie;
  let url: string;

  beforeAll(async () => {
    upstream = await startServer();
    writeIn(
      folder,
      "environments/local/targetservers.json",
      JSON.stringify([{ name: "near", host: "127.0.0.1", port: upstream.port }]),
    );
    const to = `http://127.0.0.1:${upstream.port}`;
    const connections = ["api.example.com", "secure.example.com:8443"].map(
      (host) => `--connect-to=${host}=${to}`,
    );
    dev = new RunningSortie(
      ["dev", ".", "--port", "0", ...connections, "--target-server", `given=${to}`],
      folder,
    );
    url = await dev.ready();
  });
  afterAll(async () => {
    await dev?.stop();
    await upstream?.stop();
  });

  test("is healthy as soon as the routes are printed", async () => {
    const { status, text } = await get(`${url}/_sortie/health`);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      status: "ok",
      environment: "local",
      generation: 1,
      proxies: ["hello", "near", "plain", "secure", "served", "stranger"],
    });
    expect(dev.output).toMatch(/\n {2}\/hello +hello\n/);
  });

  test("can be reached at its base paths and nowhere else", async () => {
    expect(await get(`${url}/hello`)).toEqual({ status: 200, text: "first" });
    expect(await get(`${url}/elsewhere`)).toMatchObject({ status: 404 });
  });

  test("calls to a connected host keep their Host header and path", async () => {
    upstream.requests.length = 0;
    expect(await get(`${url}/plain/x?y=2`)).toEqual({ status: 200, text: "upstream" });
    expect(await get(`${url}/secure/x`)).toEqual({ status: 200, text: "upstream" });
    expect(upstream.requests.map(({ headers }) => headers.host)).toEqual([
      "api.example.com",
      "secure.example.com:8443",
    ]);
    expect(upstream.requests[0]?.url).toMatch(/^\/base\/x\?/);
  });

  test("calls target servers that the command line names, and those on this machine", async () => {
    expect(await get(`${url}/served`)).toEqual({ status: 200, text: "upstream" });
    expect(await get(`${url}/near`)).toEqual({ status: 200, text: "upstream" });
  });

  test("is refused every other host, with the option that would allow it", async () => {
    expect((await get(`${url}/stranger`)).status).toBe(503);
    await dev.prints(
      /\[refused\] .*"stranger.example.com" is not in the egress list.*--connect-to stranger.example.com=URL/,
    );
  });

  test("follows edits, keeps the last good state during broken ones, and comes back when they are repaired", async () => {
    const policy = "apiproxies/hello/apiproxy/policies/Answer.xml";
    writeIn(folder, policy, answer("second"));
    await answers(`${url}/hello`, { text: "second" });
    await dev.prints(/changed +proxy hello\n/);

    let before = dev.output.length;
    writeIn(folder, policy, "<AssignMessage name='Answer'>");
    await dev.prints(/policies\/Answer.xml:1:1 {2}error {2}InvalidXML/, before);
    await dev.prints(/The last good state goes on serving/, before);
    expect(await get(`${url}/hello`)).toEqual({ status: 200, text: "second" });

    before = dev.output.length;
    writeIn(folder, policy, answer("second"));
    await dev.prints(/The files are again what is served/, before);
    writeIn(folder, policy, answer("third"));
    await answers(`${url}/hello`, { text: "third" });
  });

  test("goes on with the last good state when workerd cannot load an edit", async () => {
    const before = dev.output.length;
    const module = "export default function late(): string {\n  return limits;\n}\n";
    writeIn(folder, "functions/late/index.ts", `const limits: string = JSON.parse("{");\n${module}`);
    await dev.prints(/LoadFailed[\s\S]*The last good state goes on serving/, before);
    expect((await get(`${url}/hello`)).status).toBe(200);
    writeIn(folder, "functions/late/index.ts", `const limits: string = "none";\n${module}`);
    await dev.prints(/added function late/, before);
    rmSync(join(folder, "functions"), { recursive: true });
    await dev.prints(/removed function late/, before);
  });

  test("gets new bundles and loses removed ones", async () => {
    const staged = folderWith(below("late", answeringProxy("late", "late")));
    renameSync(join(staged, "late"), join(folder, "apiproxies/late"));
    await answers(`${url}/late`, { status: 200, text: "late" });
    rmSync(join(folder, "apiproxies/late"), { recursive: true });
    await answers(`${url}/late`, { status: 404 });
    await dev.prints(/removed +proxy late\n/);
  });

  test("serves the last of many quick edits", async () => {
    const before = dev.output.length;
    for (let edit = 0; edit < 20; edit++) {
      writeIn(folder, "apiproxies/hello/apiproxy/policies/Answer.xml", answer(`edit ${edit}`));
    }
    await answers(`${url}/hello`, { text: "edit 19" });
    await dev.prints(/changed +proxy hello\n/, before);
  });

  test("stops on a signal, with exit status 0 and nothing left behind", async () => {
    expect(await dev.stop("SIGTERM")).toBe(0);
    await expect(fetch(`${url}/hello`)).rejects.toThrow();
  });
});

describe("bundles", () => {
  test("are served by themselves, with the shared flows that lie beside them and with entries of key value maps", async () => {
    const folder = folderWith({
      ...below(
        "calling",
        answeringProxy("calling", "from {flow.greeting}: {flow.o} {flow.e} {flow.a} {flow.p}"),
      ),
      ...below("calling/apiproxy/policies", {
        "organization.xml": entryOf("organization", "o"),
        "environment.xml": entryOf("environment", "e"),
        "apiproxy.xml": entryOf("apiproxy", "a"),
        "policy.xml": entryOf("policy", "p"),
      }),
      "calling/apiproxy/policies/Greet.xml":
        "<FlowCallout name='Greet'><SharedFlowBundle>greeting</SharedFlowBundle></FlowCallout>",
      "calling/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
        <PreFlow><Request>
          <Step><Name>Greet</Name></Step>
          <Step><Name>organization</Name></Step><Step><Name>environment</Name></Step>
          <Step><Name>apiproxy</Name></Step><Step><Name>policy</Name></Step>
        </Request></PreFlow>
        <PostFlow><Response><Step><Name>Answer</Name></Step></Response></PostFlow>
        <HTTPProxyConnection><BasePath>/calling</BasePath></HTTPProxyConnection>
        <RouteRule name="none"/>
      </ProxyEndpoint>`,
      ...below("greeting/sharedflowbundle", {
        "greeting.xml": "<SharedFlowBundle name='greeting'/>",
        "sharedflows/default.xml": "<SharedFlow name='default'><Step><Name>Set</Name></Step></SharedFlow>",
        "policies/Set.xml":
          "<AssignMessage name='Set'><AssignVariable><Name>flow.greeting</Name><Value>the shared flow</Value></AssignVariable></AssignMessage>",
      }),
    });
    const dev = new RunningSortie(["dev", "calling/apiproxy", "--port", "0", "--kvm", "m.k=v"], folder);
    try {
      const url = await dev.ready();
      expect(await get(`${url}/calling`)).toEqual({ status: 200, text: "from the shared flow: v v v v" });
      // Beside a proxy, a shared flow gets none of its own.
      expect(await get(`${url}/greeting`)).toMatchObject({ status: 404 });
    } finally {
      await dev.stop("SIGINT");
    }
  });
});

test.each([
  ["a bundle's folder", "greeting", {}],
  ["an environment's folder", ".", { "environments/local/targetservers.json": "[]" }],
  [
    "an environment's folder whose deployments.json names no proxy",
    ".",
    { "environments/local/deployments.json": '{"proxies":[],"sharedflows":[{"name":"greeting"}]}' },
  ],
])("shared flows alone can be called at their name: %s", async (_, path, files) => {
  const folder = folderWith({
    ...files,
    ...below(path === "." ? "sharedflows/greeting/sharedflowbundle" : "greeting/sharedflowbundle", {
      "greeting.xml": "<SharedFlowBundle name='greeting'/>",
      "sharedflows/default.xml": "<SharedFlow name='default'><Step><Name>Say</Name></Step></SharedFlow>",
      "policies/Say.xml":
        "<RaiseFault name='Say'><FaultResponse><Set><StatusCode>418</StatusCode><Payload>hello</Payload></Set></FaultResponse></RaiseFault>",
    }),
  });
  const dev = new RunningInProcess(["dev", path, "--port", "0"], folder);
  try {
    const url = await dev.ready();
    expect(await get(`${url}/greeting`)).toEqual({ status: 418, text: "hello" });
    expect(dev.output).toMatch(/\/greeting +greeting/);
  } finally {
    await dev.stop();
  }
});

test.each([
  ["an environment", "environment", "apiproxies/hello"],
  ["a bundle", "hello", "."],
])("a watched folder that goes away is said, and followed again when it is back: %s", async (_, path, at) => {
  const folder = folderWith(below(join(path, at), answeringProxy("hello", "first")));
  const dev = new RunningInProcess(["dev", path, "--port", "0"], folder);
  try {
    const url = await dev.ready();
    for (const text of ["second", "third"]) {
      let before = dev.output.length;
      renameSync(join(folder, path), join(folder, "away"));
      await dev.prints(new RegExp(`${path} does not exist[^]*The last good state goes on serving`), before);
      before = dev.output.length;
      renameSync(join(folder, "away"), join(folder, path));
      await dev.prints(/The files are again what is served/, before);
      writeIn(folder, join(path, at, "apiproxy/policies/Answer.xml"), answer(text));
      await answers(`${url}/hello`, { status: 200, text });
    }
  } finally {
    await dev.stop();
  }
});

test("a start with errors prints them and waits for an edit", async () => {
  const folder = folderWith(answeringProxy("late", "here now"));
  writeIn(folder, "apiproxy/policies/Answer.xml", "<Answer");
  const dev = new RunningInProcess(["dev", ".", "--port", "0"], folder);
  try {
    const url = await dev.ready();
    expect(dev.output).toContain("InvalidXML");
    expect(dev.output).toContain("Nothing is served until this is put right.");
    expect(dev.output).toContain("Sortie waits for an edit of . on http://localhost:");
    expect(await get(`${url}/late`)).toMatchObject({
      status: 503,
      text: expect.stringContaining("printed in its terminal"),
    });
    expect(await get(`${url}/_sortie/health`)).toMatchObject({ status: 503 });
    writeIn(folder, "apiproxy/policies/Answer.xml", answer("here now"));
    await answers(`${url}/late`, { status: 200, text: "here now" });
  } finally {
    await dev.stop();
  }
});

test("a host of --connect-to that no file names is warned of, and not again after each edit", async () => {
  const folder = folderWith(answeringProxy("hello", "first"));
  const to = ["--connect-to", "api.example.com=http://localhost:3000"];
  const dev = new RunningInProcess(["dev", ".", "--port", "0", ...to], folder);
  try {
    const url = await dev.ready();
    writeIn(folder, "apiproxy/policies/Answer.xml", answer("second"));
    await answers(`${url}/hello`, { text: "second" });
    expect(dev.output.match(/warning: No file names the host api\.example\.com/g)).toHaveLength(1);
  } finally {
    await dev.stop();
  }
});

describe("each request", () => {
  const folder = folderWith({
    ...below("apiproxies/hello", answeringProxy("hello", "hello")),
    ...callingProxy("dead", balanced("dead")),
    "environments/local/targetservers.json": "[]",
  });
  let dev: RunningInProcess;
  let url: string;
  let closed: number;

  beforeAll(async () => {
    const server = await startServer();
    closed = server.port;
    await server.stop();
    const options = ["--port", "0", "--target-server", `dead=http://127.0.0.1:${closed}`];
    dev = new RunningInProcess(["dev", ".", ...options, "--allow-host", "dev.test"], folder);
    url = await dev.ready();
  });
  afterAll(() => dev?.stop());

  test("gets one line", async () => {
    const before = dev.output.length;
    await get(`${url}/hello?token=secret`);
    await dev.prints(/^\d\d:\d\d:\d\d GET \/hello hello 200 \d+ ms$/m, before);
    await get(`${url}/elsewhere`);
    await dev.prints(
      /^\d\d:\d\d:\d\d GET \/elsewhere - 404 \d+ ms; fault messaging\.adaptors\.http\.flow\.ApplicationNotFound: Unable.*$/m,
      before,
    );
    await get(`${url}/dead`);
    await dev.prints(
      new RegExp(
        `GET /dead dead 503 \\d+ ms; fault messaging\\.adaptors\\.http\\.flow\\.ServiceUnavailable: The Service.*; call of default to 127\\.0\\.0\\.1:${closed} failed \\(unreachable\\): nothing listens there`,
      ),
      before,
    );
    await fetch(`${url}/_sortie/functions/absent/execute`, { method: "POST", body: "{}" });
    await dev.prints(/POST \/_sortie\/functions\/absent\/execute - \d+ \d+ ms; fault \w+: \S.*$/m, before);
    await get(`${url}/_sortie/health`);
    await dev.prints(/GET \/_sortie\/health - 200 \d+ ms$/m, before);
    expect(dev.output).not.toContain("secret");
  });

  test.each(["/hello", "/_sortie/health", "/_sortie/functions/any/execute"])(
    "for a host that nobody named is refused: %s",
    async (path) => {
      const before = dev.output.length;
      const request = rawRequest(`POST ${path}`, ["Host: rebound.example:8787", "Content-Length: 0"]);
      const answer = partsOf(await sendRaw(url, request));
      expect(answer.start).toBe("HTTP/1.1 421 Misdirected Request");
      expect(answer.body).toContain("sortie.HostNotAllowed");
      await dev.prints(/POST \/\S+ - 421 \d+ ms/, before);
    },
  );

  test.each([
    [
      "GET /hello",
      "rebound.example",
      "GET /hello - 421 N ms; fault sortie.HostNotAllowed: This gateway answers",
    ],
    ["GET /hello", "user@localhost", "GET /hello - 400 N ms; fault sortie.InvalidHost: Invalid Host header"],
    ["GET /hello", "local host", "GET /hello - 421 N ms; fault sortie.HostNotAllowed: This gateway answers"],
    ["OPTIONS *", "localhost", "OPTIONS * - 400 N ms; fault protocol.http.InvalidPath: Invalid request path"],
    ["GET /%61dmin", "localhost", "GET /%61dmin - 404 N ms; fault messaging.adaptors.http.flow.Application"],
  ])("that is refused has a line that says why: %s for %s", async (start, host, line) => {
    const before = dev.output.length;
    await sendRaw(url, rawRequest(start, [`Host: ${host}`]));
    const pattern = line.replace(/[.*?]/g, "\\$&").replace(" N ms", " \\d+ ms");
    await dev.prints(new RegExp(`^[\\d:]{8} ${pattern}`, "m"), before);
  });

  test.each(["localhost", "127.0.0.1", "[::1]:1", "dev.test"])(
    "for this machine is served: %s",
    async (host) => {
      expect(await sendRaw(url, rawRequest("GET /hello", [`Host: ${host}`]))).toMatch(/\r\n\r\nhello$/);
    },
  );

  test.each(["127.0.0.1", "[::1]"])("reaches it at %s, which is localhost", async (address) => {
    expect(await get(`${url.replace("localhost", address)}/hello`)).toEqual({ status: 200, text: "hello" });
  });
});

test("--quiet prints no requests; without a path it is the folder policies that is served", async () => {
  const folder = folderWith(below("policies/apiproxies/hello", answeringProxy("hello", "hello")));
  const dev = new RunningInProcess(["dev", "--port", "0", "--quiet"], folder);
  try {
    const url = await dev.ready();
    expect(await get(`${url}/hello`)).toEqual({ status: 200, text: "hello" });
    await dev.stop();
    expect(dev.output).not.toContain("GET");
  } finally {
    await dev.stop();
  }
});

test("nobody can connect before there is something to serve", async () => {
  const port = await freePort(0);
  const folder = folderWith(answeringProxy("hello", "hello"));
  const dev = new RunningSortie(["dev", ".", "--port", String(port)], folder);
  try {
    const first = await vi.waitFor(() => get(`http://127.0.0.1:${port}/hello`), {
      timeout: PATIENCE_MS,
      interval: 1,
    });
    expect(first).toEqual({ status: 200, text: "hello" });
  } finally {
    await dev.stop();
  }
});

test("a port in use is said with its number", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const folder = folderWith(answeringProxy("any", "text"));
  const { status, stderr } = await sortieInProcess(["dev", ".", "--port", String(port)], folder);
  server.close();
  expect(stderr).toBe(`error: Port ${port} is in use. Choose another one with --port.\n`);
  expect(status).toBe(2);
});

test.each([
  ["--port", "70000", /A port is 0 to 65535/],
  ["--port", "http", /A port is 0 to 65535/],
  ["--connect-to", "api.example.com", /Write it like api.example.com=http:\/\/localhost:3000/],
  ["--connect-to", "api.example.com=http://localhost:3000/path", /without a path/],
  ["--connect-to", "api.example.com=localhost:3000", /with scheme and host/],
  ["--connect-to", "https://api.example.com=http://localhost:3000", /write HOST or HOST:PORT/],
  ["--connect-to", "*.example.com=http://localhost:3000", /write HOST or HOST:PORT/],
  ["--target-server", "a b=http://localhost:3000", /name of a target server|field "name"/],
  ["--target-server", "a=ftp://localhost", /with scheme and host/],
  ["--kvm", "map=value", /MAP.KEY=VALUE/],
  ["--app", ":secret", /Write KEY or KEY:SECRET/],
  ["--app", "k".repeat(2049), /A key has at most 2048 characters/],
  ["--allow-host", "dev.test:80", /without scheme, port and path/],
  ["--allow-host", "http://dev.test", /without scheme, port and path/],
  ["--watch", "no", /unknown option '--watch'/],
])("%s %s is refused", async (option, value, message) => {
  const { status, stderr } = await sortieInProcess(["dev", ".", option, value]);
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});

describe("a proxy that asks for a key", { shuffle: false }, () => {
  const keyed = {
    "apiproxy/keyed.xml": '<APIProxy name="keyed"/>',
    "apiproxy/policies/V.xml":
      '<VerifyAPIKey name="V"><APIKey ref="request.header.x-api-key"/></VerifyAPIKey>',
    "apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
      <PreFlow><Request><Step><Name>V</Name></Step></Request></PreFlow>
      <HTTPProxyConnection><BasePath>/keyed</BasePath></HTTPProxyConnection>
      <RouteRule name="none"/>
    </ProxyEndpoint>`,
  };
  const folder = folderWith(below("keyed", keyed));
  const withKey = (url: string, key: string) =>
    fetch(`${url}/keyed`, { headers: { "x-api-key": key } }).then(({ status }) => status);

  test("lets in the apps of the command line, and nobody else", async () => {
    const dev = new RunningInProcess(
      ["dev", "keyed/apiproxy", "--port", "0", "--app", "one", "--app", "two:secret"],
      folder,
    );
    const url = await dev.ready();
    expect(await Promise.all(["one", "two", "two:secret", "three"].map((key) => withKey(url, key)))).toEqual([
      200, 200, 401, 401,
    ]);
    expect((await get(`${url}/keyed`)).text).toContain("steps.oauth.v2.FailedToResolveAPIKey");
    await dev.stop();
  });

  test("gives the apps of the command line tokens with the scopes that policies ask for", async () => {
    const bundle = folderWith(
      below("tokens", {
        "apiproxy/tokens.xml": '<APIProxy name="tokens"/>',
        "apiproxy/policies/G.xml": `<OAuthV2 name="G"><Operation>GenerateAccessToken</Operation>
          <SupportedGrantTypes><GrantType>client_credentials</GrantType></SupportedGrantTypes>
          <GenerateResponse enabled="true"/></OAuthV2>`,
        "apiproxy/policies/V.xml":
          '<OAuthV2 name="V"><Operation>VerifyAccessToken</Operation><Scope>read</Scope></OAuthV2>',
        "apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
          <PreFlow><Request>
            <Step><Name>G</Name><Condition>proxy.pathsuffix = "/token"</Condition></Step>
            <Step><Name>V</Name><Condition>proxy.pathsuffix != "/token"</Condition></Step>
          </Request></PreFlow>
          <HTTPProxyConnection><BasePath>/tokens</BasePath></HTTPProxyConnection>
          <RouteRule name="none"/>
        </ProxyEndpoint>`,
      }),
    );
    const dev = new RunningInProcess(["dev", "tokens", "--port", "0", "--app", "one:secret"], bundle);
    const url = await dev.ready();
    const answer = await fetch(`${url}/tokens/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa("one:secret")}` },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    const { access_token: token, scope } = (await answer.json()) as Record<string, string>;
    expect(scope).toBe("read");
    const called = await fetch(`${url}/tokens/x`, { headers: { authorization: `Bearer ${token}` } });
    expect(called.status).toBe(200);
    await dev.stop();
    expect(dev.output).not.toMatch(/secret|one:/);
  });

  test("follows the files of products and apps, which need no key that seals them", async () => {
    const app = (status: string) =>
      JSON.stringify([
        {
          name: "shop",
          developerEmail: "ann@example.com",
          credentials: [{ consumerKey: "key", status, apiProducts: [{ apiproduct: "p" }] }],
        },
      ]);
    const environment = folderWith({
      ...below("apiproxies/keyed", keyed),
      "environments/local/products.json": JSON.stringify([{ name: "p", proxies: ["keyed"] }]),
      "environments/local/developers.json": JSON.stringify([{ email: "ann@example.com" }]),
      "environments/local/developerapps.json": app("approved"),
    });
    const dev = new RunningInProcess(["dev", ".", "--port", "0"], environment);
    const url = await dev.ready();
    expect(await withKey(url, "key")).toBe(200);
    writeIn(environment, "environments/local/developerapps.json", app("revoked"));
    await dev.prints(/changed API products and apps of local/);
    expect(await withKey(url, "key")).toBe(401);
    await dev.stop();
    expect(dev.output).not.toContain('"key"');
  });

  test("says that it lets in nobody where there are no apps", async () => {
    const { stdout, status } = await sortieInProcess(["check", "keyed/apiproxy"], folder);
    expect(stdout).toMatch(
      /policies\/V.xml:1:1 {2}warning {2}NoApps {2}The policy V lets in apps, and the environment has none: every request is refused.\n {4}Add developerapps.json, developers.json and products.json to the environment, or start sortie dev with --app KEY./,
    );
    expect(status).toBe(0);
  });
});
