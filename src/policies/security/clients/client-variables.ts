import type { App, Credential } from "../../../clients/entities.ts";
import type { Coverage, KnownClient, Owner } from "../../../clients/identify.ts";
import type { FlowContext } from "../../../flow/context.ts";
import { OwnVariables, type Told } from "../../parts/own-variables.ts";

/** Of the product's quota, what an operation that covers the request says counts more. */
type Quota = NonNullable<NonNullable<Coverage["operation"]>["quota"]>;

/** What is known of a client, as variables below a policy's prefix, and those that have none. */
interface ClientFacts {
  readonly told: readonly Told[];
  readonly shared: readonly (readonly [name: string, value: string])[];
}

/** Put together once for each key, and product and operation by which it was let in. */
const known = new WeakMap<Credential, Map<Coverage["product"] | null, Map<unknown, ClientFacts>>>();

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
      const { told, shared } = factsOf(client, coverage);
      own.set(flow, told);
      for (const [name, value] of shared) flow.variables.set(name, value);
    },
  };
}

function factsOf(client: KnownClient, coverage: Coverage | null): ClientFacts {
  const { credential } = client;
  const products = known.get(credential) ?? new Map<Coverage["product"] | null, Map<unknown, ClientFacts>>();
  known.set(credential, products);
  const product = coverage?.product ?? null;
  const operations = products.get(product) ?? new Map<unknown, ClientFacts>();
  products.set(product, operations);
  const operation = coverage?.operation ?? null;
  const facts = operations.get(operation) ?? readFacts(client, coverage);
  operations.set(operation, facts);
  return facts;
}

function readFacts({ app, credential, owner }: KnownClient, coverage: Coverage | null): ClientFacts {
  const quota = coverage && quotaOf(coverage);
  return {
    told: [
      ["", "client_id", credential.consumerKey],
      ["", "client_secret", credential.consumerSecret],
      ["", "redirection_uris", app.callbackUrl],
      ...attributesOf("", app.attributes),
      ...appFacts(app, credential, owner),
      ...ownerFacts(owner),
      ...(coverage ? productFacts(coverage) : []),
      ...(quota ? quotaFacts("apiproduct.developer.quota.", quota) : []),
    ],
    shared: [
      ["client_id", credential.consumerKey],
      ["developer.app.name", app.name],
      ...(owner.kind === "developer"
        ? ([
            ["developer.id", owner.developer.developerId],
            ["developer.email", owner.developer.email],
          ] as const)
        : []),
      ...(coverage ? ([["apiproduct.name", coverage.product.name]] as const) : []),
    ],
  };
}

function appFacts(app: App, { apiProducts }: Credential, owner: Owner): Told[] {
  const parent = owner.kind === "developer" ? owner.developer : owner.appGroup;
  return [
    ["developer.app.", "id", app.appId],
    ["developer.app.", "name", app.name],
    ...attributesOf("app.", app.attributes),
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
      ...attributesOf("appgroup.", appGroup.attributes),
      ["appgroup.", "id", appGroup.appGroupId],
      ["appgroup.", "name", appGroup.name],
      ["appgroup.", "displayName", appGroup.displayName],
      ["appgroup.", "status", appGroup.status],
    ];
  }
  const { developer } = owner;
  return [
    ...attributesOf("developer.", developer.attributes),
    ["developer.", "id", developer.developerId],
    ["developer.", "email", developer.email],
    ["developer.", "userName", developer.userName],
    ["developer.", "firstName", developer.firstName],
    ["developer.", "lastName", developer.lastName],
    ["developer.", "status", developer.status],
    ...changesOf("developer.", developer),
  ];
}

function productFacts({ product, operation }: Coverage): Told[] {
  return [
    ...attributesOf("apiproduct.", product.attributes),
    ["apiproduct.", "name", product.name],
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
