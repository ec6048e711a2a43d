import * as v from "valibot";

/**
 * API products, developers, app groups and apps, with the fields and names of Apigee's management API, so that what it
 * exports can be deployed and shown as it is. Apigee: "REST Resource: organizations.apiproducts", "…developers",
 * "…developers.apps", "…appgroups".
 */
const text = v.optional(v.string(), "");
const texts = v.optional(v.array(v.string()), []);
/** Epoch milliseconds as a text. */
const time = v.optional(v.string(), "");
const attributes = v.optional(v.array(v.object({ name: v.string(), value: text })), []);

const quota = v.object({ limit: text, interval: text, timeUnit: text });

const operationConfig = v.object({
  /** The proxy. */
  apiSource: v.string(),
  operations: v.optional(v.array(v.object({ resource: v.string(), methods: texts })), []),
  quota: v.optional(v.nullable(quota), null),
  attributes,
});

export const apiProductSchema = v.object({
  name: v.string(),
  displayName: text,
  description: text,
  attributes,
  environments: texts,
  proxies: texts,
  apiResources: texts,
  scopes: texts,
  quota: text,
  quotaInterval: text,
  quotaTimeUnit: text,
  /** Null where the product covers whole proxies: then `proxies` and `apiResources` say what. */
  operationGroup: v.optional(
    v.nullable(v.object({ operationConfigs: v.optional(v.array(operationConfig), []) })),
    null,
  ),
  createdAt: time,
  lastModifiedAt: time,
});

export const developerSchema = v.object({
  developerId: v.string(),
  email: v.string(),
  firstName: text,
  lastName: text,
  userName: text,
  status: v.string(),
  attributes,
  createdAt: time,
  lastModifiedAt: time,
});

export const appGroupSchema = v.object({
  appGroupId: v.string(),
  name: v.string(),
  displayName: text,
  channelId: text,
  channelUri: text,
  status: v.string(),
  attributes,
  createdAt: time,
  lastModifiedAt: time,
});

const credentialSchema = v.object({
  consumerKey: v.string(),
  consumerSecret: text,
  status: v.string(),
  apiProducts: v.optional(v.array(v.object({ apiproduct: v.string(), status: v.string() })), []),
  attributes,
  scopes: texts,
  issuedAt: time,
  /** Epoch milliseconds as a text; `-1` for never. */
  expiresAt: v.optional(v.string(), "-1"),
});

export const appSchema = v.object({
  appId: v.string(),
  name: v.string(),
  /** Whose app it is: one of the two. */
  developerId: v.optional(v.nullable(v.string()), null),
  appGroup: v.optional(v.nullable(v.string()), null),
  status: v.string(),
  callbackUrl: text,
  appFamily: text,
  scopes: texts,
  attributes,
  credentials: v.optional(v.array(credentialSchema), []),
  createdAt: time,
  lastModifiedAt: time,
});

export type ApiProduct = v.InferOutput<typeof apiProductSchema>;
export type Developer = v.InferOutput<typeof developerSchema>;
export type AppGroup = v.InferOutput<typeof appGroupSchema>;
export type Credential = v.InferOutput<typeof credentialSchema>;
export type App = v.InferOutput<typeof appSchema>;
