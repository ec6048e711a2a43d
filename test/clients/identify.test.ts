import { expect, test } from "vitest";
import { DirectoryError } from "../../src/clients/directory.ts";
import { identify } from "../../src/clients/identify.ts";
import { directoryOf, oneApp } from "./memory-directory.ts";

const NOW = Date.UTC(2026, 0, 2);
const context = {
  now: () => NOW,
  within: <T>(_ms: number, work: Promise<T>) => work,
  waitUntil: () => {},
};

/** The one app, changed. */
function changed(app: object, credential: object = {}, developer: object = {}) {
  const [{ credentials, ...rest }] = oneApp.apps as [(typeof oneApp.apps)[number]];
  return {
    ...oneApp,
    developers: [{ ...oneApp.developers[0], ...developer }],
    apps: [{ ...rest, credentials: [{ ...credentials[0], ...credential }], ...app }],
  };
}

async function identified(files: object, key = "key-1") {
  const { directory } = await directoryOf(files);
  return identify(directory, key, context);
}

test("who has the key of an approved app of an active developer is known, with the products of the key", async () => {
  const client = await identified(
    changed({ status: "approved" }, { status: "APPROVED" }, { status: "Active" }),
  );
  expect(client).toMatchObject({
    app: { name: "app" },
    credential: { consumerSecret: "secret-1" },
    owner: { kind: "developer", developer: { email: "ann@example.com" } },
    products: [{ name: "p" }],
  });
});

test.each<[refusal: string, files: object]>([
  ["key not approved", changed({}, { status: "revoked" })],
  ["key not approved", changed({}, { status: "pending" })],
  ["key not approved", changed({}, { status: "" })],
  ["key not approved", changed({}, { status: "approved " })],
  ["key expired", changed({}, { expiresAt: String(NOW) })],
  ["key expired", changed({}, { expiresAt: String(NOW - 1) })],
  ["key expired", changed({}, { expiresAt: NOW - 1 })],
  ["key expired", changed({}, { expiresAt: "soon" })],
  ["key expired", changed({}, { expiresAt: "" })],
  ["key expired", changed({}, { expiresAt: "0" })],
  ["app not approved", changed({ status: "revoked" })],
  ["app not approved", changed({ status: "appproved" })],
  ["developer not active", changed({}, {}, { status: "inactive" })],
  ["developer not active", changed({}, {}, { status: "login_lock" })],
])("%s: %j lets nobody in", async (refusal, files) => {
  expect(await identified(files)).toBe(refusal);
});

test.each(["", "key-2", "KEY-1", "key-1 ", "app-1", "__proto__"])("nobody has the key %j", async (key) => {
  expect(await identified(oneApp, key)).toBe("unknown key");
});

test("a key that expires later, or never, lets in", async () => {
  for (const expiresAt of ["-1", -1, NOW + 1, String(NOW + 1)]) {
    expect(await identified(changed({}, { expiresAt }))).toMatchObject({ app: { name: "app" } });
  }
});

test("the app of an app group is let in while that is active", async () => {
  const { developers, apps, ...rest } = oneApp;
  const app = { ...apps[0], developerId: null, appGroup: "partners" };
  const group = (status: string) => [{ name: "partners", appGroupId: "g", status }];
  const known = await identified({ ...rest, apps: [app], appGroups: group("active") });
  expect(known).toMatchObject({ owner: { kind: "appGroup", appGroup: { name: "partners" } } });
  const refused = await identified({ ...rest, apps: [app], appGroups: group("inactive") });
  expect(refused).toBe("app group not active");
});

test("products that the key is not approved for, or that do not exist, do not count", async () => {
  const apiProducts = [
    { apiproduct: "q", status: "pending" },
    { apiproduct: "nowhere", status: "approved" },
    { apiproduct: "p", status: "approved" },
  ];
  const files = { ...changed({}, { apiProducts }), products: [{ name: "p" }, { name: "q" }] };
  const client = await identified(files);
  expect(client).toMatchObject({ products: [{ name: "p" }] });
});

test("what cannot be read is not taken for nobody", async () => {
  const { directory, parts, log } = await directoryOf(oneApp);
  parts.clear();
  await expect(Promise.resolve(identify(directory, "key-1", context))).rejects.toThrow(DirectoryError);
  expect(log).toEqual([
    { level: "error", event: "clients.unreadable", environment: "test", reason: "KV has trouble" },
  ]);
});

test("who is known in the isolate is known at once", async () => {
  const { directory, reads } = await directoryOf(oneApp);
  await identify(directory, "key-1", context);
  const before = reads.length;
  expect(identify(directory, "key-1", context)).not.toBeInstanceOf(Promise);
  expect(reads).toHaveLength(before);
});
