import type { ApiProduct, App, AppGroup, Credential, Developer } from "../../../clients/entities.ts";
import type { Entity } from "./find-entity.ts";
import { type Branch, branch, leaf, list, type Node } from "./profile-tree.ts";

/**
 * An entity as a document, with the elements of Apigee's management API. Apigee: "AccessEntity policy" (Example entity
 * profile XML). What is not known here has no element: the apps of a developer, the operations of an API product.
 */
export function profileOf(found: Entity, organization: string): Branch {
  switch (found.type) {
    case "app":
      return appProfile(found.entity);
    case "apiproduct":
      return productProfile(found.entity);
    case "appgroup":
      return appGroupProfile(found.entity, organization);
    case "consumerkey":
      return credentialProfile(found.entity);
    case "developer":
      return developerProfile(found.entity, organization);
  }
}

function appProfile(app: App): Branch {
  const children = [
    branch("Credentials", app.credentials.map(credentialProfile)),
    leaf("AppFamily", app.appFamily),
    leaf("AppId", app.appId),
    attributes(app),
    leaf("CallbackUrl", app.callbackUrl),
    ...created(app),
    leaf("DeveloperId", app.developerId ?? ""),
    leaf("AppGroup", app.appGroup ?? ""),
    ...modified(app),
    list("Scopes", "Scope", app.scopes),
    leaf("Status", app.status),
  ];
  return branch("App", children, app.name);
}

function credentialProfile(credential: Credential): Branch {
  const products = credential.apiProducts.map(({ apiproduct, status }) =>
    branch("ApiProduct", [leaf("Name", apiproduct), leaf("Status", status)]),
  );
  return branch("Credential", [
    attributes(credential),
    leaf("ConsumerKey", credential.consumerKey),
    leaf("ConsumerSecret", credential.consumerSecret),
    leaf("ExpiresAt", credential.expiresAt),
    leaf("IssuedAt", credential.issuedAt),
    branch("ApiProducts", products),
    list("Scopes", "Scope", credential.scopes),
    leaf("Status", credential.status),
  ]);
}

function productProfile(product: ApiProduct): Branch {
  const children = [
    list("ApiResources", "ApiResource", product.apiResources),
    attributes(product),
    ...created(product),
    leaf("Description", product.description),
    leaf("DisplayName", product.displayName),
    list("Environments", "Environment", product.environments),
    ...modified(product),
    list("Proxies", "Proxy", product.proxies),
    leaf("Quota", product.quota),
    leaf("QuotaInterval", product.quotaInterval),
    leaf("QuotaTimeUnit", product.quotaTimeUnit),
    list("Scopes", "Scope", product.scopes),
  ];
  return branch("ApiProduct", children, product.name);
}

function developerProfile(developer: Developer, organization: string): Branch {
  return branch("Developer", [
    leaf("Email", developer.email),
    leaf("DeveloperId", developer.developerId),
    leaf("FirstName", developer.firstName),
    leaf("LastName", developer.lastName),
    leaf("UserName", developer.userName),
    leaf("OrganizationName", organization),
    leaf("Status", developer.status),
    attributes(developer),
    ...created(developer),
    ...modified(developer),
  ]);
}

function appGroupProfile(group: AppGroup, organization: string): Branch {
  const children = [
    leaf("AppGroupId", group.appGroupId),
    attributes(group),
    leaf("ChannelId", group.channelId),
    leaf("ChannelUri", group.channelUri),
    ...created(group),
    leaf("DisplayName", group.displayName),
    ...modified(group),
    leaf("Organization", organization),
    leaf("Status", group.status),
  ];
  return branch("AppGroup", children, group.name);
}

function attributes({ attributes: all }: Pick<App, "attributes">): Branch {
  const children = all.map(({ name, value }) =>
    branch("Attribute", [leaf("Name", name), leaf("Value", value)]),
  );
  return branch("Attributes", children);
}

function created({ createdAt, createdBy }: Pick<App, "createdAt" | "createdBy">): Node[] {
  return [leaf("CreatedAt", createdAt), leaf("CreatedBy", createdBy)];
}

function modified({
  lastModifiedAt,
  lastModifiedBy,
}: Pick<App, "lastModifiedAt" | "lastModifiedBy">): Node[] {
  return [leaf("LastModifiedAt", lastModifiedAt), leaf("LastModifiedBy", lastModifiedBy)];
}
