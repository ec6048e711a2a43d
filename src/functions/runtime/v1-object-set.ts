import { locatorOf, type Ontology, ontologyOfCall, type TypeFacts, toWire } from "./v1-ontology.ts";

/** How many objects come with one answer, and how many one set may load. */
const PAGE_SIZE = 1000;
const MOST_OBJECTS = 100_000;

type Json = Readonly<Record<string, unknown>>;

/** A condition on objects, as the REST API has it. */
interface Filter {
  readonly type: string;
  readonly [field: string]: unknown;
}

interface Order {
  readonly field: string;
  readonly direction: "asc" | "desc";
}

/** A set of objects as TypeScript v1 code has it. Foundry: "API: Object sets". */
export class ObjectSet {
  readonly #type: TypeFacts;
  readonly #ontology: Ontology;
  readonly #definition: Json;
  readonly #order: readonly Order[];

  private constructor(type: TypeFacts, ontology: Ontology, definition: Json, order: readonly Order[]) {
    this.#type = type;
    this.#ontology = ontology;
    this.#definition = definition;
    this.#order = order;
    for (const [name, { target }] of Object.entries(type.links)) {
      const method = `searchAround${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      Object.defineProperty(this, method, { value: () => this.around(name, target) });
    }
  }

  /** All objects of a type, or what a definition says. */
  static of(
    apiName: string,
    ontology: Ontology,
    definition: Json = { type: "base", objectType: apiName },
  ): ObjectSet {
    const type = ontology.types[apiName];
    if (!type) throw new Error(`The ontology has no ${apiName}.`);
    return new ObjectSet(type, ontology, definition, []);
  }

  /** Its definition, as the REST API has it. */
  toJSON(): Json {
    return this.#definition;
  }

  withKey(key: unknown): ObjectSet {
    return this.#with({ type: "eq", field: this.#type.primaryKey, value: key });
  }

  withKeys(objects: readonly unknown[]): ObjectSet {
    const value = objects.map((object) => locatorOf(object).$primaryKey);
    return this.#with({ type: "in", field: this.#type.primaryKey, value });
  }

  /** The objects that a link leads to. */
  around(link: string, target: string): ObjectSet {
    return ObjectSet.of(target, this.#ontology, { type: "searchAround", objectSet: this.#definition, link });
  }

  filter(condition: (properties: Record<string, unknown>) => Filter): ObjectSet {
    return this.#with(condition(propertiesOf(this.#type)));
  }

  orderBy(order: (properties: Record<string, { asc(): Order; desc(): Order }>) => Order): ObjectSet {
    const orders = Object.fromEntries(
      Object.keys(this.#type.properties).map((field) => [
        field,
        {
          asc: (): Order => ({ field, direction: "asc" }),
          desc: (): Order => ({ field, direction: "desc" }),
        },
      ]),
    );
    return new ObjectSet(this.#type, this.#ontology, this.#definition, [...this.#order, order(orders)]);
  }

  union(...others: readonly ObjectSet[]): ObjectSet {
    return this.#combined("union", others);
  }

  intersect(...others: readonly ObjectSet[]): ObjectSet {
    return this.#combined("intersect", others);
  }

  subtract(...others: readonly ObjectSet[]): ObjectSet {
    return this.#combined("subtract", others);
  }

  all(): object[] {
    return this.#now(MOST_OBJECTS);
  }

  take(limit: number): object[] {
    return this.#now(limit);
  }

  async allAsync(): Promise<object[]> {
    return this.#objects(await this.#load(MOST_OBJECTS));
  }

  async takeAsync(limit: number): Promise<object[]> {
    return this.#objects(await this.#load(limit));
  }

  async count(): Promise<number> {
    const body = {
      objectSet: this.#definition,
      groupBy: [],
      aggregation: [{ type: "count", name: "count" }],
    };
    const answer = (await ontologyOfCall().ask("objectSets/aggregate", body)) as {
      readonly data: readonly { readonly metrics: readonly { readonly value?: unknown }[] }[];
    };
    return Number(answer.data[0]?.metrics[0]?.value ?? 0);
  }

  #now(limit: number): object[] {
    const key = JSON.stringify(["now", this.#definition, this.#order, limit]);
    return this.#objects(ontologyOfCall().now(key, () => this.#load(limit)));
  }

  #objects(loaded: readonly Json[]): object[] {
    return loaded.map((json) => this.#ontology.object({ ...json, __apiName: this.#type.apiName }));
  }

  async #load(limit: number): Promise<readonly Json[]> {
    const found: Json[] = [];
    let pageToken: string | undefined;
    do {
      const body = {
        objectSet: this.#definition,
        select: [],
        pageSize: Math.min(PAGE_SIZE, limit - found.length),
        ...(this.#order.length > 0 && { orderBy: { fields: this.#order } }),
        ...(pageToken !== undefined && { pageToken }),
      };
      const page = (await ontologyOfCall().ask("objectSets/loadObjects", body)) as {
        readonly data: readonly Json[];
        readonly nextPageToken?: string;
      };
      found.push(...page.data);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && found.length < limit);
    if (pageToken !== undefined && limit === MOST_OBJECTS) {
      throw new Error(`The set has more than ${MOST_OBJECTS} objects. Filter it, or use take.`);
    }
    return found;
  }

  #with(where: Filter): ObjectSet {
    const definition = { type: "filter", objectSet: this.#definition, where };
    return new ObjectSet(this.#type, this.#ontology, definition, this.#order);
  }

  #combined(type: string, others: readonly ObjectSet[]): ObjectSet {
    const objectSets = [this.#definition, ...others.map((each) => each.#definition)];
    return new ObjectSet(this.#type, this.#ontology, { type, objectSets }, this.#order);
  }
}

/** What can be asked of each property in a filter. */
function propertiesOf({ properties }: TypeFacts): Record<string, unknown> {
  return Object.fromEntries(Object.keys(properties).map((field) => [field, filtersOf(field)]));
}

function filtersOf(field: string) {
  const one =
    (type: string) =>
    (value: unknown): Filter => ({ type, field, value: toWire(value) });
  const fuzzy = (type: string) => (value: unknown) => ({ ...one(type)(value), fuzzy: true });
  return {
    exactMatch: (first: unknown, ...more: readonly unknown[]): Filter =>
      more.length === 0 ? one("eq")(first) : { type: "in", field, value: [first, ...more].map(toWire) },
    isTrue: () => one("eq")(true),
    isFalse: () => one("eq")(false),
    hasProperty: (): Filter => ({ type: "not", value: { type: "isNull", field, value: true } }),
    contains: one("contains"),
    phrase: one("containsAllTermsInOrder"),
    phrasePrefix: one("containsAllTermsInOrderPrefixLastTerm"),
    prefixOnLastToken: one("containsAllTermsInOrderPrefixLastTerm"),
    matchAnyToken: one("containsAnyTerm"),
    matchAllTokens: one("containsAllTerms"),
    fuzzyMatchAnyToken: fuzzy("containsAnyTerm"),
    fuzzyMatchAllTokens: fuzzy("containsAllTerms"),
    range: () => ({ lt: one("lt"), lte: one("lte"), gt: one("gt"), gte: one("gte") }),
  };
}

/** What combines conditions. Foundry: "API: Object sets" (Filters). */
export const Filters = {
  and: (...value: readonly Filter[]): Filter => ({ type: "and", value }),
  or: (...value: readonly Filter[]): Filter => ({ type: "or", value }),
  not: (value: Filter): Filter => ({ type: "not", value }),
};
