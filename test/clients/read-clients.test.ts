import fc from "fast-check";
import { expect, test } from "vitest";
import { clientsOf, oneApp } from "./memory-directory.ts";

/** What is said of files, but for apps without keys, of which most are here. */
function said(files: object): string[] {
  return clientsOf(files)
    .report.problems.filter(({ code }) => code !== "AppsWithoutKeys")
    .map(({ severity, code, file, line, message }) => `${severity} ${code} ${file}:${line} ${message}`);
}

test("a list, and what the management API answers for one, say the same", () => {
  const { products, developers, apps } = oneApp;
  const wrapped = {
    products: { apiProduct: products },
    developers: { developer: developers },
    apps: { app: apps },
  };
  const { productAt, ...clients } = clientsOf(wrapped).clients;
  expect(clientsOf(oneApp).clients).toMatchObject(clients);
  expect(clientsOf({ products: {}, developers: {}, apps: {}, appGroups: {} }).report.problems).toEqual([]);
});

test("what an export of a running Apigee has is read without a word", () => {
  const files = {
    products: {
      apiProduct: [
        {
          name: "p",
          displayName: "P",
          approvalType: "auto",
          attributes: [{ name: "access", value: "public" }],
          apiResources: ["/**"],
          environments: ["prod"],
          proxies: ["orders"],
          scopes: ["read"],
          quota: "10",
          quotaInterval: "1",
          quotaTimeUnit: "minute",
          quotaCounterScope: "PROXY",
          createdAt: "1700000000000",
          lastModifiedAt: "1700000000001",
        },
      ],
    },
    developers: {
      developer: [
        {
          email: "ann@example.com",
          firstName: "Ann",
          lastName: "Lee",
          userName: "ann",
          developerId: "d1",
          organizationName: "org",
          status: "active",
          apps: ["shop"],
          companies: [],
          attributes: [],
          accessType: "none",
          appFamily: "default",
          createdAt: "1700000000000",
          lastModifiedAt: "1700000000000",
        },
      ],
    },
    apps: {
      app: [
        {
          appId: "a1",
          name: "shop",
          developerId: "d1",
          status: "approved",
          callbackUrl: "",
          scopes: [],
          appFamily: "default",
          keyExpiresIn: "-1",
          attributes: [{ name: "DisplayName", value: "Shop" }],
          credentials: [
            {
              consumerKey: "k",
              consumerSecret: "s",
              status: "approved",
              issuedAt: "1700000000000",
              expiresAt: "-1",
              attributes: [],
              scopes: [],
              apiProducts: [{ apiproduct: "p", status: "approved" }],
            },
          ],
          createdAt: "1700000000000",
          lastModifiedAt: "1700000000000",
        },
      ],
    },
  };
  expect(said(files)).toEqual([]);
});

test("an app names its developer by e-mail address, and who has no id gets one made of its name", () => {
  const files = {
    developers: [{ email: "Ann@example.com" }],
    appGroups: [{ name: "partners" }],
    apps: [
      { name: "shop", developerEmail: "ann@example.com" },
      { name: "shop", appGroup: "organizations/org/appgroups/partners" },
      { name: "till", developerEmail: "ann@example.com", developerId: null, appId: "" },
    ],
  };
  expect(said(files)).toEqual([]);
  const { clients } = clientsOf(files);
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;
  const [developer] = clients.developers;
  expect(developer).toMatchObject({ developerId: expect.stringMatching(uuid), status: "active" });
  expect(clients.apps).toMatchObject([
    { developerId: developer?.developerId, appGroup: null, status: "approved" },
    { developerId: null, appGroup: "partners" },
    { developerId: developer?.developerId },
  ]);
  const ids = [...clients.apps.map(({ appId }) => appId), clients.appGroups[0]?.appGroupId];
  for (const id of ids) expect(id).toMatch(uuid);
  expect(new Set(ids).size).toBe(4);
  expect(clientsOf(files).clients.apps).toEqual(clients.apps);
});

