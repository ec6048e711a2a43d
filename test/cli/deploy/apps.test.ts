import { renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateKeys } from "../../../src/credentials/secrets/keys.ts";
import { sortieInProcess } from "../in-process.ts";
import { below, folderWith, repository, writeIn } from "../sortie.ts";
import { startWorker } from "./worker.ts";

const keyed = below("apiproxies/keyed", {
  "apiproxy/keyed.xml": '<APIProxy name="keyed"/>',
  "apiproxy/policies/V.xml": '<VerifyAPIKey name="V"><APIKey ref="request.header.x-api-key"/></VerifyAPIKey>',
  "apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
    <PreFlow><Request><Step><Name>V</Name></Step></Request></PreFlow>
    <HTTPProxyConnection><BasePath>/keyed</BasePath></HTTPProxyConnection>
    <RouteRule name="none"/>
  </ProxyEndpoint>`,
});
const config = ["--config", join(repository, "wrangler.toml")];

const shop = (status: string) => ({
  "environments/test/products.json": JSON.stringify([{ name: "p", proxies: ["keyed"] }]),
  "environments/test/developers.json": JSON.stringify([{ email: "ann@example.com" }]),
  "environments/test/developerapps.json": JSON.stringify([
    {
      name: "shop",
      developerEmail: "ann@example.com",
      status,
      credentials: [
        { consumerKey: "the key", consumerSecret: "the secret", apiProducts: [{ apiproduct: "p" }] },
      ],
    },
  ]),
});

test("apps are deployed sealed, and not at all without a key that seals them", async () => {
  const folder = folderWith({ ...keyed, ...shop("approved") });
  const kv = ["--local", "--persist-to", folderWith({}), ...config];
  const run = (command: string, variables = {}) =>
    sortieInProcess([command, ".", "--env", "test", ...kv], folder, "", variables);
  const refused = await run("push");
  expect(refused.stderr).toMatch(
    /There is no environments\/test\/secrets-key.json to seal secrets and keys of apps with. Make it, .*sortie secret key --folder \. --env test/,
  );
  expect(refused.status).toBe(2);
  writeIn(folder, "environments/test/secrets-key.json", "{}");
  expect(await run("push")).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/is not a public key/),
  });
  const { publicJwk, privateJwk } = await generateKeys();
  writeIn(folder, "environments/test/secrets-key.json", publicJwk);
  expect((await run("push")).stdout).toContain("added      API products and apps of test\n");
  expect((await run("push")).stdout).toContain("Nothing has changed: test stays at generation 1.");

  for (const [name, text] of Object.entries(shop("revoked"))) writeIn(folder, name, text);
  const shown = await run("diff");
  expect(shown.stdout).toContain("changed    API products and apps of test\n");
  expect(shown.stdout).toContain("What is deployed is sealed.");
  const compared = await run("diff", { SECRETS_KEY: privateJwk });
  expect(compared.stdout).toMatch(
    /changed {2}app shop \(.*\)\n[\s\S]*- {2}"status": "approved"[\s\S]*\+ {2}"status": "revoked"/,
  );
  const pushed = await run("push");
  expect(pushed.stdout).toContain("Deployed generation 2 of test.");
  const back = await sortieInProcess(["rollback", "--env", "test", ...kv], folder);
  expect(back.stdout).toContain("changed    API products and apps of test\n");
  expect(back.stdout).toContain("Deployed generation 3 of test, which is generation 1 again.");
  expect(back.stderr).toBe("");
  const status = await sortieInProcess(["status", "--env", "test", ...kv], folder);
  expect(status.stdout).toContain("\n  API products and 1 app\n");

  const apps = join(folder, "environments/test/developerapps.json");
  renameSync(apps, `${apps}.away`);
  const lost = await run("push");
  expect(lost.stderr).toMatch(
    /environments\/test\/developerapps.json:1:1 {2}error {2}DataLoss {2}No app would be left \(1 deployed\), and no key would let anybody in.\n {4}Put the file with the apps there, or say --allow-data-loss.\n/,
  );
  expect(lost).toMatchObject({ status: 1, stderr: expect.stringMatching(/Nothing was deployed.\n$/) });
  renameSync(`${apps}.away`, apps);

  writeIn(folder, "environments/test/secrets-key.json", (await generateKeys()).publicJwk);
  expect((await run("push")).stdout).toContain("changed    API products and apps of test\n");
  const older = await sortieInProcess(["rollback", "--env", "test", ...kv], folder);
  expect(older.stderr).toMatch(/^warning: The apps of generation 3 are sealed for another key/);
  expect(older).toMatchObject({ status: 0 });
  for (const { stdout, stderr } of [shown, compared, pushed, back, status, older]) {
    expect(stdout + stderr).not.toMatch(/the key|the secret/);
  }
});

test("a Worker with the key of the environment lets in who has an app's key; with another, or none, it says that it cannot", async () => {
  const keys = await generateKeys();
  const state = folderWith({});
  const folder = folderWith({
    ...keyed,
    ...shop("approved"),
    "environments/test/secrets-key.json": keys.publicJwk,
  });
  const place = ["--env", "test", "--local", "--persist-to", state, ...config];
  expect(await sortieInProcess(["push", ".", ...place], folder)).toMatchObject({ status: 0 });
  const answers = async (secretsKey: string | undefined) => {
    const worker = startWorker(state, secretsKey);
    try {
      return await Promise.all(
        ["the key", "another key"].map(async (key) => {
          const headers = { "x-api-key": key };
          const answer = await worker.dispatchFetch("http://gateway/keyed", { headers });
          return [answer.status, /"errorcode":"([^"]*)"/.exec(await answer.text())?.[1] ?? null];
        }),
      );
    } finally {
      await worker.dispose();
    }
  };
  expect(await answers(keys.privateJwk)).toEqual([
    [200, null],
    [401, "oauth.v2.InvalidApiKey"],
  ]);
  const unavailable = [503, "sortie.ClientsUnavailable"];
  expect(await answers((await generateKeys()).privateJwk)).toEqual([unavailable, unavailable]);
  expect(await answers(undefined)).toEqual([unavailable, unavailable]);
});
