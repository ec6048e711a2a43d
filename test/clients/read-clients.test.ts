import { expect, test } from "vitest";
import { clientsOf, oneApp } from "./memory-directory.ts";

function said(files: object): string[] {
  return clientsOf(files).report.problems.map(
    ({ severity, code, file, line, message }) => `${severity} ${code} ${file}:${line} ${message}`,
  );
}

test("a list, and what the management API answers for one, say the same", () => {
  const { products, developers, apps } = oneApp;
  const wrapped = {
    products: { apiProduct: products },
    developers: { developer: developers },
    apps: { app: apps },
  };
  expect(clientsOf(wrapped).clients).toEqual(clientsOf(oneApp).clients);
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
  const { clients, report } = clientsOf({
    developers: [{ email: "Ann@example.com" }],
    apps: [{ name: "shop", developerEmail: "ann@example.com" }],
  });
  expect(report.problems).toEqual([]);
  expect(clients.developers).toMatchObject([{ developerId: "Ann@example.com", status: "active" }]);
  expect(clients.apps).toMatchObject([
    { appId: "Ann@example.com/shop", developerId: "Ann@example.com", status: "approved" },
  ]);
});

const app = (name: string, more: object = {}) => ({ name, developerId: "dev-1", ...more });
const keyed = (name: string, consumerKey: string) => app(name, { credentials: [{ consumerKey }] });

test.each<[files: object, problems: string[]]>([
  [
    { products: [{ name: "p" }, { name: "p" }] },
    ["error DuplicateApiProduct products.json:5 There is another API product with this name."],
  ],
  [
    { developers: [{ email: "a@b" }, { email: "A@b" }] },
    ["error DuplicateDeveloper developers.json:5 There is another developer with this name."],
  ],
  [
    { appGroups: [{ name: "g" }, { name: "g" }] },
    ["error DuplicateAppGroup appgroups.json:5 There is another app group with this name."],
  ],
  [
    { ...oneApp, apps: [app("shop"), app("shop")] },
    ["error DuplicateApp developerapps.json:6 There is another app of this owner with this name."],
  ],
  [
    { ...oneApp, apps: [keyed("one", "the key"), keyed("two", "the key")] },
    [
      "error DuplicateConsumerKey developerapps.json:16 The app two has a consumer key that the app one has, too.",
    ],
  ],
  [
    { apps: [app("shop")] },
    [
      "error AppOfNobody developerapps.json:3 The app shop is not of exactly one developer or app group that there is.",
    ],
  ],
  [
    { ...oneApp, appGroups: [{ name: "g" }], apps: [app("shop", { appGroup: "g" })] },
    [
      "error AppOfNobody developerapps.json:3 The app shop is not of exactly one developer or app group that there is.",
    ],
  ],
  [
    { apps: [{ name: "shop", appGroup: "g" }] },
    [
      "error AppOfNobody developerapps.json:3 The app shop is not of exactly one developer or app group that there is.",
    ],
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
    { products: [{ name: "p", grpcOperationGroup: { operationConfigs: [{}] } }] },
    [
      "warning OperationsNotMatched products.json:3 The API product p has operations of GraphQL, gRPC, models or payloads only, which let no request in.",
    ],
  ],
  [
    { products: [{ name: "p", apiResource: ["/x"] }] },
    ["warning UnknownField products.json:4 The field 0.apiResource is not known and has no effect."],
  ],
  [
    { ...oneApp, apps: [app("shop", { credentials: [{ consumerSecret: "s3cret" }] })] },
    ["error InvalidSetting developerapps.json:6 0.credentials.0.consumerKey is missing."],
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
