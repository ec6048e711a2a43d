import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunningInProcess, sortieInProcess } from "../in-process.ts";
import { answeringProxy, below, folderWith, get, writeIn } from "../sortie.ts";
import { startServer } from "../upstream.ts";

let upstream: Awaited<ReturnType<typeof startServer>>;
let folder: string;
let dev: RunningInProcess;
let url: string;

/** A source on the server of this test. */
const source = (port: number) => `apiName: Crm
configuration:
  type: rest
  domains:
    - scheme: HTTP
      host: 127.0.0.1
      port: ${port}
      auth: { type: bearerToken, bearerToken: { type: asSecretName, value: token } }
worker:
  networkEgressPolicies:
    - { address: 127.0.0.1, port: ${port} }
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
`;

beforeAll(async () => {
  upstream = await startServer();
  const proxy = answeringProxy("p", "{answer.content}");
  folder = folderWith({
    "policies/sources/Crm.yaml": source(upstream.port),
    "policies/environments/local/aliases.json": '{ "crm": "Crm" }',
    ...below("policies/apiproxies/p", {
      ...proxy,
      "apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
        <PreFlow><Request><Step><Name>SC</Name></Step></Request></PreFlow>
        <PostFlow><Response><Step><Name>Answer</Name></Step></Response></PostFlow>
        <HTTPProxyConnection><BasePath>/p</BasePath></HTTPProxyConnection>
        <RouteRule name="none"/>
      </ProxyEndpoint>`,
      "apiproxy/policies/SC.xml": `<ServiceCallout name="SC"><Response>answer</Response><HTTPTargetConnection><URL>source://crm/path</URL></HTTPTargetConnection></ServiceCallout>`,
    }),
  });
  dev = new RunningInProcess(["dev", "policies", "--port", "0", "--calls"], folder);
  url = await dev.ready();
});
afterAll(async () => {
  await dev?.stop();
  await upstream?.stop();
});

/** What the source got with the last call. */
const authorization = () => upstream.requests.at(-1)?.headers.authorization;

/** Resolves when the proxy answers with what the source did. */
const answersOk = () => expect.poll(() => get(`${url}/p`)).toEqual({ status: 200, text: "upstream" });

// One after the other: what is set is changed, and then removed.
describe("the secrets of sortie dev", { shuffle: false }, () => {
  test("a secret that is not set is said in the log, with what to do", async () => {
    expect((await get(`${url}/p`)).status).toBe(500);
    await dev.prints(/"event":"source.failed".*sortie secret set Crm token/);
  });

  test("sortie dev finds the first secret that is set for it, and calls sources with it", async () => {
    await sortieInProcess(["secret", "set", "Crm", "token"], folder, "first");
    await answersOk();
    expect(authorization()).toBe("Bearer first");
  });

  test("it follows their changes", async () => {
    await sortieInProcess(["secret", "set", "Crm", "token"], folder, "second");
    await expect.poll(() => get(`${url}/p`).then(authorization)).toBe("Bearer second");
  });

  test("one that is removed is gone", async () => {
    await sortieInProcess(["secret", "remove", "Crm", "token"], folder);
    await expect.poll(() => get(`${url}/p`)).toMatchObject({ status: 500 });
  });

  test("with --calls it prints the calls of flows, in short and without secrets", () => {
    expect(dev.output).toContain(`[call] SC: GET 127.0.0.1:${upstream.port} answered 200 after `);
    expect(dev.output).not.toMatch(/Bearer|"event":"audit"/);
  });

  test("what cannot be read of them is said, and changes nothing", async () => {
    await sortieInProcess(["secret", "set", "Crm", "token"], folder, "third");
    await answersOk();
    const before = dev.output.length;
    writeIn(folder, ".sortie/secrets.json", "garbage");
    await dev.prints(/error: \.sortie\/secrets\.json cannot be read\./, before);
    expect((await get(`${url}/p`)).status).toBe(200);
  });
});
