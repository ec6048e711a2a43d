import { describe, expect, test } from "vitest";
import { type Directory, DirectoryError } from "../../../../src/clients/directory.ts";
import { RequestMessage } from "../../../../src/flow/message.ts";
import { verifyApiKey } from "../../../../src/policies/security/clients/verify-api-key.ts";
import { quota } from "../../../../src/policies/traffic/quota/quota.ts";
import { directoryOf } from "../../../clients/memory-directory.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";

const xml = '<VerifyAPIKey name="V"><APIKey ref="request.queryparam.apikey"/></VerifyAPIKey>';

function asking(key: string | null, path = "/v1/things") {
  const query = key === null ? "" : `apikey=${encodeURIComponent(key)}`;
  return flowOf({ request: new RequestMessage({ path, query }) });
}

const attribute = (name: string, value: string) => ({ name, value });

/** Everything that can be told of an app, its developer and its product. */
const told = {
  products: [
    {
      name: "gold",
      proxies: ["things"],
      attributes: [attribute("Tier", "1"), attribute("a.b", "2")],
      quota: "100",
      quotaInterval: "1",
      quotaTimeUnit: "hour",
    },
  ],
  developers: [
    {
      developerId: "org@@@7",
      email: "ann@example.com",
      userName: "ann",
      firstName: "Ann",
      lastName: "Lee",
      status: "active",
      attributes: [attribute("region", "eu")],
      createdAt: "1700000000000",
      createdBy: "admin@example.com",
    },
  ],
  apps: [
    {
      appId: "id-1",
      name: "shop",
      developerId: "org@@@7",
      status: "approved",
      callbackUrl: "https://shop.example.com/back",
      attributes: [attribute("DisplayName", "The shop"), attribute("hosting_domain", "example.com")],
      credentials: [
        {
          consumerKey: "key-1",
          consumerSecret: "secret-1",
          status: "approved",
          apiProducts: [{ apiproduct: "gold", status: "approved" }],
        },
      ],
    },
  ],
};

test("a request with the key of an app passes, and variables tell whose it is", async () => {
  const { directory } = await directoryOf(told);
  const flow = await runPolicy(verifyApiKey, xml, asking("key-1"), { directory });
  const names = {
    "verifyapikey.V.client_id": "key-1",
    "verifyapikey.V.client_secret": "secret-1",
    "verifyapikey.V.failed": false,
    "verifyapikey.V.redirection_uris": "https://shop.example.com/back",
    "verifyapikey.V.DisplayName": "The shop",
    "verifyapikey.V.hosting_domain": "example.com",
    "verifyapikey.V.developer.app.id": "id-1",
    "verifyapikey.V.developer.app.name": "shop",
    "verifyapikey.V.app.id": "id-1",
    "verifyapikey.V.app.name": "shop",
    "verifyapikey.V.app.status": "approved",
    "verifyapikey.V.app.DisplayName": "The shop",
    "verifyapikey.V.app.apiproducts": "[gold]",
    "verifyapikey.V.app.appType": "Developer",
    "verifyapikey.V.app.appParentId": "org@@@7",
    "verifyapikey.V.app.appParentStatus": "active",
    "verifyapikey.V.developer.id": "org@@@7",
    "verifyapikey.V.developer.email": "ann@example.com",
    "verifyapikey.V.developer.userName": "ann",
    "verifyapikey.V.developer.firstName": "Ann",
    "verifyapikey.V.developer.lastName": "Lee",
    "verifyapikey.V.developer.status": "active",
    "verifyapikey.V.developer.region": "eu",
    "verifyapikey.V.developer.created_at": "1700000000000",
    "verifyapikey.V.developer.created_by": "admin@example.com",
    "verifyapikey.V.apiproduct.name": "gold",
    "verifyapikey.V.apiproduct.Tier": "1",
    "verifyapikey.V.apiproduct.a.b": "2",
    "verifyapikey.V.apiproduct.developer.quota.limit": "100",
    "verifyapikey.V.apiproduct.developer.quota.interval": "1",
    "verifyapikey.V.apiproduct.developer.quota.timeunit": "hour",
    client_id: "key-1",
    "developer.id": "org@@@7",
    "developer.email": "ann@example.com",
    "developer.app.name": "shop",
    "apiproduct.name": "gold",
  };
  const found = Object.fromEntries(Object.keys(names).map((name) => [name, variableOf(flow, name)]));
  expect(found).toEqual(names);
});

