import type { App, AppGroup, Credential, Developer } from "../../../clients/entities.ts";
import type { Coverage, KnownClient, Owner } from "../../../clients/identify.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { OwnVariables, type Told } from "../../parts/own-variables.ts";

/** Of the product's quota, what an operation that covers the request says counts more. */
type Quota = NonNullable<NonNullable<Coverage["operation"]>["quota"]>;

/** What is known of a client, as variables below a policy's prefix, and those that have none: null is one that is not set. */
export interface ClientFacts {
  readonly told: readonly Told[];
  readonly shared: readonly (readonly [name: string, value: string | null])[];
}

/** Put together once for each key, and what it was let in by; anew when whose app it is has changed since. */
const known = new WeakMap<
  Credential,
  WeakMap<object, { readonly parent: Parent; readonly facts: ClientFacts }>
>();

type Parent = Developer | AppGroup;

/** What a client was let in by that needed no product. */
const noProduct = {};

/**
 * Sets what is known of a client. Apigee: "Verify API Key policy" (flow variables) and, for the names without a prefix,
 * "Flow variables reference".
 * @param prefix with the dot, such as `verifyapikey.NAME.`
 */
export function compileClientVariables(prefix: string) {
  const own = new OwnVariables(prefix);
  return {
    clear: (flow: FlowContext) => own.clear(flow),
    set(flow: FlowContext, client: KnownClient, coverage: Coverage | null): void {
      const facts = factsOfClient(client, coverage);
      own.set(flow, facts.told);
      setShared(flow, facts);
    },
  };
}

/** Sets what has no prefix, and takes away what an earlier client has left of it. */
export function setShared({ variables }: FlowContext, { shared }: ClientFacts): void {
  for (const [name, value] of shared) {
    if (value === null) variables.delete(name);
    else variables.set(name, value);
  }
}

/** What is known of a client and of what lets it in: the same object while that stays the same. */
export function factsOfClient(client: KnownClient, coverage: Coverage | null): ClientFacts {
  const { credential, owner } = client;
  const parent = owner.kind === "developer" ? owner.developer : owner.appGroup;
  const by = coverage?.operation ?? coverage?.product ?? noProduct;
  const ofKey = known.get(credential) ?? new WeakMap();
  known.set(credential, ofKey);
  const kept = ofKey.get(by);
  if (kept?.parent === parent) return kept.facts;
  const facts = readFacts(client, parent, coverage);
  ofKey.set(by, { parent, facts });
  return facts;
}

/** Attributes come first: where one has the name of something else that is known, that counts. */
function readFacts(
  { app, credential, owner }: KnownClient,
  parent: Parent,
  coverage: Coverage | null,
): ClientFacts {
  const ofOwner = owner.kind === "developer" ? "developer." : "appgroup.";
  return {
    told: [
      ...attributesOf(
        "",
        app.attributes.filter(({ name }) => !RESERVED.test(name)),
      ),
      ...attributesOf("app.", app.attributes),
      ...attributesOf(ofOwner, parent.attributes),
      ...(coverage ? productFacts(coverage) : []),
      ["", "client_id", credential.consumerKey],
      ["", "client_secret", credential.consumerSecret],
      ["", "redirection_uris", app.callbackUrl],
      ...appFacts(app, credential, owner, parent),
      ...ownerFacts(owner),
    ],
    shared: sharedFacts(app, credential, owner, coverage),
  };
}

/** What an app cannot have an attribute for: whoever makes an app may choose these, and not the quota of its product. */
const RESERVED = /^(?:(?:app|developer|appgroup|company|apiproduct)\.|failed$)/;

