import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sortieInProcess } from "../in-process.ts";
import { CloudflareServer } from "../kv/cloudflare-server.ts";
import {
  answer,
  answeringProxy,
  below,
  type Finished,
  folderWith,
  repository,
  sortie,
  writeIn,
} from "../sortie.ts";
import { startWorker } from "./worker.ts";

// One after the other: what is pushed is served, shown and rolled back.
describe("an environment deployed to KV", { shuffle: false }, () => {
  const state = folderWith({});
  const folder = folderWith({
    ...below("apiproxies/a", answeringProxy("a", "first")),
    ...below("apiproxies/b", answeringProxy("b", "stays")),
    "environments/test/egress.json": '{ "allow": ["api.example.com"] }',
  });
  const kv = ["--local", "--persist-to", state, "--config", join(repository, "wrangler.toml")];
  const deployment = (command: string, ...args: string[]) =>
    sortie([command, ...args, "--env", "test", ...kv], folder);
  let first: Finished;
  let second: Finished;
  let worker: Miniflare;

  const get = async (path: string) => (await worker.dispatchFetch(`http://gateway${path}`)).text();
  const refresh = () =>
    worker.dispatchFetch("http://gateway/_sortie/refresh", {
      method: "POST",
      headers: { authorization: "Bearer token" },
    });

  beforeAll(async () => {
    first = await deployment("push", ".");
    writeIn(folder, "apiproxies/a/apiproxy/policies/Answer.xml", answer("second"));
    second = await deployment("push", ".");
    worker = startWorker(state);
  });
  afterAll(() => worker?.dispose());

  test("is all new at first", () => {
    expect(first).toEqual({
      status: 0,
      stderr: "",
      stdout: "added      proxy a\nadded      proxy b\nadded      settings\nDeployed generation 1 of test.\n",
    });
  });

  test("changes in what is pushed later", () => {
    expect(second).toEqual({
      status: 0,
      stderr: "",
      stdout: "changed    proxy a\nunchanged  proxy b\nunchanged  settings\nDeployed generation 2 of test.\n",
    });
  });

  test("is served by a Worker on that namespace", async () => {
    expect(await get("/a")).toBe("second");
    expect(await get("/b")).toBe("stays");
  });

  test("is not touched by a push that changes nothing", async () => {
    const { status, stdout } = await sortieInProcess(["push", ".", "--env", "test", ...kv], folder);
    expect(stdout).toMatch(/Nothing has changed: test stays at generation 2.\n$/);
    expect(status).toBe(0);
  });

  test("is shown with its proxies and the generations that can be gone back to", async () => {
    const { status, stdout } = await sortieInProcess(["status", ...kv], folder);
    expect(stdout).toMatch(
      new RegExp(
        "^test: generation 2, deployed 20\\d\\d-\\S+Z\n" +
          "  proxy a, revision [0-9a-f]{12}, /a\n" +
          "  proxy b, revision [0-9a-f]{12}, /b\n" +
          "  can be rolled back to: 1\n$",
      ),
    );
    expect(status).toBe(0);
  });

  test("goes back to the generation before, which gets a new number", async () => {
    const { status, stdout } = await deployment("rollback");
    expect(stdout).toBe(
      "changed    proxy a\nunchanged  proxy b\nunchanged  settings\n" +
        "Deployed generation 3 of test, which is generation 1 again.\n",
    );
    expect(status).toBe(0);
    expect((await refresh()).status).toBe(204);
    expect(await get("/a")).toBe("first");
  });
});

describe("the KV namespace of an account", () => {
  let server: CloudflareServer;
  beforeAll(async () => {
    server = await CloudflareServer.start();
  });
  afterAll(() => server.stop());

  const configuration = 'account_id = "a1"\n[[kv_namespaces]]\nbinding = "CONFIG"\nid = "n1"\n';

  test("is pushed to, shown and rolled back through Cloudflare's API", async () => {
    const folder = folderWith({
      "wrangler.toml": configuration,
      ...below("apiproxies/a", answeringProxy("a", "first")),
    });
    const variables = { CLOUDFLARE_API_BASE_URL: server.url, CLOUDFLARE_API_TOKEN: "t1" };
    const run = (...args: string[]) => sortieInProcess(args, folder, "", variables);
    expect(await run("push", ".", "--env", "test")).toMatchObject({ status: 0, stderr: "" });
    writeIn(folder, "apiproxies/a/apiproxy/policies/Answer.xml", answer("second"));
    expect(await run("push", ".", "--env", "test")).toMatchObject({ status: 0, stderr: "" });
    expect(await run("rollback", "--env", "test")).toMatchObject({ status: 0, stderr: "" });
    expect((await run("status")).stdout).toMatch(/^test: generation 3, [\s\S]*rolled back to: 1, 2\n$/);
    expect(server.requests.every(({ authorization }) => authorization === "Bearer t1")).toBe(true);
  });

  test("needs a login", async () => {
    const folder = folderWith({
      "wrangler.toml": configuration,
      ...below("apiproxies/a", answeringProxy("a", "text")),
    });
    const nobody = { HOME: folder, XDG_CONFIG_HOME: folder, CLOUDFLARE_API_TOKEN: "" };
    const { status, stderr } = await sortieInProcess(["push", ".", "--env", "test"], folder, "", nobody);
    expect(stderr).toMatch(/^error: Nobody is logged in to Cloudflare. Log in with: npx wrangler login/);
    expect(status).toBe(2);
  });
});