test("of an app that an export has several times, the newest counts, and what is the same counts once", () => {
  const version = (lastModifiedAt: unknown, status: string) => ({
    name: "shop",
    appId: "app-1",
    developerId: "dev-1",
    status,
    lastModifiedAt,
    credentials: [{ consumerKey: "k" }],
  });
  const read = (...apps: object[]) => clientsOf({ ...oneApp, apps });
  for (const apps of [
    [version("20", "revoked"), version("3", "approved")],
    [version(3, "approved"), version(20, "revoked"), version(20, "revoked")],
    [version(undefined, "approved"), version("20", "revoked")],
  ]) {
    const { clients, report } = read(...apps);
    expect(report.problems).toEqual([]);
    expect(clients.apps).toMatchObject([{ status: "revoked" }]);
  }
  const { problems } = read(version("x", "approved"), version("y", "revoked")).report;
  expect(problems.map(({ code }) => code)).toContain("DuplicateApp");
});

test("numbers stand for texts, as some answers of the API have them", () => {
  const { clients, report } = clientsOf({
    ...oneApp,
    products: [
      { name: "p", proxies: ["a"], quota: 10, quotaInterval: 1, quotaTimeUnit: "hour", createdAt: 7 },
    ],
    apps: [app("shop", { credentials: [{ consumerKey: "k", issuedAt: 5, expiresAt: -1 }] })],
  });
  expect(report.problems).toEqual([]);
  expect(clients.products).toMatchObject([{ quota: "10", quotaInterval: "1", createdAt: "7" }]);
  expect(clients.apps[0]?.credentials).toMatchObject([{ issuedAt: "5", expiresAt: "-1" }]);
});

test("what Apigee's emulator has for an app is read without a word", () => {
  const files = {
    ...oneApp,
    apps: [
      {
        name: "starter",
        displayName: "Starter",
        developerEmail: "ann@example.com",
        status: "approved",
        callbackUrl: "",
        expiryType: "never",
        apiProducts: ["p"],
        credentials: [
          {
            consumerKey: "k",
            consumerSecret: "s",
            apiProducts: [{ apiproduct: "p", status: "approved" }],
            status: "approved",
          },
        ],
        attributes: [],
      },
    ],
  };
  expect(said(files)).toEqual([]);
});

const app = (name: string, more: object = {}) => ({ name, developerId: "dev-1", ...more });
const product = (name: string, more: object = {}) => ({ name, proxies: ["a"], ...more });
const keyed = (name: string, consumerKey: string) => app(name, { credentials: [{ consumerKey }] });