test("who is known in the isolate passes at once", async () => {
  const { directory } = await directoryOf(told);
  await runPolicy(verifyApiKey, xml, asking("key-1"), { directory });
  const { step } = loadPolicy(verifyApiKey, xml, { directory });
  expect(step?.(asking("key-1"))).toBe(undefined);
});

test.each<[what: string, key: string | null, code: string, text: string]>([
  [
    "no key",
    null,
    "steps.oauth.v2.FailedToResolveAPIKey",
    "Failed to resolve API Key variable request.queryparam.apikey",
  ],
  [
    "an empty key",
    "",
    "steps.oauth.v2.FailedToResolveAPIKey",
    "Failed to resolve API Key variable request.queryparam.apikey",
  ],
  ["a key that nobody has", "key-2", "oauth.v2.InvalidApiKey", "Invalid ApiKey"],
  ["a key in other letters", "KEY-1", "oauth.v2.InvalidApiKey", "Invalid ApiKey"],
  ["a key of a megabyte", "k".repeat(1_000_000), "oauth.v2.InvalidApiKey", "Invalid ApiKey"],
  ["a key and a space", "key-1 ", "oauth.v2.InvalidApiKey", "Invalid ApiKey"],
])("a request with %s is refused", async (_what, key, code, text) => {
  const { directory } = await directoryOf(told);
  const flow = asking(key);
  const fault = await faultOf(verifyApiKey, xml, flow, { directory });
  expect({ code: fault.code, status: fault.status, text: fault.message }).toEqual({
    code,
    status: 401,
    text,
  });
  expect(variableOf(flow, "oauthV2.V.fault.name")).toBe(fault.faultName);
  expect(variableOf(flow, "oauthV2.V.fault.cause")).toBe(text);
  expect(variableOf(flow, "verifyapikey.V.failed")).toBe(true);
  expect(variableOf(flow, "verifyapikey.V.client_id")).toBe(null);
});

describe("who has a key is refused", () => {
  const [app] = told.apps as [(typeof told.apps)[number]];
  const withApp = (more: object, credential: object = {}) => ({
    ...told,
    apps: [{ ...app, ...more, credentials: [{ ...app.credentials[0], ...credential }] }],
  });
  const withDeveloper = (more: object) => ({ ...told, developers: [{ ...told.developers[0], ...more }] });
  const withProduct = (more: object) => ({ ...told, products: [{ ...told.products[0], ...more }] });
  test.each<[what: string, code: string, files: object, text?: string]>([
    [
      "that is revoked",
      "oauth.v2.ApiKeyNotApproved",
      withApp({}, { status: "revoked" }),
      "ApiKey not approved",
    ],
    [
      "that has a status nobody knows",
      "oauth.v2.ApiKeyNotApproved",
      withApp({}, { status: "approved?" }),
      "ApiKey not approved",
    ],
    [
      "that has expired",
      "keymanagement.service.consumer_key_expired",
      withApp({}, { expiresAt: "1" }),
      "Key Expired",
    ],
    [
      "of an app that is revoked",
      "keymanagement.service.invalid_client-app_not_approved",
      withApp({ status: "revoked" }),
      "App not Approved",
    ],
    [
      "of a developer who is not active",
      "keymanagement.service.DeveloperStatusNotActive",
      withDeveloper({ status: "inactive" }),
      "Developer Status is not Active",
    ],
    ["for another proxy", "oauth.v2.InvalidApiKeyForGivenResource", withProduct({ proxies: ["others"] })],
    ["for another path", "oauth.v2.InvalidApiKeyForGivenResource", withProduct({ apiResources: ["/x"] })],
    [
      "for another environment",
      "oauth.v2.InvalidApiKeyForGivenResource",
      withProduct({ environments: ["prod"] }),
    ],
    [
      "for a product that is not approved",
      "oauth.v2.InvalidApiKeyForGivenResource",
      withApp({}, { apiProducts: [{ apiproduct: "gold", status: "revoked" }] }),
    ],
    ["for no product", "oauth.v2.InvalidApiKeyForGivenResource", withApp({}, { apiProducts: [] })],
  ])("%s: %s", async (_what, code, files, text = "Invalid ApiKey for given resource") => {
    const { directory } = await directoryOf(files);
    const fault = await faultOf(verifyApiKey, xml, asking("key-1"), { directory });
    expect({ code: fault.code, status: fault.status, text: fault.message }).toEqual({
      code,
      status: 401,
      text,
    });
  });
});

