import { expect, test } from "vitest";
import { clientChanges } from "../../../../src/cli/deploy/diff/client-changes.ts";
import { packDirectory } from "../../../../src/clients/pack-directory.ts";
import type { ClientEntities } from "../../../../src/clients/read-clients.ts";
import { generateKeys, readPublicKey } from "../../../../src/credentials/secrets/keys.ts";
import { type EnvironmentDocument, parseDocument } from "../../../../src/environment/document.ts";
import { type ClientFiles, clientsOf, oneApp } from "../../../clients/memory-directory.ts";

const keys = await generateKeys();

/** A deployed state that has nothing but clients. */
async function deployed({ clients }: { readonly clients: ClientEntities }) {
  const packed = await packDirectory("test", clients, await readPublicKey(keys.publicJwk, "file"));
  const document = parseDocument({
    format: 1,
    organization: "o",
    environment: "test",
    generation: 1,
    deployedAt: "",
    proxies: [],
    sharedFlows: [],
    flowHooks: {},
    targetServers: [],
    keyValueMaps: {},
    egress: { allow: [], advice: "list" },
    directory: packed?.deployed ?? null,
  });
  return { document, parts: packed?.parts ?? new Map<string, Uint8Array>() };
}

async function changes(before: ClientFiles | null, after: ClientFiles, privateKey: string | undefined) {
  const old = before && (await deployed(clientsOf(before)));
  const now = clientsOf(after);
  const { document } = await deployed(now);
  const previous: EnvironmentDocument | null = old?.document ?? null;
  const read = async (revision: string) => old?.parts.get(revision) ?? null;
  return clientChanges({ document, previous }, now.clients, read, privateKey);
}

const [app] = oneApp.apps;
const withKeys = (...credentials: object[]) => ({
  ...oneApp,
  apps: [{ ...app, credentials: credentials.map((more) => ({ ...app?.credentials[0], ...more })) }],
});

test.each<[credentials: object[], lines: string[]]>([
  [
    [{ consumerSecret: "secret-2", status: "revoked" }],
    [
      '-      "consumerSecret": "(a secret)",',
      '-      "status": "approved",',
      '+      "consumerSecret": "(another secret)",',
      '+      "status": "revoked",',
    ],
  ],
  [
    [{ consumerKey: "key-2" }],
    ['-      "consumerKey": "(a key)",', '+      "consumerKey": "(another key)",'],
  ],
])("what changes of an app is shown, and neither keys nor secrets", async (credentials, lines) => {
  const found = await changes(oneApp, withKeys(...credentials), keys.privateJwk);
  expect(found).toMatchObject({
    what: "API products and apps of test",
    files: [{ kind: "changed", path: "app app (app-1)" }],
  });
  const text = found?.files[0]?.text ?? "";
  expect(text.split("\n").filter((line) => /^[+-]/.test(line))).toEqual(lines);
  expect(JSON.stringify(found)).not.toMatch(/key-1|key-2|secret-1|secret-2/);
});

test("products and developers that come and go are named", async () => {
  const after = {
    products: [{ name: "q", proxies: ["orders"] }],
    developers: [...oneApp.developers, { email: "bob@example.com" }],
    apps: [],
  };
  const found = await changes(oneApp, after, keys.privateJwk);
  expect(found?.files.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    "removed app app (app-1)",
    "added developer bob@example.com",
    "removed product p",
    "added product q",
  ]);
});

test("of the first ones, and of very many, the names are told", async () => {
  expect((await changes(null, oneApp, undefined))?.files).toEqual([
    { kind: "added", path: "app app (app-1)", text: "" },
    { kind: "added", path: "developer ann@example.com", text: "" },
    { kind: "added", path: "product p", text: "" },
  ]);
  const products = Array.from({ length: 105 }, (_, index) => ({ name: `p${index}`, proxies: ["a"] }));
  const found = await changes(null, { products }, undefined);
  expect([found?.files.length, found?.note]).toEqual([100, "and 5 more"]);
});

test("what is the same is no change", async () => {
  expect(await changes(oneApp, oneApp, undefined)).toBe(null);
  expect(await changes(null, {}, undefined)).toBe(null);
});

test.each<[key: string | undefined, note: RegExp]>([
  [
    undefined,
    /^What is deployed is sealed\. Where the variable SECRETS_KEY is the Worker's, you see what changes\.$/,
  ],
  [
    (await generateKeys()).privateJwk,
    /^What is deployed cannot be compared: they are sealed for another key/,
  ],
  ["{}", /^What is deployed cannot be compared: SECRETS_KEY is not a private key/],
])("without the Worker's key it says that there are changes, and how to see them", async (key, note) => {
  const found = await changes(oneApp, withKeys({ consumerKey: "key-2" }), key);
  expect(found).toMatchObject({ files: [], note: expect.stringMatching(note) });
});