test("what takes data of an ontology out of sight is refused, unless it is said", async () => {
  const types = (properties: string) => `objectTypes:
  Person:
    primaryKey: id
    properties:
      id: { type: string }
${properties}
    permissions: { read: [users] }
`;
  const folder = folderWith({ "ontology/people.yaml": types("      name: { type: string }") });
  const place = ["--local", "--persist-to", folderWith({}), "--config", join(repository, "wrangler.toml")];
  const push = (...more: string[]) =>
    sortieInProcess(["push", ".", "--env", "test", ...place, ...more], folder);
  expect(await push()).toMatchObject({ status: 0, stderr: "" });
  writeIn(folder, "ontology/people.yaml", types("      name: { type: integer }"));
  const refused = await push();
  expect(refused).toMatchObject({ status: 1 });
  expect(refused.stderr).toContain(
    "ontology/people.yaml:6:21  error  DataLoss  The values of Person.name are of the type string",
  );
  expect(refused.stderr).toContain("--allow-data-loss");
  expect(await push("--dry-run")).toMatchObject({ stderr: expect.stringContaining("DataLoss") });
  expect((await push("--allow-data-loss")).stdout).toContain("Deployed generation 2 of test.");
});

test("wrangler finds on this machine what sortie wrote, and sortie what wrangler wrote", async () => {
  const state = folderWith({});
  const place = ["--local", "--persist-to", state, "--config", join(repository, "wrangler.toml")];
  const wrangler = (...args: string[]) =>
    promisify(execFile)(join(repository, "node_modules/.bin/wrangler"), ["kv", "key", ...args, ...place]);
  const folder = folderWith(below("apiproxies/a", answeringProxy("a", "text")));
  await sortie(["push", ".", "--env", "test", ...place], folder);
  const { stdout } = await wrangler("get", "environment/test/current", "--binding", "CONFIG", "--text");
  expect(JSON.parse(stdout)).toMatchObject({ environment: "test", generation: 1 });
  await wrangler(
    "put",
    "environment/other/current",
    stdout.replace('"test"', '"other"'),
    "--binding",
    "CONFIG",
  );
  expect((await sortie(["status", ...place])).stdout).toMatch(/^other: generation 1/);
}, 180_000);

describe("a push is refused", () => {
  test("with exit status 1 when the environment has errors", async () => {
    const folder = folderWith(below("apiproxies/a", answeringProxy("a", "text")));
    writeIn(folder, "apiproxies/a/apiproxy/policies/Answer.xml", "<Answer");
    const { status, stdout, stderr } = await sortieInProcess(
      ["push", ".", "--env", "test", "--local"],
      folder,
    );
    expect(stderr).toMatch(/Answer.xml:1:1 {2}error {2}InvalidXML[\s\S]*Nothing was deployed.\n$/);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  });

  test.each([
    ["without a name of an environment", ["push", "."], /required option '--env <name>' not specified/],
    [
      "when its settings do not exist",
      ["push", ".", "--env", "prod"],
      /no environments\/prod; there is test/,
    ],
    ["when there is no such folder", ["push", "--env", "prod"], /policies does not exist/],
  ])("%s", async (_, args, message) => {
    const folder = folderWith({
      ...below("apiproxies/a", answeringProxy("a", "text")),
      "environments/test/targetservers.json": "[]",
    });
    const { status, stderr } = await sortieInProcess(args, folder);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  test("when workerd cannot load what passes every check, before anything is written", async () => {
    const state = folderWith({});
    const folder = folderWith({
      ...below("apiproxies/a", answeringProxy("a", "first")),
      "functions/broken/index.ts":
        'const limits = JSON.parse("{");\nexport default function broken(): string {\n  return String(limits);\n}\n',
    });
    const kv = ["--local", "--persist-to", state, "--config", join(repository, "wrangler.toml")];
    const { status, stderr } = await sortieInProcess(["push", ".", "--env", "test", ...kv], folder);
    expect(stderr).toMatch(
      /functions\/broken\/index\.ts:2:\d+ {2}error {2}LoadFailed {2}The function broken cannot be loaded in workerd: Uncaught SyntaxError: .* at functions\/broken\/index\.ts:1:/,
    );
    expect(stderr).toMatch(/Nothing was deployed\.\n$/);
    expect(status).toBe(1);
    expect((await sortieInProcess(["status", ...kv], folder)).stdout).not.toContain("generation");
  });

  test("when nothing says which KV namespace is meant", async () => {
    const folder = folderWith(below("apiproxies/a", answeringProxy("a", "text")));
    const { status, stderr } = await sortieInProcess(["push", ".", "--env", "test", "--local"], folder);
    expect(stderr).toMatch(/^error: There is no wrangler.toml here or in a folder above/);
    expect(status).toBe(2);
  });
});

test("sources are part of what is deployed", async () => {
  const source = "apiName: Shipping\nconfiguration: { type: rest, domains: [{ host: api.example.com }] }\n";
  const folder = folderWith({
    ...below("apiproxies/a", answeringProxy("a", "text")),
    "sources/shipping.yaml": source,
  });
  const kv = ["--local", "--persist-to", folderWith({}), "--config", join(repository, "wrangler.toml")];
  const push = () => sortieInProcess(["push", ".", "--env", "test", ...kv], folder);
  expect((await push()).stdout).toContain("Deployed generation 1 of test.");
  writeIn(folder, "sources/shipping.yaml", source.replace("api.", "www."));
  expect((await push()).stdout).toMatch(/^unchanged {2}proxy a\nchanged {4}settings\nDeployed generation 2/);
  writeIn(folder, "sources/shipping.yaml", source.replace("api.example.com", "'*.example.com'"));
  const { status, stderr } = await push();
  expect(stderr).toMatch(
    /sources\/shipping.yaml:2:48 {2}error {2}InvalidHost[\s\S]*Nothing was deployed.\n$/,
  );
  expect(status).toBe(1);
});
