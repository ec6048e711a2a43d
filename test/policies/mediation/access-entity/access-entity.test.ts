import { describe, expect, test } from "vitest";
import { type Directory, DirectoryError } from "../../../../src/clients/directory.ts";
import { accessEntity } from "../../../../src/policies/mediation/access-entity/access-entity.ts";
import { xmlToJson } from "../../../../src/policies/mediation/xml-to-json/xml-to-json.ts";
import { extractVariables } from "../../../../src/policies/messages/extract-variables/extract-variables.ts";
import { directoryOf } from "../../../clients/memory-directory.ts";
import { faultOf, flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../../policy-kit.ts";

const attributes = [{ name: "DisplayName", value: 'Tom\'s <"best"> & app' }];

const files = {
  products: [
    {
      name: "free",
      displayName: "Free",
      apiResources: ["/reports", "/forecast/**"],
      quota: "5",
      quotaInterval: "1",
      quotaTimeUnit: "minute",
    },
    { name: "gold", apiResources: ["/gold"], environments: ["test"], proxies: ["things"], scopes: ["read"] },
  ],
  developers: [
    {
      developerId: "dev-1",
      email: "ann@example.com",
      firstName: "Ann",
      lastName: "Lee",
      userName: "ann",
      status: "inactive",
      attributes: [{ name: "region", value: "eu" }],
      createdAt: "1700000000000",
      createdBy: "admin@example.com",
    },
  ],
  appGroups: [{ appGroupId: "group-1", name: "team", displayName: "The team", channelId: "web" }],
  apps: [
    {
      appId: "app-1",
      name: "shop",
      developerId: "dev-1",
      callbackUrl: "https://shop.example.com/",
      attributes,
      credentials: [
        {
          consumerKey: "key-1",
          consumerSecret: "secret-1",
          issuedAt: "1700000000001",
          apiProducts: [{ apiproduct: "free" }, { apiproduct: "gold", status: "pending" }],
        },
      ],
    },
    {
      appId: "app-2",
      name: "till",
      appGroup: "team",
      credentials: [
        { consumerKey: "key-2", apiProducts: [{ apiproduct: "free" }] },
        { consumerKey: "key-3", status: "revoked", apiProducts: [{ apiproduct: "gold" }] },
      ],
    },
  ],
};

const { directory } = await directoryOf(files);

function policy(entity: string, type: string, more = "") {
  return `<AccessEntity name="P"><EntityType value="${entity}"/><EntityIdentifier ref="id" type="${type}"/>${more}</AccessEntity>`;
}

const secondary = (type: string) => `<SecondaryIdentifier ref="second" type="${type}"/>`;

/** The profile, without what all begin with; null where it is not set. */
async function profile(xml: string, id: string, second: string | null = null) {
  const flow = await runPolicy(accessEntity, xml, flowOf({ variables: { id, second } }), { directory });
  const text = variableOf(flow, "AccessEntity.P");
  if (text === null) return null;
  const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  expect(String(text).startsWith(declaration)).toBe(true);
  return String(text).slice(declaration.length);
}

test("an app has the elements of Apigee's profile", async () => {
  expect(await profile(policy("app", "consumerkey"), "key-1")).toBe(
    '<App name="shop">' +
      "<Credentials><Credential><Attributes/><ConsumerKey>key-1</ConsumerKey><ConsumerSecret>secret-1</ConsumerSecret>" +
      "<ExpiresAt>-1</ExpiresAt><IssuedAt>1700000000001</IssuedAt><ApiProducts>" +
      "<ApiProduct><Name>free</Name><Status>approved</Status></ApiProduct>" +
      "<ApiProduct><Name>gold</Name><Status>pending</Status></ApiProduct></ApiProducts>" +
      "<Scopes/><Status>approved</Status></Credential></Credentials><AppId>app-1</AppId>" +
      "<Attributes><Attribute><Name>DisplayName</Name>" +
      '<Value>Tom\'s &lt;"best"&gt; &amp; app</Value></Attribute></Attributes>' +
      "<CallbackUrl>https://shop.example.com/</CallbackUrl><DeveloperId>dev-1</DeveloperId><Scopes/>" +
      "<Status>approved</Status></App>",
  );
});

test("an API product has them", async () => {
  expect(await profile(policy("apiproduct", "apiproductname"), "free")).toBe(
    '<ApiProduct name="free"><ApiResources><ApiResource>/reports</ApiResource>' +
      "<ApiResource>/forecast/**</ApiResource></ApiResources><Attributes/><DisplayName>Free</DisplayName>" +
      "<Environments/><Proxies/><Quota>5</Quota><QuotaInterval>1</QuotaInterval>" +
      "<QuotaTimeUnit>minute</QuotaTimeUnit><Scopes/></ApiProduct>",
  );
});

test("a developer who is not active has them, too", async () => {
  expect(await profile(policy("developer", "consumerkey"), "key-1")).toBe(
    "<Developer><Email>ann@example.com</Email><DeveloperId>dev-1</DeveloperId><FirstName>Ann</FirstName>" +
      "<LastName>Lee</LastName><UserName>ann</UserName><OrganizationName>org</OrganizationName>" +
      "<Status>inactive</Status><Attributes><Attribute><Name>region</Name><Value>eu</Value></Attribute></Attributes>" +
      "<CreatedAt>1700000000000</CreatedAt><CreatedBy>admin@example.com</CreatedBy></Developer>",
  );
});

test.each<
  [entity: string, type: string, id: string, found: string | null, second?: [type: string, id: string]]
>([
  ["app", "appid", "app-1", '<App name="shop">'],
  ["app", "consumerkey", "key-3", '<App name="till">'],
  ["app", "appname", "shop", '<App name="shop">', ["developeremail", "Ann@example.com"]],
  ["app", "appname", "shop", '<App name="shop">', ["developerid", "dev-1"]],
  ["app", "appname", "till", '<App name="till">', ["appgroupname", "team"]],
  ["app", "appname", "shop", null, ["appgroupname", "team"]],
  ["app", "appid", "shop", null],
  ["app", "consumerkey", "KEY-1", null],
  ["app", "consumerkey", "", null],
  ["consumerkey", "consumerkey", "key-3", "<Credential>"],
  ["apiproduct", "apiproductname", "gold", '<ApiProduct name="gold">'],
  ["apiproduct", "consumerkey", "key-1", '<ApiProduct name="free">'],
  ["apiproduct", "consumerkey", "key-3", '<ApiProduct name="gold">'],
  ["apiproduct", "appid", "app-2", '<ApiProduct name="free">'],
  ["apiproduct", "consumerkey", "key-1", '<ApiProduct name="gold">', ["apiresource", "/gold"]],
  ["apiproduct", "consumerkey", "key-1", '<ApiProduct name="free">', ["apiresource", "/forecast/today"]],
  ["apiproduct", "consumerkey", "key-1", '<ApiProduct name="free">', ["apiresource", "/forecast/**"]],
  ["apiproduct", "consumerkey", "key-1", null, ["apiresource", "/silver"]],
  ["apiproduct", "appname", "till", '<ApiProduct name="free">', ["appgroupname", "team"]],
  ["developer", "developeremail", "ann@example.com", "<Developer>"],
  ["developer", "developerid", "dev-1", "<Developer>"],
  ["developer", "appid", "app-1", "<Developer>"],
  ["developer", "appid", "app-2", null],
  ["appgroup", "appgroupname", "team", '<AppGroup name="team">'],
  ["appgroup", "consumerkey", "key-2", '<AppGroup name="team">'],
  ["AppGroup", "appid", "app-1", null],
])("the entity %s by %s %s is %s", async (entity, type, id, found, second) => {
  const xml = policy(entity, type, second && secondary(second[0]));
  const text = await profile(xml, id, second?.[1] ?? null);
  if (found === null) expect(text).toBe(null);
  else expect(text?.startsWith(found)).toBe(true);
});

test("an identifier of a megabyte is nobody's, and nobody is asked", async () => {
  const asked: Directory = {
    app: () => expect.unreachable(),
    developer: () => expect.unreachable(),
    appGroup: () => expect.unreachable(),
    product: () => expect.unreachable(),
  };
  const flow = flowOf({ variables: { id: "k".repeat(1_000_000) } });
  await runPolicy(accessEntity, policy("app", "consumerkey"), flow, { directory: asked });
  expect(variableOf(flow, "AccessEntity.P")).toBe(null);
});

test("each part of a profile is a variable; what there are several of is numbered", async () => {
  const value = async (id: string, path: string) => {
    const xml = policy("app", "consumerkey");
    const flow = await runPolicy(accessEntity, xml, flowOf({ variables: { id } }), { directory });
    return variableOf(flow, `AccessEntity.ChildNodes.P.${path}`);
  };
  expect(await value("key-1", "App.Status")).toBe("approved");
  expect(await value("key-1", "App.AppId")).toBe("app-1");
  expect(await value("key-1", "App.Credentials.Credential.ConsumerSecret")).toBe("secret-1");
  expect(await value("key-1", "App.Credentials.Credential.1.ConsumerKey")).toBe(null);
  expect(await value("key-2", "App.Credentials.Credential.2.ConsumerKey")).toBe("key-3");
  expect(await value("key-2", "App.Credentials.Credential.ConsumerKey")).toBe(null);
  expect(await value("key-1", "App.Attributes")).toContain("<Attributes><Attribute><Name>DisplayName</Name>");
});

test("other policies read profiles as they read XML", async () => {
  const flow = flowOf({ variables: { id: "key-1" } });
  await runPolicy(accessEntity, policy("app", "consumerkey"), flow, { directory });
  const extract =
    '<ExtractVariables name="E"><Source>AccessEntity.P</Source><VariablePrefix>found</VariablePrefix><XMLPayload>' +
    "<Variable name=\"app\"><XPath>/App/Attributes/Attribute[Name='DisplayName']/Value/text()</XPath></Variable>" +
    "</XMLPayload></ExtractVariables>";
  await runPolicy(extractVariables, extract, flow);
  expect(variableOf(flow, "found.app")).toBe('Tom\'s <"best"> & app');
  const convert =
    '<XMLToJSON name="X"><Source>AccessEntity.ChildNodes.P.App.Credentials</Source><OutputVariable>json</OutputVariable></XMLToJSON>';
  await runPolicy(xmlToJson, convert, flow);
  expect(JSON.parse(String(variableOf(flow, "json")))).toMatchObject({
    Credentials: { Credential: { ConsumerKey: "key-1", ExpiresAt: "-1" } },
  });
});

test("a profile is JSON where the policy says so", async () => {
  const xml = policy("apiproduct", "apiproductname", "<OutputFormat>JSON</OutputFormat>");
  const flow = await runPolicy(accessEntity, xml, flowOf({ variables: { id: "gold" } }), { directory });
  expect(JSON.parse(String(variableOf(flow, "AccessEntity.P")))).toEqual({
    name: "gold",
    attributes: [],
    apiResources: ["/gold"],
    environments: ["test"],
    proxies: ["things"],
    scopes: ["read"],
  });
  expect(variableOf(flow, "AccessEntity.ChildNodes.P.ApiProduct")).toBe(null);
});

test("nothing of an earlier entity is left where there is none, nor of another policy's taken away", async () => {
  const flow = flowOf({ variables: { id: "key-1" } });
  const other = policy("developer", "consumerkey").replace('"P"', '"Q"');
  await runPolicy(accessEntity, policy("app", "consumerkey"), flow, { directory });
  await runPolicy(accessEntity, other, flow, { directory });
  flow.variables.set("id", "key-9");
  await runPolicy(accessEntity, policy("app", "consumerkey"), flow, { directory });
  expect(variableOf(flow, "AccessEntity.P")).toBe(null);
  expect(variableOf(flow, "AccessEntity.ChildNodes.P.App.Status")).toBe(null);
  expect(variableOf(flow, "AccessEntity.ChildNodes.Q.Developer.Email")).toBe("ann@example.com");
});

test("what is known in the isolate is told at once", async () => {
  await profile(policy("app", "consumerkey"), "key-1");
  const { step } = loadPolicy(accessEntity, policy("app", "consumerkey"), { directory });
  expect(step?.(flowOf({ variables: { id: "key-1" } }))).toBe(undefined);
});

describe("while entities cannot be read, the policy fails", () => {
  const error = new DirectoryError("KV has trouble with key-1");
  test.each<[what: string, app: Directory["app"]]>([
    [
      "at once",
      () => {
        throw error;
      },
    ],
    ["later", () => Promise.reject(error)],
  ])("%s", async (_what, app) => {
    const broken: Directory = { app, developer: () => null, appGroup: () => null, product: () => null };
    const flow = flowOf({ variables: { id: "key-1", "AccessEntity.P": "an earlier one" } });
    const fault = await faultOf(accessEntity, policy("app", "consumerkey"), flow, { directory: broken });
    expect(fault).toMatchObject({ code: "sortie.ClientsUnavailable", status: 503 });
    expect(fault.message).not.toContain("KV");
    expect(variableOf(flow, "AccessEntity.P")).toBe(null);
  });
});

test.each<[xml: string, problems: string[]]>([
  ["<AccessEntity/>", ["error InvalidEntityType 1:1", "error EntityIdentifierMissing 1:1"]],
  [policy("apps", "appid"), ["error InvalidEntityType 1:24"]],
  [policy("company", "appid"), ["error EntityTypeNotSupported 1:24"]],
  [policy("verifier", "appid"), ["error EntityTypeNotSupported 1:24"]],
  [policy("app", "apiproductname"), ["error InvalidIdentifierType 1:49"]],
  [policy("app", "appname"), ["error SecondaryIdentifierMissing 1:49"]],
  [policy("apiproduct", "appname", secondary("apiresource")), ["error SecondaryIdentifierMissing 1:56"]],
  [policy("app", "appid", secondary("companyname")), ["error InvalidIdentifierType 1:90"]],
  [
    '<AccessEntity name="P"><EntityType value="app"/><EntityIdentifier ref="id"/></AccessEntity>',
    ["warning IdentifierTypeMissing 1:49"],
  ],
  ['<AccessEntity name="P"><EntityType value="consumerkey"/><EntityIdentifier ref="id"/></AccessEntity>', []],
  [
    '<AccessEntity name="P"><EntityType value="app"/><EntityIdentifier type="appid">x</EntityIdentifier></AccessEntity>',
    ["error EntityIdentifierMissing 1:49"],
  ],
])("%s: %j", (xml, problems) => {
  expect(problemsOf(accessEntity, xml, { directory })).toEqual(problems);
});