test("while apps cannot be read, nobody is let in, and the answer says nothing of why", async () => {
  const { directory, parts } = await directoryOf(told);
  parts.clear();
  const flow = asking("key-1");
  const fault = await faultOf(verifyApiKey, xml, flow, { directory });
  expect(fault).toMatchObject({ code: "sortie.ClientsUnavailable", status: 503 });
  expect(fault.message).toBe("It cannot be checked at the moment who calls");
  expect(variableOf(flow, "verifyapikey.V.failed")).toBe(true);
  expect(fault.cause).toBeInstanceOf(DirectoryError);
});

test("nothing of an earlier key is left when the next one is refused", async () => {
  const { directory } = await directoryOf(told);
  const flow = await runPolicy(verifyApiKey, xml, asking("key-1"), { directory });
  flow.request.query = "apikey=key-2";
  await faultOf(verifyApiKey, xml, flow, { directory });
  expect(variableOf(flow, "verifyapikey.V.client_secret")).toBe(null);
});

test("an attribute that whoever makes an app chooses is not taken for what is known of its product or developer", async () => {
  const names = [
    "apiproduct.developer.quota.limit",
    "apiproduct.free",
    "developer.vip",
    "client_id",
    "failed",
  ];
  const [app] = told.apps;
  const [developer] = told.developers;
  const { directory } = await directoryOf({
    products: [{ name: "gold" }],
    developers: [{ ...developer, attributes: [attribute("app.name", "other"), attribute("email", "other")] }],
    apps: [{ ...app, attributes: [...names, "id"].map((name) => attribute(name, "mine")) }],
  });
  const flow = await runPolicy(verifyApiKey, xml, asking("key-1"), { directory });
  const found = [...names, "app.id", "developer.app.name", "developer.email"].map((name) =>
    variableOf(flow, `verifyapikey.V.${name}`),
  );
  expect(found).toEqual([null, null, null, "key-1", false, "id-1", "shop", "ann@example.com"]);
  expect(variableOf(flow, "verifyapikey.V.app.developer.vip")).toBe("mine");
});

test("the app of an app group has none of what an earlier app's developer has set", async () => {
  const [app] = told.apps;
  const { directory } = await directoryOf({
    ...told,
    products: [told.products[0], { name: "free" }],
    appGroups: [{ appGroupId: "g-1", name: "team", status: "active", attributes: [attribute("size", "5")] }],
    apps: [
      app,
      {
        appId: "id-2",
        name: "till",
        appGroup: "team",
        credentials: [{ consumerKey: "key-2", apiProducts: [{ apiproduct: "free" }] }],
      },
    ],
  });
  const flow = await runPolicy(verifyApiKey, xml, asking("key-1"), { directory });
  expect(variableOf(flow, "apiproduct.developer.quota.limit")).toBe("100");
  flow.request.query = "apikey=key-2";
  await runPolicy(verifyApiKey, xml, flow, { directory });
  const names = ["client_id", "developer.app.name", "developer.id", "developer.email"];
  const product = ["apiproduct.name", "apiproduct.developer.quota.limit"];
  expect([...names, ...product].map((name) => variableOf(flow, name))).toEqual([
    "key-2",
    "till",
    null,
    null,
    "free",
    null,
  ]);
  expect(variableOf(flow, "verifyapikey.V.appgroup.size")).toBe("5");
  expect(variableOf(flow, "verifyapikey.V.app.appType")).toBe("AppGroup");
});

