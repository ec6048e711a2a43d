import * as v from "valibot";

/*
 * API products, developers, app groups and apps, with the fields and names of Apigee's management API, so that what it
 * exports can be deployed and shown as it is. Apigee: "REST Resource: organizations.apiproducts", "…developers",
 * "…developers.apps", "…appgroups". What a file leaves out is as it is when Apigee makes one: approved, or active.
 */

/** Times and amounts are texts in one answer of that API and numbers in another. */
const written = v.pipe(v.union([v.string(), v.number()], "must be a text"), v.transform(String));
const textOr = (fallback: string) => v.nullish(written, fallback);
const text = textOr("");
const texts = v.nullish(v.array(v.string()), []);
/** Epoch milliseconds as a text. */
const time = text;
const attributes = v.nullish(v.array(v.object({ name: v.string(), value: text })), []);
const changes = { createdAt: time, createdBy: text, lastModifiedAt: time, lastModifiedBy: text };

/** What something is found by. */
const name = v.pipe(v.string(), v.minLength(1, "must not be empty"));

const quota = v.object({ limit: text, interval: text, timeUnit: text });

const operationConfig = v.object({
  /** The proxy. */
  apiSource: v.string(),
  operations: v.nullish(v.array(v.object({ resource: v.string(), methods: texts })), []),
  quota: v.nullish(quota, null),
  attributes,
});

/** Of all proxies, where a group does not say of which it is. */
export const ANY_PROXY = "*";

/** The proxies that a group of operations is for. */
const otherOperations = v.pipe(
  v.nullish(v.union([v.array(v.string()), v.record(v.string(), v.unknown())], "must be an object"), []),
  v.transform((group) => (Array.isArray(group) ? group : sourcesOf(group))),
);

function sourcesOf(group: Readonly<Record<string, unknown>>): string[] {
  const { operationConfigs: configs } = group;
  if (!Array.isArray(configs)) return Object.keys(group).length > 0 ? [ANY_PROXY] : [];
  return [...new Set(configs.map((config) => (v.is(ofProxy, config) ? config.apiSource : ANY_PROXY)))];
}

const ofProxy = v.object({ apiSource: v.string() });

export const apiProductSchema = v.object({
  name,
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
  operationGroup: v.nullish(
    v.object({ operationConfigs: v.nullish(v.array(operationConfig), []), operationConfigType: text }),
    null,
  ),
  /** The proxies of operations of other kinds, by which no request is matched here: see `otherProxies`. */
  graphqlOperationGroup: otherOperations,
  grpcOperationGroup: otherOperations,
  llmOperationGroup: otherOperations,
  payloadOperationGroup: otherOperations,
  ...changes,
});

export const developerSchema = v.object({
  developerId: name,
  email: name,
  firstName: text,
  lastName: text,
  userName: text,
  status: textOr("active"),
  attributes,
  ...changes,
});

export const appGroupSchema = v.object({
  appGroupId: name,
  name,
  displayName: text,
  channelId: text,
  channelUri: text,
  status: textOr("active"),
  attributes,
  ...changes,
});

/** Apigee: "Limits" (API keys). Characters. */
export const LONGEST_KEY = 2048;

const credentialSchema = v.object({
  consumerKey: v.pipe(name, v.maxLength(LONGEST_KEY, `must have at most ${LONGEST_KEY} characters`)),
  consumerSecret: text,
  status: textOr("approved"),
  apiProducts: v.nullish(v.array(v.object({ apiproduct: v.string(), status: textOr("approved") })), []),
  attributes,
  scopes: texts,
  issuedAt: time,
  /** Epoch milliseconds as a text; `-1` for never. */
  expiresAt: textOr("-1"),
});

export const appSchema = v.object({
  appId: name,
  name,
  /** Whose app it is: one of the two. */
  developerId: v.nullish(v.string(), null),
  appGroup: v.nullish(v.string(), null),
  status: textOr("approved"),
  callbackUrl: text,
  appFamily: text,
  scopes: texts,
  attributes,
  credentials: v.nullish(v.array(credentialSchema), []),
  ...changes,
});

export type ApiProduct = v.InferOutput<typeof apiProductSchema>;
export type Developer = v.InferOutput<typeof developerSchema>;
export type AppGroup = v.InferOutput<typeof appGroupSchema>;
export type Credential = v.InferOutput<typeof credentialSchema>;
export type App = v.InferOutput<typeof appSchema>;
