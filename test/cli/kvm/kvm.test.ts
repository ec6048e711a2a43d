import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { RunningInProcess, sortieInProcess } from "../in-process.ts";
import { type Finished, folderWith, repository, sortie } from "../sortie.ts";

const policy = `<KeyValueMapOperations name="KV" mapIdentifier="settings">
  <Get assignTo="private.url"><Key><Parameter>url</Parameter></Key></Get>
</KeyValueMapOperations>`;
const show = `<AssignMessage name="Show"><Set><Payload contentType="text/plain">{private.url}</Payload></Set></AssignMessage>`;

/** A proxy that answers with the entry `url` of the map `settings`. */
const environment = {
  "policies/apiproxies/p/apiproxy/p.xml": '<APIProxy name="p" revision="1"/>',
  "policies/apiproxies/p/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
    <PreFlow><Response><Step><Name>KV</Name></Step><Step><Name>Show</Name></Step></Response></PreFlow>
    <HTTPProxyConnection><BasePath>/p</BasePath></HTTPProxyConnection>
    <RouteRule name="none"/>
  </ProxyEndpoint>`,
  "policies/apiproxies/p/apiproxy/policies/KV.xml": policy,
  "policies/apiproxies/p/apiproxy/policies/Show.xml": show,
  "policies/environments/prod/keyvaluemaps.json": JSON.stringify([
    { name: "settings", entry: [{ name: "url", value: "https://deployed.example" }] },
  ]),
};

// One after the other: what is set is shown, and then deleted.
describe("sortie kvm", { shuffle: false }, () => {
  const folder = folderWith(environment);
  const state = folderWith({});
  const local = [
    "--local",
    "--persist-to",
    state,
    "--config",
    join(repository, "wrangler.toml"),
    "--env",
    "prod",
  ];
  const kvm = (args: readonly string[], input?: string) =>
    sortieInProcess(["kvm", ...args, ...local], folder, input);
  const settings = ["--map", "settings"];
  let keys: Finished;

  beforeAll(async () => {
    keys = await sortieInProcess(["secret", "key", "--env", "prod"], folder);
    expect((await sortieInProcess(["push", ...local], folder)).status).toBe(0);
  });

  test("lists what is deployed and what is set, in any scope, and no values", async () => {
    expect((await kvm(["list"])).stdout).toBe("settings  url  deployed\n");
    const set = await kvm(["set", "token", ...settings], "s3cret\n");
    expect(set).toEqual({
      status: 0,
      stderr: "",
      stdout: "Set token in settings. Where it is in use, it is found once its policies read it again.\n",
    });
    await kvm(["set", "url", ...settings], "https://set.example");
    await kvm(["set", "token"], "other");
    await kvm(["set", "k\ney", "--scope", "apiproxy", "--proxy", "p"], "other");
    await kvm(["set", "k", "--scope", "organization"], "other");
    const { status, stdout } = await kvm(["list"]);
    expect(stdout.split("\n")).toEqual([
      "apiproxy p: kvmap  k\\ney  set",
      "kvmap  token  set",
      "settings  token  set",
      "settings  url  set, in the place of what is deployed",
      "organization: kvmap  k  set",
      "",
    ]);
    expect(status).toBe(0);
    expect((await kvm(["list", ...settings])).stdout.split("\n")).toHaveLength(3);
  });

  test("shows values only when it is asked to, and what is sealed with the key alone", async () => {
    expect((await kvm(["get", "token", ...settings])).stdout).toBe("settings  token  set\n");
    const withoutKey = await kvm(["get", "token", ...settings, "--show"]);
    expect(withoutKey).toMatchObject({ status: 2, stdout: "" });
    expect(withoutKey.stderr).toContain("no SECRETS_KEY");
    const show = ["kvm", "get", "token", "--show", ...settings, ...local];
    expect((await sortieInProcess(show, folder, "", { SECRETS_KEY: keys.stdout })).stdout).toBe("s3cret\n");
  });

  test("sets several values with --list", async () => {
    await kvm(["set", "hosts", "--list"], "a\nb\n");
    const get = ["kvm", "get", "hosts", "--show", ...local];
    expect((await sortieInProcess(get, folder, "", { SECRETS_KEY: keys.stdout })).stdout).toBe("a\nb\n");
  });

  test("deletes what is set and what is deployed", async () => {
    expect((await kvm(["delete", "url", ...settings])).stdout).toBe("Deleted url in settings.\n");
    expect((await kvm(["list", ...settings])).stdout).toBe(
      "settings  token  set\nsettings  url  deleted, and deployed\n",
    );
    expect((await kvm(["delete", "token", ...settings])).status).toBe(0);
    expect((await kvm(["list", ...settings])).stdout).toBe("settings  url  deleted, and deployed\n");
    for (const again of [
      ["delete", "token"],
      ["delete", "url"],
      ["get", "url"],
    ]) {
      const { status, stderr } = await kvm([...again, ...settings]);
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: `error: There is no ${again[1]} in the map settings.\n`,
      });
    }
  });

  test("takes back what was deleted with --reset, so that what is deployed is found again", async () => {
    expect((await kvm(["delete", "url", "--reset", ...settings])).stdout).toBe("Reset url in settings.\n");
    expect((await kvm(["list", ...settings])).stdout).toBe("settings  url  deployed\n");
    expect((await kvm(["delete", "url", "--reset", ...settings])).status).toBe(2);
  });

  test("leaves what is set through a deployment", async () => {
    await kvm(["set", "url", ...settings], "https://set.example");
    await sortieInProcess(["push", ...local, "--organization", "local"], folder);
    expect((await kvm(["list", ...settings])).stdout).toBe(
      "settings  url  set, in the place of what is deployed\n",
    );
  });

  test("is told of entries that another key sealed", async () => {
    const file = join(folder, "policies/environments/prod/secrets-key.json");
    const before = readFileSync(file);
    await sortieInProcess(["secret", "key", "--env", "prod", "--replace"], folder);
    expect((await kvm(["list", ...settings])).stdout).toContain("sealed for another key: set it again");
    const get = ["kvm", "get", "url", "--show", ...settings, ...local];
    const replaced = await sortieInProcess(["secret", "key", "--env", "prod", "--replace"], folder);
    const { status, stderr } = await sortie(get, folder, "", { SECRETS_KEY: replaced.stdout });
    expect(stderr).toContain("error: It was sealed for another key, or is damaged. Set it again.");
    expect(status).toBe(2);
    expect(before).not.toEqual(readFileSync(file));
  });

  test.each([
    ["a scope that needs a proxy", ["set", "k", "--scope", "apiproxy"], "needs --proxy"],
    ["a scope that needs a revision", ["set", "k", "--scope", "policy", "--proxy", "p"], "needs --revision"],
    ["an unknown scope", ["get", "k", "--scope", "proxy"], "Allowed choices are"],
    ["a value on the command line", ["set", "k", "v"], "too many arguments"],
    ["a value of 1 MB", ["set", "k"], "longer than 524288 bytes"],
    ["no key", ["get"], "missing required argument"],
    [
      "a folder that is not there",
      ["set", "k", "--folder", "nope"],
      "Name the environment's folder with --folder.",
    ],
  ])("refuses %s", async (_, args, message) => {
    const { status, stderr } = await kvm(args, "x".repeat(1024 * 1024));
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});

test("sortie dev --kvm sets entries for the policies that it runs", async () => {
  const folder = folderWith(environment);
  const running = new RunningInProcess([
    "dev",
    join(folder, "policies/apiproxies/p"),
    "--port",
    "0",
    "--kvm",
    "settings.url=https://dev.example/?a=b.c",
  ]);
  try {
    const url = await running.ready();
    expect(await (await fetch(`${url}/p`)).text()).toBe("https://dev.example/?a=b.c");
  } finally {
    await running.stop();
  }
});

test("a Put under sortie dev is kept, sealed with the key that it makes, and found by later requests", async () => {
  const put = `<KeyValueMapOperations name="KV" mapIdentifier="settings">
    <Put override="true"><Key><Parameter>url</Parameter></Key><Value ref="request.queryparam.url"/></Put>
    <Get assignTo="private.url"><Key><Parameter>url</Parameter></Key></Get>
  </KeyValueMapOperations>`;
  const folder = folderWith({ ...environment, "policies/apiproxies/p/apiproxy/policies/KV.xml": put });
  const running = new RunningInProcess(["dev", join(folder, "policies/apiproxies/p"), "--port", "0"]);
  try {
    const url = await running.ready();
    expect((await fetch(`${url}/p`)).status).toBe(500);
    expect(await (await fetch(`${url}/p?url=https://put.example`)).text()).toBe("https://put.example");
    expect(await (await fetch(`${url}/p`)).text()).toBe("https://put.example");
  } finally {
    await running.stop();
  }
});
