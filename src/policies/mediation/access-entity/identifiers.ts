/** By what an entity is found. */
export const identifierTypes = [
  "apiproductname",
  "appid",
  "appname",
  "consumerkey",
  "developeremail",
  "developerid",
  "appgroupname",
] as const;

export type IdentifierType = (typeof identifierTypes)[number];

/** What narrows a search: whose an app is, or a resource path of the API product. */
export const secondaryTypes = ["developeremail", "developerid", "appgroupname", "apiresource"] as const;

export type SecondaryType = (typeof secondaryTypes)[number];

/** The entities, each with the identifiers by which it is found; the first counts where a policy names none. */
export const entityTypes = {
  app: ["appid", "appname", "consumerkey"],
  apiproduct: ["apiproductname", "appid", "appname", "consumerkey"],
  appgroup: ["appgroupname", "appid", "consumerkey"],
  consumerkey: ["consumerkey"],
  developer: ["developerid", "developeremail", "appid", "consumerkey"],
} as const satisfies Readonly<Record<string, readonly IdentifierType[]>>;

export type EntityType = keyof typeof entityTypes;

/** What Apigee knows besides, or has known, and is not here. */
export const missingTypes: ReadonlySet<string> = new Set([
  "authorizationcode",
  "company",
  "companydeveloper",
  "consumerkey_scope",
  "requesttoken",
  "verifier",
]);

/** Which identifiers say whose an app is. */
export function isOwner(type: SecondaryType | null): boolean {
  return type !== null && type !== "apiresource";
}