test("what is told of a developer is what is deployed now, also when the app has stayed the same", async () => {
  const { directory } = await directoryOf(told);
  await runPolicy(verifyApiKey, xml, asking("key-1"), { directory });
  const developer = await directory.developer("org@@@7", flowOf().exchange);
  if (!developer) throw new Error("there is one");
  const changed: Directory = {
    app: (by, context) => directory.app(by, context),
    appGroup: (name, context) => directory.appGroup(name, context),
    product: (name, context) => directory.product(name, context),
    developer: () => ({ ...developer, email: "lee@example.com" }),
  };
  const flow = await runPolicy(verifyApiKey, xml, asking("key-1"), { directory: changed });
  expect(variableOf(flow, "developer.email")).toBe("lee@example.com");
  expect(variableOf(flow, "verifyapikey.V.developer.email")).toBe("lee@example.com");
});

test("a key in the text of the policy lets in nobody who brings none", async () => {
  const { directory } = await directoryOf(told);
  const beside =
    '<VerifyAPIKey name="V"><APIKey ref="request.queryparam.apikey">key-1</APIKey></VerifyAPIKey>';
  expect(problemsOf(verifyApiKey, beside, { directory })).toEqual(["warning KeyBesideRef 1:24"]);
  const { step } = loadPolicy(verifyApiKey, beside, { directory });
  expect(() => step?.(asking(null))).toThrow("Failed to resolve API Key variable request.queryparam.apikey");
});

test("the quota of an operation counts more than the product's, and a Quota holds the app to it", async () => {
  const operations = [{ resource: "/things", methods: ["GET"] }];
  const limits = { limit: "3", interval: "2", timeUnit: "minute" };
  const { directory } = await directoryOf({
    ...told,
    products: [
      {
        ...told.products[0],
        operationGroup: {
          operationConfigs: [
            { apiSource: "things", operations, quota: limits, attributes: [attribute("kind", "read")] },
          ],
        },
      },
    ],
  });
  const flow = await runPolicy(verifyApiKey, xml, asking("key-1"), { directory });
  expect(variableOf(flow, "verifyapikey.V.apiproduct.operation.resource")).toBe("/things");
  expect(variableOf(flow, "verifyapikey.V.apiproduct.operation.methods")).toBe("GET");
  expect(variableOf(flow, "verifyapikey.V.apiproduct.operation.attributes.kind")).toBe("read");
  const counted: unknown[] = [];
  const counters = {
    countTogether: async (name: { identifier: string }, rule: object) => {
      counted.push({ identifier: name.identifier, ...rule });
      return { used: 1, isExceeded: false, resetsAt: 0 };
    },
  } as never;
  const byProduct =
    '<Quota name="Q"><Distributed>true</Distributed><Synchronous>true</Synchronous>' +
    '<UseQuotaConfigInAPIProduct stepName="V"><DefaultConfig><Allow>8</Allow><Interval>8</Interval><TimeUnit>day</TimeUnit></DefaultConfig></UseQuotaConfigInAPIProduct></Quota>';
  await runPolicy(quota, byProduct, flow, { counters });
  expect(counted).toMatchObject([{ identifier: "key-1", allowed: 3, window: { ms: 120_000 } }]);
});

test.each([
  ['<VerifyAPIKey name="V"/>', ["error SpecifyValueOrRefApiKey 1:1"]],
  ['<VerifyAPIKey name="V"><APIKey/></VerifyAPIKey>', ["error SpecifyValueOrRefApiKey 1:24"]],
  ['<VerifyAPIKey name="V"><APIKey ref=" "/></VerifyAPIKey>', ["error SpecifyValueOrRefApiKey 1:24"]],
  ['<VerifyAPIKey name="V"><APIKey>key-1</APIKey></VerifyAPIKey>', []],
])("%s: %j", async (policy, problems) => {
  const { directory } = await directoryOf(told);
  expect(problemsOf(verifyApiKey, policy, { directory })).toEqual(problems);
});
