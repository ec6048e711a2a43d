import { ANY_PROXY, type ApiProduct } from "./entities.ts";
import { breadthOf, compileResourcePattern } from "./resource-pattern.ts";

/** A request, as far as API products are concerned. */
export interface ProductCall {
  readonly environment: string;
  readonly proxy: string;
  /** What follows the proxy's base path. */
  readonly pathSuffix: string;
  readonly verb: string;
}

type Group = NonNullable<ApiProduct["operationGroup"]>;

/** An operation that covers a request. */
export interface MatchedOperation {
  /** Its path as the product has it, such as `/orders/**`. */
  readonly resource: string;
  /** None for all. */
  readonly methods: readonly string[];
  readonly quota: Group["operationConfigs"][number]["quota"];
  readonly attributes: ApiProduct["attributes"];
}

/** How a product covers a request: by an operation, or, where it has none, as a whole. */
export type ProductMatch = { readonly operation: MatchedOperation | null } | null;

const compiled = new WeakMap<ApiProduct, (call: ProductCall) => ProductMatch>();

/**
 * The proxies for which a product has operations of GraphQL, gRPC, models or payloads. By these no request is matched, so
 * the product covers none of such a proxy: another of its operations could let in what these were to keep out.
 */
export function otherProxies(product: ApiProduct): ReadonlySet<string> {
  const { graphqlOperationGroup, grpcOperationGroup, llmOperationGroup, payloadOperationGroup } = product;
  return new Set(
    [graphqlOperationGroup, grpcOperationGroup, llmOperationGroup, payloadOperationGroup].flat(),
  );
}

/**
 * Says whether an API product covers a request, and by what. No environments, proxies or resource paths are all of them;
 * a product with operations covers what these do and nothing else. Apigee: "Managing API products".
 */
export function matchProduct(product: ApiProduct, call: ProductCall): ProductMatch {
  const known = compiled.get(product);
  if (known) return known(call);
  const match = compileProduct(product);
  compiled.set(product, match);
  return match(call);
}

const whole: ProductMatch = { operation: null };

function compileProduct(product: ApiProduct): (call: ProductCall) => ProductMatch {
  const { operationGroup, apiResources, proxies, environments } = product;
  const others = otherProxies(product);
  const mayCover = ({ environment, proxy }: ProductCall) =>
    (environments.length === 0 || environments.includes(environment)) &&
    !others.has(proxy) &&
    !others.has(ANY_PROXY);
  if (operationGroup !== null) {
    // Its sources are services in front of which Envoy asks Apigee, and may have the name of a proxy.
    if (operationGroup.operationConfigType === "remoteservice") return () => null;
    const match = compileOperations(operationGroup);
    return (call) => (mayCover(call) ? match(call) : null);
  }
  if (others.size > 0) return () => null;
  const resources = apiResources.map((pattern) => compileResourcePattern(pattern));
  return (call) => {
    const covers =
      mayCover(call) &&
      (proxies.length === 0 || proxies.includes(call.proxy)) &&
      (resources.length === 0 || resources.some((matches) => matches(call.pathSuffix)));
    return covers ? whole : null;
  };
}

/** Of several operations that cover a request, that counts whose path covers more. */
function compileOperations({ operationConfigs }: Group): (call: ProductCall) => ProductMatch {
  const operations = operationConfigs
    .flatMap(({ apiSource, operations, quota, attributes }) =>
      operations.map(({ resource, methods }) => ({
        proxy: apiSource,
        breadth: breadthOf(resource),
        matches: compileResourcePattern(resource),
        methods: compileMethods(methods),
        match: { operation: { resource, methods, quota, attributes } },
      })),
    )
    .sort((one, other) => other.breadth - one.breadth);
  return ({ proxy, pathSuffix, verb }) =>
    operations.find(
      (operation) =>
        operation.proxy === proxy &&
        operation.methods?.has(verb.toUpperCase()) !== false &&
        operation.matches(pathSuffix),
    )?.match ?? null;
}

/** Null for all of them, which Apigee writes as `ALL` where none was chosen. */
function compileMethods(methods: readonly string[]): ReadonlySet<string> | null {
  const names = new Set(methods.map((method) => method.toUpperCase()));
  return names.size === 0 || names.has("ALL") ? null : names;
}