test.each<[files: object, problems: string[]]>([
  [
    { products: [product("p"), product("p")] },
    ["error DuplicateApiProduct products.json:8 There is another API product with this name."],
  ],
  [
    { developers: [{ email: "a@b" }, { email: "A@b" }] },
    ["error DuplicateDeveloper developers.json:5 There is another developer with this name."],
  ],
  [
    {
      developers: [
        { email: "a@b", developerId: "d" },
        { email: "c@d", developerId: "d" },
      ],
    },
    ["error DuplicateDeveloper developers.json:6 There is another developer with this id."],
  ],
  [
    { appGroups: [{ name: "g" }, { name: "g" }] },
    ["error DuplicateAppGroup appgroups.json:5 There is another app group with this name."],
  ],
  [
    { ...oneApp, apps: [app("shop"), app("shop", { status: "revoked" })] },
    ["error DuplicateApp developerapps.json:6 There is another app of this owner with this name."],
  ],
  [
    { ...oneApp, apps: [app("shop", { appId: "a" }), app("till", { appId: "a" })] },
    ["error DuplicateApp developerapps.json:7 There is another app with this id."],
  ],
  [
    { ...oneApp, apps: [keyed("one", "the key"), keyed("two", "the key")] },
    [
      "error DuplicateConsumerKey developerapps.json:16 The app two has a consumer key that the app one has, too.",
    ],
  ],
  [
    { ...oneApp, apps: [app("shop", { credentials: [{ consumerKey: "k" }, { consumerKey: "k" }] })] },
    ["error DuplicateConsumerKey developerapps.json:10 The app shop has this consumer key twice."],
  ],
  [
    { apps: [app("shop"), app("till")] },
    [
      "error AppOfNobody developerapps.json:3 Apps are of developers, of whom developers.json has none: shop, till.",
    ],
  ],
  [
    { ...oneApp, apps: [app("shop", { developerId: "dev-2" })] },
    [
      "error AppOfNobody developerapps.json:3 The app shop is of the developer dev-2, whom developers.json does not have.",
    ],
  ],
  [
    { ...oneApp, apps: [{ name: "shop", developerEmail: "an@example.com" }] },
    [
      "error AppOfNobody developerapps.json:3 The app shop is of the developer an@example.com, whom developers.json does not have.",
    ],
  ],
  [
    { ...oneApp, apps: [{ name: "shop" }] },
    ["error AppOfNobody developerapps.json:3 The app shop is of nobody."],
  ],
  [
    { ...oneApp, appGroups: [{ name: "g" }], apps: [app("shop", { appGroup: "g" })] },
    ["error AppOfNobody developerapps.json:3 The app shop is of a developer and of an app group."],
  ],
  [
    { apps: [{ name: "shop", appGroup: "g" }] },
    [
      "error AppOfNobody developerapps.json:3 The app shop is of the app group g, which appgroups.json does not have.",
    ],
  ],
  [
    { developers: "none", apps: [app("shop")] },
    ["error InvalidSetting developers.json:1 The file must be an object, and is a text."],
  ],
  [
    { ...oneApp, developers: [{ email: "a@b", developerId: "dev-1", status: "actve" }], apps: [] },
    ["warning UnknownStatus developers.json:5 The status is not known, and is taken as inactive."],
  ],
  [
    {
      ...oneApp,
      apps: [
        app("shop", {
          status: "deleted",
          credentials: [
            {
              consumerKey: "k",
              status: "",
              apiProducts: [{ apiproduct: "p", status: "no" }],
            },
          ],
        }),
      ],
    },
    [
      "warning UnknownStatus developerapps.json:5 The status is not known, and is taken as revoked.",
      "warning UnknownStatus developerapps.json:9 The status is not known, and is taken as revoked.",
      "warning UnknownStatus developerapps.json:13 The status is not known, and is taken as revoked.",
    ],
  ],
  [
    { ...oneApp, apps: [app("shop", { status: ["approved"] })] },
    ["error InvalidSetting developerapps.json:5 [0].status must be a text."],
  ],
  [
    {
      ...oneApp,
      apps: [
        app("one", { credentials: [{ consumerKey: "k" }, { consumerKey: "l", expiresAt: "1700000000000" }] }),
        app("two", { credentials: [{ consumerKey: "m", expiresAt: "soon" }] }),
      ],
    },
    [
      "warning ExpiredKeys developerapps.json:11 Apps have keys that let nobody in, since their expiresAt has passed or is no time: one, two.",
    ],
  ],
  [
    { ...oneApp, apps: [app("shop", { credentials: [{ consumerKey: "" }] })] },
    ["error InvalidSetting developerapps.json:7 [0].credentials[0].consumerKey must not be empty."],
  ],
  [
    {
      ...oneApp,
      apps: [app("shop", { credentials: [{ consumerKey: "k", apiProducts: [{ apiproduct: "q" }] }] })],
    },
    [
      "warning UnknownApiProduct developerapps.json:10 A key of the app shop is for the API product q, which products.json does not have.",
    ],
  ],
  [
    { products: [{ name: "p", grpcOperationGroup: { operationConfigs: [{ apiSource: "a" }] } }] },
    [
      "warning OperationsNotMatched products.json:3 The API product p has operations of GraphQL, gRPC, models or payloads, and lets in no request for a.",
    ],
  ],
  [
    {
      products: [
        product("p", {
          operationGroup: { operationConfigs: [{ apiSource: "a", operations: [{ resource: "/" }] }] },
          payloadOperationGroup: { operationConfigs: [{ apiSource: "a" }] },
        }),
      ],
    },
    [
      "warning OperationsNotMatched products.json:3 The API product p has operations of GraphQL, gRPC, models or payloads, and lets in no request for a.",
    ],
  ],
  [
    { products: [{ name: "p", apiResources: ["/**"] }] },
    [
      "warning CoversEverything products.json:3 The API product p names no proxy, so that its apps may call all of them.",
    ],
  ],
  [
    {
      products: [
        product("p", {
          operationGroup: {
            operationConfigs: [
              { apiSource: "p", operations: [{ resource: "/a", methods: ["get", "ALL", "GTE"] }] },
            ],
          },
        }),
      ],
    },
    [
      "warning UnknownMethod products.json:17 The API product p has an operation /a for the method GTE, which no request has.",
    ],
  ],
  [
    { products: [product("p", { displayNam: "P" })] },
    ["warning UnknownField products.json:7 The field [0].displayNam is not known and has no effect."],
  ],
  [
    { ...oneApp, apps: [app("shop", { credentials: [{ consumerSecret: "s3cret" }] })] },
    ["error InvalidSetting developerapps.json:6 [0].credentials[0].consumerKey is missing."],
  ],
  [
    { apps: "none" },
    ["error InvalidSetting developerapps.json:1 The file must be an object, and is a text."],
  ],
])("%j: %j", (files, problems) => {
  expect(said(files)).toEqual(problems);
});