/** Names without a prefix, the same for each client: what an earlier one has had and this one has not, goes. */
function sharedFacts(
  app: App,
  { consumerKey }: Credential,
  owner: Owner,
  coverage: Coverage | null,
): ClientFacts["shared"] {
  const developer = owner.kind === "developer" ? owner.developer : null;
  const quota = coverage && quotaOf(coverage);
  return [
    ["client_id", consumerKey],
    ["developer.app.id", app.appId],
    ["developer.app.name", app.name],
    ["developer.id", developer?.developerId ?? null],
    ["developer.email", developer?.email ?? null],
    ["apiproduct.name", coverage?.product.name ?? null],
    ["apiproduct.developer.quota.limit", quota?.limit ?? null],
    ["apiproduct.developer.quota.interval", quota?.interval ?? null],
    ["apiproduct.developer.quota.timeunit", quota?.timeUnit ?? null],
    ["apiproduct.operation", coverage?.operation?.resource ?? null],
    ["apiproduct.operation.resource", coverage?.operation?.resource ?? null],
    ["apiproduct.operation.methods", coverage?.operation?.methods.join(",") ?? null],
  ];
}

function appFacts(app: App, { apiProducts }: Credential, owner: Owner, parent: Parent): Told[] {
  return [
    ["developer.app.", "id", app.appId],
    ["developer.app.", "name", app.name],
    ["app.", "id", app.appId],
    ["app.", "name", app.name],
    ["app.", "callbackUrl", app.callbackUrl],
    ["app.", "status", app.status],
    ["app.", "apiproducts", `[${apiProducts.map(({ apiproduct }) => apiproduct).join(", ")}]`],
    ["app.", "appFamily", app.appFamily],
    ["app.", "appType", owner.kind === "developer" ? "Developer" : "AppGroup"],
    ["app.", "appParentId", app.developerId ?? app.appGroup ?? ""],
    ["app.", "appParentStatus", parent.status],
    ...changesOf("app.", app),
  ];
}

function ownerFacts(owner: Owner): Told[] {
  if (owner.kind === "appGroup") {
    const { appGroup } = owner;
    return [
      ["appgroup.", "id", appGroup.appGroupId],
      ["appgroup.", "name", appGroup.name],
      ["appgroup.", "displayName", appGroup.displayName],
      ["appgroup.", "status", appGroup.status],
    ];
  }
  const { developer } = owner;
  return [
    ["developer.", "id", developer.developerId],
    ["developer.", "email", developer.email],
    ["developer.", "userName", developer.userName],
    ["developer.", "firstName", developer.firstName],
    ["developer.", "lastName", developer.lastName],
    ["developer.", "status", developer.status],
    ...changesOf("developer.", developer),
  ];
}

function productFacts(coverage: Coverage): Told[] {
  const { product, operation } = coverage;
  const quota = quotaOf(coverage);
  return [
    ...attributesOf("apiproduct.", product.attributes),
    ["apiproduct.", "name", product.name],
    ...(quota ? quotaFacts("apiproduct.developer.quota.", quota) : []),
    ...(operation
      ? [
          ...attributesOf("apiproduct.operation.attributes.", operation.attributes),
          ["apiproduct.", "operation", operation.resource] as const,
          ["apiproduct.", "operation.resource", operation.resource] as const,
          ["apiproduct.", "operation.methods", operation.methods.join(",")] as const,
          ...(operation.quota ? quotaFacts("apiproduct.operation.quota.", operation.quota) : []),
        ]
      : []),
  ];
}

/** Null where nothing is limited. */
function quotaOf({ product, operation }: Coverage): Quota | null {
  const { quota: limit, quotaInterval: interval, quotaTimeUnit: timeUnit } = product;
  return operation?.quota ?? (limit === "" ? null : { limit, interval, timeUnit });
}

function quotaFacts(group: string, { limit, interval, timeUnit }: Quota): Told[] {
  return [
    [group, "limit", limit],
    [group, "interval", interval],
    [group, "timeunit", timeUnit],
  ];
}

function attributesOf(group: string, attributes: App["attributes"]): Told[] {
  return attributes.map(({ name, value }) => [group, name, value]);
}

function changesOf(
  group: string,
  {
    createdAt,
    createdBy,
    lastModifiedAt,
    lastModifiedBy,
  }: Pick<App, "createdAt" | "createdBy" | "lastModifiedAt" | "lastModifiedBy">,
): Told[] {
  return [
    [group, "created_at", createdAt],
    [group, "created_by", createdBy],
    [group, "last_modified_at", lastModifiedAt],
    [group, "last_modified_by", lastModifiedBy],
  ];
}
