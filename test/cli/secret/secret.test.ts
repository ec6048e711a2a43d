import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { beforeAll, describe, expect, test } from "vitest";
import { readPrivateKey } from "../../../src/credentials/secrets/keys.ts";
import { secretKey } from "../../../src/credentials/secrets/place.ts";
import { openSecret } from "../../../src/credentials/secrets/seal.ts";
import { COMPATIBILITY_DATE } from "../../../src/functions/compatibility-date.ts";
import { sortieInProcess } from "../in-process.ts";
import { type Finished, folderWith, repository, sortie, writeIn } from "../sortie.ts";

/** A source with an authentication and two secrets. */
const crm = `apiName: crm
configuration:
  type: rest
  domains:
    - host: crm.example.com
      auth: { type: bearerToken, bearerToken: { type: asSecretName, value: token } }
  additionalSecrets: { type: asSecretsNames, secretNames: [pin] }
worker:
  networkEgressPolicies:
    - { address: crm.example.com, port: 443 }
`;

/** An environment with a source and an outbound application. */
const environment = {
  "policies/sources/customers.yaml": crm,
  "policies/outbound-applications/github.yaml": "",
  "policies/environments/prod/targetservers.json": "[]",
};

/** The whole content of the KV namespace that Wrangler keeps on this machine. */
async function dump(persistTo: string): Promise<Map<string, string>> {
  const miniflare = new Miniflare({
    cf: false,
    resourcePersistencePath: join(persistTo, "v3"),
    workers: [
      {
        config: {
          name: "dump",
          compatibilityDate: COMPATIBILITY_DATE,
          manifest: {
            mainModule: "worker.js",
            modules: { "worker.js": { type: "esm", contents: "export default {}" } },
          },
          env: { CONFIG: { type: "kv", id: "sortie-config" } },
        },
      },
    ],
  });
  try {
    const { CONFIG } = await miniflare.getBindings<{ CONFIG: KVNamespace }>("dump");
    const { keys } = await CONFIG.list();
    return new Map(
      await Promise.all(keys.map(async ({ name }) => [name, (await CONFIG.get(name)) ?? ""] as const)),
    );
  } finally {
    await miniflare.dispose();
  }
}