test("no problem shows a key or a secret", () => {
  const credential = { consumerKey: "the key", consumerSecret: "the secret" };
  const files = {
    apps: [app("one", { credentials: [credential, credential, { ...credential, expiresAt: {} }] })],
  };
  const { problems } = clientsOf(files).report;
  expect(problems.length).toBeGreaterThan(0);
  expect(JSON.stringify(problems)).not.toMatch(/the key|the secret/);
});

test("what is too large for a part of the directory, or for a key, is refused", () => {
  expect(said({ products: [product("p", { description: "x".repeat(128 * 1024) })] })).toEqual([
    expect.stringMatching(
      /^error EntityTooLarge products.json:2 It has 13\d{4} characters, and may have 131072.$/,
    ),
  ]);
  expect(said({ ...oneApp, apps: [keyed("shop", "k".repeat(2049))] })).toEqual([
    "error InvalidSetting developerapps.json:7 [0].credentials[0].consumerKey must have at most 2048 characters.",
  ]);
});

test("of apps as Apigee's emulator takes them, which makes their keys, it is said that they have none", () => {
  const { clients, report } = clientsOf({
    ...oneApp,
    apps: [
      {
        attributes: [{ name: "tier", value: "gold" }],
        developerEmail: "ann@example.com",
        name: "shop",
        displayName: "Shop",
        callbackUrl: "https://example.com/cb",
        apiProducts: ["p"],
        expiryType: "never",
      },
    ],
  });
  expect(clients.apps).toMatchObject([{ name: "shop", credentials: [] }]);
  expect(report.problems).toMatchObject([
    {
      severity: "warning",
      code: "AppsWithoutKeys",
      line: 10,
      message: "Apps have no key, and cannot call: shop.",
    },
  ]);
});

test("what many have is said once, with some of their names", () => {
  const apps = Array.from({ length: 7 }, (_, index) =>
    app(`app-${index}`, { credentials: [{ consumerKey: `${index}`, expiresAt: "1" }] }),
  );
  expect(said({ ...oneApp, apps })).toEqual([
    "warning ExpiredKeys developerapps.json:8 Apps have keys that let nobody in, since their expiresAt has passed or is no time: app-0, app-1, app-2, app-3, app-4 and 2 more.",
  ]);
});

