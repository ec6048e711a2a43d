import * as v from "valibot";
import { type BasePathMatch, BasePaths, bySegments, keyOf } from "./base-path.ts";

/** A proxy that is deployed. */
export interface DeployedProxy {
  readonly name: string;
  /** Key of the immutable revision: the digest of the bundle's zip. */
  readonly revision: string;
  readonly endpoints: readonly { readonly name: string; readonly basePath: string }[];
  /** Who the bundle is to Google: an e-mail address; null when the deployment names no service account. */
  readonly serviceAccount: string | null;
}

/** A proxy endpoint that is deployed. */
export interface DeployedEndpoint {
  readonly proxy: DeployedProxy;
  readonly endpoint: string;
}

/**
 * How KV holds the proxies: flat lists of texts and numbers, which are read as fast as JSON can be, because the first
 * request of an isolate waits for it, however many proxies are deployed.
 */
interface Stored {
  /** Each proxy as JSON: name, revision, service account, and name and base path of each endpoint. */
  readonly entries: readonly string[];
  /** The base paths in the order of their segments, as {@link keyOf} writes them. */
  readonly paths: readonly string[];
  /** Whose they are: for each path the index of the proxy, and that of the endpoint. */
  readonly places: readonly number[];
}

const entry = v.tuple([
  v.string(),
  v.string(),
  v.nullable(v.string()),
  v.array(v.tuple([v.string(), v.string()])),
]);

/** The proxies of an environment, each read when it is asked for. */
export class ProxyTable {
  readonly #stored: Stored;
  readonly #read: (DeployedProxy | undefined)[] = [];
  readonly #basePaths: BasePaths<DeployedEndpoint>;
  readonly #indices = new Map<string, number>();

  constructor(stored: Stored) {
    this.#stored = stored;
    const { paths, places } = stored;
    this.#basePaths = new BasePaths(paths, (index) => {
      const proxy = this.#at(places[2 * index] ?? -1);
      const { name: endpoint, basePath } = proxy.endpoints[places[2 * index + 1] ?? -1] ?? malformed();
      return { basePath, value: { proxy, endpoint } };
    });
  }

  static of(proxies: readonly DeployedProxy[]): ProxyTable {
    const byKey = new Map(
      proxies.flatMap(({ endpoints }, proxy) =>
        endpoints.map(({ basePath }, endpoint) => [keyOf(basePath), [proxy, endpoint]] as const),
      ),
    );
    const sorted = [...byKey].sort(([one], [other]) => bySegments(one, other));
    return new ProxyTable({
      entries: proxies.map(({ name, revision, serviceAccount, endpoints }) =>
        JSON.stringify([name, revision, serviceAccount, endpoints.map((each) => [each.name, each.basePath])]),
      ),
      paths: sorted.map(([key]) => key),
      places: sorted.flatMap(([, place]) => place),
    });
  }

  get all(): readonly DeployedProxy[] {
    return this.#stored.entries.map((_, index) => this.#at(index));
  }

  find(name: string): DeployedProxy | undefined {
    const start = `[${JSON.stringify(name)},`;
    const index = this.#indices.get(name) ?? this.#stored.entries.findIndex((text) => text.startsWith(start));
    if (index === -1) return undefined;
    this.#indices.set(name, index);
    return this.#at(index);
  }

  /** The endpoint that serves a path; null when none does. Apigee: "API proxy configuration reference" (BasePath). */
  match(path: string): BasePathMatch<DeployedEndpoint> | null {
    return this.#basePaths.match(path);
  }

  toJSON(): Stored {
    return this.#stored;
  }

  #at(index: number): DeployedProxy {
    const known = this.#read[index];
    if (known) return known;
    const text = this.#stored.entries[index] ?? malformed();
    const [name, revision, serviceAccount, endpoints] = v.parse(entry, JSON.parse(text));
    const proxy = {
      name,
      revision,
      endpoints: endpoints.map(([endpoint, basePath]) => ({ name: endpoint, basePath })),
      serviceAccount,
    };
    this.#read[index] = proxy;
    return proxy;
  }
}

function malformed(): never {
  throw new Error("malformed environment document: its proxies and their base paths do not fit together");
}

const isListOf = (type: "string" | "number") => (value: unknown) =>
  Array.isArray(value) && value.every((each) => typeof each === type);

/** A schema that looks at each of ten thousand values for itself would take longer than the rest of a first request. */
const storedSchema = v.object({
  entries: v.custom<readonly string[]>(isListOf("string"), "expected a list of texts"),
  paths: v.custom<readonly string[]>(isListOf("string"), "expected a list of texts"),
  places: v.custom<readonly number[]>(isListOf("number"), "expected a list of numbers"),
});

const listSchema = v.array(
  v.object({
    name: v.string(),
    revision: v.string(),
    endpoints: v.array(v.object({ name: v.string(), basePath: v.string() })),
    serviceAccount: v.optional(v.nullable(v.string()), null),
  }),
);

/** The proxies as KV holds them, or listed as they are. */
export const proxiesSchema = v.pipe(
  v.lazy((json): v.GenericSchema<unknown, ProxyTable | Stored | v.InferOutput<typeof listSchema>> => {
    if (json instanceof ProxyTable) return v.instance(ProxyTable);
    return Array.isArray(json) ? listSchema : storedSchema;
  }),
  v.transform((proxies) => {
    if (proxies instanceof ProxyTable) return proxies;
    return Array.isArray(proxies) ? ProxyTable.of(proxies) : new ProxyTable(proxies as Stored);
  }),
);