// One after the other: what is set is listed, and then removed.
describe("the secrets of a deployed environment", { shuffle: false }, () => {
  const folder = folderWith(environment);
  const state = folderWith({});
  const kv = [
    "--local",
    "--persist-to",
    state,
    "--config",
    join(repository, "wrangler.toml"),
    "--env",
    "prod",
  ];
  const secret = (args: readonly string[], input?: string) =>
    sortieInProcess(["secret", ...args, ...kv], folder, input);
  const place = { environment: "prod", source: "crm", name: "token" };
  let keys: Finished;

  beforeAll(async () => {
    keys = await sortieInProcess(["secret", "key", "--env", "prod"], folder);
  });

  test("have a public key in the environment's folder and a private one that is printed only", async () => {
    expect(keys.status).toBe(0);
    expect(keys.stdout).toMatch(/^\{.*\}\n$/);
    const file = readFileSync(join(folder, "policies/environments/prod/secrets-key.json"), "utf8");
    const { d, kid } = JSON.parse(keys.stdout);
    expect(JSON.parse(file)).toMatchObject({ kid, kty: "EC", crv: "P-256" });
    expect(file).not.toContain(d);
    expect(keys.stderr).toContain("policies/environments/prod/secrets-key.json");
    expect(keys.stderr).not.toContain(d);
  });

  test("are set from the standard input, without the newline at its end, and sealed", async () => {
    const { status, stdout, stderr } = await sortie(
      ["secret", "set", "crm", "token", ...kv],
      folder,
      "s3cret \n\n",
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe("Set token of crm in prod. Where it is in use, it is found within two minutes.\n");
    const jwe = (await dump(state)).get(secretKey(place)) ?? "";
    expect(await openSecret(jwe, place, await readPrivateKey(keys.stdout))).toBe("s3cret \n");
  });

  test("are nowhere in KV in the clear", async () => {
    await secret(["set", "outbound-application:github", "clientSecret"], "an0ther s3cret");
    const all = [...(await dump(state))].flat().join("\n");
    expect(all).toContain("secret/prod/outbound-application:github/clientSecret");
    expect(all).not.toMatch(/s3cret|czNjcmV0/);
  });

  test("are listed by name, with those that another key sealed", async () => {
    const unset = "crm  pin  not set\n";
    const list = "crm  token\noutbound-application:github  clientSecret\n";
    expect(await secret(["list"])).toEqual({ status: 0, stderr: "", stdout: unset + list });
    const file = join(folder, "policies/environments/prod/secrets-key.json");
    const before = readFileSync(file);
    const replaced = await sortieInProcess(["secret", "key", "--env", "prod", "--replace"], folder);
    expect(replaced.status).toBe(0);
    expect((await secret(["list"])).stdout).toBe(
      unset + list.replaceAll("\n", "  sealed for another key: set it again\n"),
    );
    writeIn(folder, "policies/environments/prod/secrets-key.json", before);
  });

  test("are removed", async () => {
    expect(await secret(["remove", "crm", "token"])).toEqual({
      status: 0,
      stderr: "",
      stdout: "Removed token of crm.\n",
    });
    expect((await secret(["list"])).stdout).toBe(
      "crm  pin  not set\ncrm  token  not set\noutbound-application:github  clientSecret\n",
    );
    const again = await secret(["remove", "crm", "token"]);
    expect(again).toEqual({ status: 2, stdout: "", stderr: "error: There is no secret token of crm.\n" });
  });

  test.each([
    [
      "of an unknown source, with the nearest name",
      ["set", "crn", "token"],
      "There is no source crn. Did you mean crm?",
    ],
    [
      "of a source that resembles none",
      ["set", "warehouse", "token"],
      "There is crm, outbound-application:github.",
    ],
    ["with a name that none can have", ["set", "crm", "a/b"], '"a/b" cannot be the name of a secret: '],
    [
      "of an outbound application but its client secret",
      ["set", "outbound-application:github", "token"],
      "The secret of an outbound application has the name clientSecret.",
    ],
    ["whose value is on the command line", ["set", "crm", "token", "s3cret"], "too many arguments"],
  ])("are refused %s", async (_, args, message) => {
    const { status, stdout, stderr } = await secret(args, "value");
    expect(stderr).toContain(message);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });

  test.each([
    ["an empty value", "", "The value is empty. Nothing was set."],
    ["a value that is only a newline", "\r\n", "The value is empty. Nothing was set."],
    ["a value that is no text", new Uint8Array([0xff, 0xfe]), "The value is not text in UTF-8."],
    ["a value of more than 64 KiB", "x".repeat(65_537), "The value is longer than 65536 bytes."],
  ])("are refused with %s", async (_, input, message) => {
    const { status, stderr } = await sortieInProcess(["secret", "set", "crm", "token", ...kv], folder, input);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});

describe("the keys of an environment", () => {
  test("are not replaced without --replace", async () => {
    const folder = folderWith({ ...environment, "policies/environments/prod/secrets-key.json": "{}" });
    const { status, stdout, stderr } = await sortieInProcess(["secret", "key", "--env", "prod"], folder);
    expect(stderr).toMatch(/^error: policies\/environments\/prod\/secrets-key.json is there already/);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });

  test("are needed before a secret can be set", async () => {
    const folder = folderWith(environment);
    const { status, stderr } = await sortieInProcess(
      ["secret", "set", "crm", "token", "--env", "prod"],
      folder,
      "value",
    );
    expect(stderr).toBe(
      "error: There is no environments/prod/secrets-key.json to seal secrets and keys of apps with. Make it, and the Worker's key, with: " +
        "sortie secret key --env prod | npx wrangler secret put SECRETS_KEY\n",
    );
    expect(status).toBe(2);
  });

  test("must be keys", async () => {
    const folder = folderWith({ ...environment, "policies/environments/prod/secrets-key.json": "{}" });
    const { status, stderr } = await sortieInProcess(["secret", "list", "--env", "prod"], folder);
    expect(stderr).toMatch(/^error: environments\/prod\/secrets-key.json is not a public key/);
    expect(status).toBe(2);
  });

  test.each([
    [
      "an environment that is not there",
      ["--env", "staging"],
      "There is no environments/staging; there is prod.",
    ],
    ["something that is no name", ["--env", "../prod"], '"../prod" cannot be the name of an environment.'],
    ["no environment", [], "required option '--env <name>' not specified"],
    ["a folder that is not there", ["--env", "prod", "--folder", "nowhere"], "nowhere does not exist"],
  ])("are not made for %s", async (_, args, message) => {
    const { status, stdout, stderr } = await sortieInProcess(
      ["secret", "key", ...args],
      folderWith(environment),
    );
    expect(stderr).toContain(message);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });
});

describe("the secrets of sortie dev", () => {
  test("are kept in a folder that is its owner's alone, sealed, and that git leaves alone", async () => {
    const folder = folderWith(environment);
    const { status, stdout, stderr } = await sortieInProcess(
      ["secret", "set", "crm", "token"],
      folder,
      "s3cret\n",
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe("Set token of crm for sortie dev, in .sortie/secrets.json.\n");
    const own = join(folder, ".sortie");
    expect(statSync(own).mode & 0o777).toBe(0o700);
    expect(readdirSync(own).sort()).toEqual([".gitignore", "secrets-key.json", "secrets.json"]);
    for (const name of readdirSync(own)) {
      expect(statSync(join(own, name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(own, name), "utf8")).not.toContain("s3cret");
    }
    expect(readFileSync(join(own, ".gitignore"), "utf8")).toBe("*\n");
  });

  test("are listed and removed like others", async () => {
    const folder = folderWith(environment);
    const app = "outbound-application:github  clientSecret  not set\n";
    for (const name of ["token", "pin"])
      await sortieInProcess(["secret", "set", "crm", name], folder, "value");
    expect((await sortieInProcess(["secret", "list"], folder)).stdout).toBe(`crm  pin\ncrm  token\n${app}`);
    expect((await sortieInProcess(["secret", "remove", "crm", "pin"], folder)).stdout).toBe(
      "Removed pin of crm.\n",
    );
    expect((await sortieInProcess(["secret", "list"], folder)).stdout).toBe(
      `crm  pin  not set\ncrm  token\n${app}`,
    );
    expect((await sortieInProcess(["secret", "remove", "crm", "pin"], folder)).status).toBe(2);
  });

  test("may be some that no source declares yet, with a warning", async () => {
    const folder = folderWith(environment);
    const { status, stderr } = await sortieInProcess(["secret", "set", "crm", "tokn"], folder, "value");
    expect(stderr).toBe(
      "warning: crm declares no secret tokn, so nothing can read it. Did you mean token?\n",
    );
    expect(status).toBe(0);
    expect((await sortieInProcess(["secret", "list"], folder)).stdout).toContain("crm  tokn  not declared\n");
  });

  test("are none at first", async () => {
    const folder = folderWith(environment);
    expect((await sortieInProcess(["secret", "list"], folder)).stdout).not.toMatch(/crm {2}token$/m);
    expect(existsSync(join(folder, ".sortie"))).toBe(false);
  });

  test("say what to do when their file is damaged", async () => {
    const folder = folderWith({ ...environment, ".sortie/secrets.json": "garbage" });
    const { status, stderr } = await sortieInProcess(["secret", "list"], folder);
    expect(stderr).toMatch(
      /^error: .sortie\/secrets.json cannot be read. Remove .sortie and set the secrets again/,
    );
    expect(status).toBe(2);
  });
});