/** A copy with other values in some places. */
function mutated(value: unknown, next: () => { readonly changes: boolean; readonly to: unknown }): unknown {
  const { changes, to } = next();
  if (changes) return to;
  if (Array.isArray(value)) return value.map((each) => mutated(each, next));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mutated(each, next)]));
}

test("whatever stands in the files, they are read or refused, and no problem shows a key or a secret", () => {
  const secret = "s3cret";
  const files = {
    ...oneApp,
    appGroups: [{ name: "g", status: "active" }],
    apps: [
      keyed("shop", `${secret} key`),
      app("till", {
        credentials: [{ consumerKey: `${secret} too`, consumerSecret: secret, expiresAt: "7" }],
      }),
    ],
  };
  const values = fc.array(fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom("", "revoked", 7)), {
    minLength: 1,
  });
  fc.assert(
    fc.property(values, fc.integer({ min: 5, max: 40 }), (others, every) => {
      let index = 0;
      const next = () => ({ changes: ++index % every === 0, to: others[index % others.length] });
      const { report } = clientsOf(mutated(files, next) as typeof files);
      const shown = report.problems.map(({ message, remedy }) => `${message} ${remedy}`).join();
      expect(shown).not.toContain(secret);
    }),
    { numRuns: 300 },
  );
});

const revoked = { consumerKey: "k", apiProducts: [{ apiproduct: "p", statsu: "revoked" }] };

test.each<[string, object]>([
  ["the status of an app", { ...oneApp, apps: [app("shop", { staus: "revoked" })] }],
  [
    "that of a key",
    { ...oneApp, apps: [app("shop", { credentials: [{ consumerKey: "k", Status: "revoked" }] })] },
  ],
  ["that of a key's product", { ...oneApp, apps: [app("shop", { credentials: [revoked] })] }],
  [
    "the end of a key",
    { ...oneApp, apps: [app("shop", { credentials: [{ consumerKey: "k", expireAt: "1" }] })] },
  ],
  ["the status of a developer", { developers: [{ email: "a@b", state: "inactive" }] }],
  ["the environments of a product", { products: [product("p", { enviroments: ["test"] })] }],
  ["its proxies", { products: [{ name: "p", proxy: ["a"] }] }],
  ["its paths", { products: [product("p", { apiResource: ["/x"] })] }],
  ["its operations", { products: [product("p", { operationGruop: { operationConfigs: [] } })] }],
  [
    "the methods of one",
    {
      products: [
        product("p", {
          operationGroup: {
            operationConfigs: [{ apiSource: "a", operations: [{ resource: "/", method: ["GET"] }] }],
          },
        }),
      ],
    },
  ],
])("a misspelling of %s, without which more would be let in, is an error", (_, files) => {
  expect(said(files)).toContainEqual(expect.stringMatching(/^error UnknownField /));
});

test.each(["mcpOperationGroup", "soapOperationGroup"])(
  "operations of a kind that nobody knows here, as %s, do not make a product cover everything",
  (field) => {
    const product = { name: "p", [field]: { operationConfigs: [{}] } };
    const unknown = expect.stringMatching(/^error UnknownField /);
    expect(said({ products: [product] })).toContainEqual(unknown);
    const operationGroup = { operationConfigs: [] };
    expect(said({ products: [{ ...product, operationGroup }] })).not.toContainEqual(unknown);
  },
);

test("a field that looks like one which is there is what a newer export has", () => {
  const apps = [app("shop", { status: "approved", statusReason: "none" })];
  expect(said({ ...oneApp, apps })).toEqual([
    "warning UnknownField developerapps.json:6 The field [0].statusReason is not known and has no effect.",
  ]);
});
