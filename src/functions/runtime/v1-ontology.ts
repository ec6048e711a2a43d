import type { Session } from "../protocol.ts";
import { type Call, currentCall } from "./call.ts";
import { LocalDate, Timestamp } from "./dates.ts";

/** What TypeScript v1 code needs to know of an object type; the publisher writes it into the function's module. */
export interface TypeFacts {
  readonly apiName: string;
  readonly primaryKey: string;
  /** Types of properties by name. */
  readonly properties: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, LinkFacts>>;
}

export interface LinkFacts {
  readonly target: string;
  readonly many: boolean;
}

/** The ontology as TypeScript v1 code knows it. */
export interface Ontology {
  /** By API name. */
  readonly types: Readonly<Record<string, TypeFacts>>;
  /** An object for code, of what the REST API gives. */
  object(json: Readonly<Record<string, unknown>>): object;
}

const locators = new WeakMap<object, Locator>();

/** Notes what an object is found by. */
export function locate(object: object, locator: Locator): void {
  locators.set(object, locator);
}

/** What an object is found by; undefined for what is none. */
export function findLocator(object: unknown): Locator | undefined {
  return typeof object === "object" && object !== null ? locators.get(object) : undefined;
}

/** The same; throws when a value is no object. */
export function locatorOf(object: unknown): Locator {
  const locator = findLocator(object);
  if (locator) return locator;
  throw new TypeError("Expected an object of the ontology.");
}

/** An object by its type and primary key. */
export interface Locator {
  readonly $apiName: string;
  readonly $primaryKey: unknown;
}

/** What one call has read of the ontology, and what it wants to change. */
export class CallOntology {
  readonly #call: Call;
  readonly #read = new Map<string, unknown>();
  /** Reads that the code wants at once, and that are under way. */
  readonly pending = new Map<string, Promise<unknown>>();
  edits = new EditStore();
  /** Whether something has left that must not leave twice. */
  hasSent = false;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Asks the ontology's API. Rejects with its error. */
  async ask(path: string, body: unknown): Promise<unknown> {
    const key = JSON.stringify([path, body]);
    if (this.#read.has(key)) return this.#read.get(key);
    const url = `/api/v2/ontologies/ontology/${path}`;
    const { status, text } = await this.#call.session.ontology("POST", url, JSON.stringify(body));
    const answer: { readonly errorName?: string } = JSON.parse(text);
    if (status !== 200) throw new Error(`The ontology cannot be read: ${answer.errorName}.`);
    this.#read.set(key, answer);
    return answer;
  }

  /**
   * The result of reading where the code cannot wait: what was read before. Otherwise it throws, and the function is
   * called again when it is there.
   */
  now<T>(key: string, read: () => Promise<T>): T {
    if (this.#read.has(key)) return this.#read.get(key) as T;
    if (this.hasSent) {
      throw new Error(
        "Objects have to be read before a source is called, or with allAsync, takeAsync or getAsync.",
      );
    }
    if (!this.pending.has(key)) {
      this.pending.set(
        key,
        read().then((value) => this.#read.set(key, value)),
      );
    }
    throw new NotRead();
  }
}

/** Stops code that cannot wait for what it reads. */
class NotRead extends Error {
  constructor() {
    super("The objects are being read: the function will be called again.");
  }
}

type Properties = Record<string, unknown>;

interface ChangedObject {
  readonly object: Locator;
  state: "created" | "known" | "deleted";
  /** Whether it was created in the place of one that was deleted before. */
  readonly replaces: boolean;
  readonly properties: Properties;
}

/** Changes of objects, as few edits as say the same. Foundry: "Ontology edits: Overview" (How edits are captured). */
export class EditStore {
  readonly #objects = new Map<string, ChangedObject>();
  readonly #links = new Map<string, object>();

  create(object: Locator, properties: Properties): void {
    const { state } = this.#of(object);
    if (state === "created")
      throw new Error(`${object.$apiName} ${object.$primaryKey} has been created already.`);
    this.#objects.set(keyOf(object), { object, state: "created", replaces: state === "deleted", properties });
  }

  set(object: Locator, property: string, value: unknown): void {
    this.#left(object).properties[property] = value;
  }

  delete(object: Locator): void {
    const found = this.#of(object);
    const names = keyOf(object);
    for (const [key, link] of this.#links) if (mentions(link as LinkEdit, names)) this.#links.delete(key);
    if (found.state === "created" && !found.replaces) this.#objects.delete(names);
    else found.state = "deleted";
  }

  /** The last word about a link counts. */
  link(type: "addLink" | "removeLink", source: Locator, apiName: string, target: Locator): void {
    for (const object of [source, target]) this.#left(object);
    const key = JSON.stringify([keyOf(source), apiName, keyOf(target)]);
    this.#links.delete(key);
    this.#links.set(key, { type, source, apiName, target } satisfies LinkEdit);
  }

  /** Makes an object the only one that a link leads to. */
  setLink(source: Locator, apiName: string, target: Locator): void {
    for (const [key, link] of this.#links as Map<string, LinkEdit>) {
      if (link.apiName === apiName && keyOf(link.source) === keyOf(source)) this.#links.delete(key);
    }
    this.link("addLink", source, apiName, target);
  }

  /** Links that were changed of one object: added and removed targets. */
  linked(source: Locator, apiName: string): { readonly added: Locator[]; readonly removed: Locator[] } {
    const edits = ([...this.#links.values()] as LinkEdit[]).filter(
      (edit) => edit.apiName === apiName && keyOf(edit.source) === keyOf(source),
    );
    const of = (type: string) => edits.filter((edit) => edit.type === type).map(({ target }) => target);
    return { added: of("addLink"), removed: of("removeLink") };
  }

  /** Objects first, since links need them. */
  all(): object[] {
    const objects = [...this.#objects.values()].flatMap(({ object, state, replaces, properties }) => {
      const deleted = { type: "deleteObject", obj: object };
      if (state === "deleted") return deleted;
      const obj = { type: "object", apiName: object.$apiName };
      if (state === "created")
        return [...(replaces ? [deleted] : []), { type: "createObject", obj, properties }];
      return Object.keys(properties).length > 0 ? { type: "updateObject", obj: object, properties } : [];
    });
    return [...objects, ...this.#links.values()];
  }

  /** An object that has not been deleted. */
  #left(object: Locator): ChangedObject {
    const found = this.#of(object);
    if (found.state !== "deleted") return found;
    throw new Error(`${object.$apiName} ${object.$primaryKey} has been deleted.`);
  }

  #of(object: Locator): ChangedObject {
    const key = keyOf(object);
    const found = this.#objects.get(key) ?? { object, state: "known", replaces: false, properties: {} };
    this.#objects.set(key, found);
    return found;
  }
}

interface LinkEdit {
  readonly type: "addLink" | "removeLink";
  readonly source: Locator;
  readonly apiName: string;
  readonly target: Locator;
}

function keyOf({ $apiName, $primaryKey }: Locator): string {
  return JSON.stringify([$apiName, $primaryKey]);
}

function mentions({ source, target }: LinkEdit, key: string): boolean {
  return keyOf(source) === key || keyOf(target) === key;
}

const states = new WeakMap<Call, CallOntology>();

/** What the running call knows of the ontology. */
export function ontologyOfCall(): CallOntology {
  const call = currentCall();
  const known = states.get(call);
  if (known) return known;
  const ontology = new CallOntology(call);
  states.set(call, ontology);
  Object.assign(call, { session: noticed(call.session, ontology) });
  return ontology;
}

/** A session that notes when something has left through it. */
function noticed(session: Session, ontology: CallOntology): Session {
  return {
    fetch(...request) {
      ontology.hasSent = true;
      return session.fetch(...request);
    },
    webhook(...wanted) {
      ontology.hasSent = true;
      return session.webhook(...wanted);
    },
    log: (batch) => session.log(batch),
    credentials: (source) => session.credentials(source),
    ontology: (...asked) => session.ontology(...asked),
  };
}

/** How often a function may be called again for what it reads without waiting. */
const MOST_READS = 1000;

/**
 * Calls a function, and calls it again when what it wanted to read without waiting is there.
 * @param returnsEdits whether its result are the edits that it made
 */
export async function withOntology(work: () => unknown, returnsEdits: boolean): Promise<unknown> {
  const ontology = ontologyOfCall();
  for (let reads = 0; reads <= MOST_READS; reads++) {
    ontology.edits = new EditStore();
    let result: unknown;
    try {
      result = await work();
    } catch (thrown) {
      if (ontology.pending.size === 0) throw thrown;
    }
    if (ontology.pending.size === 0) return returnsEdits ? ontology.edits.all() : result;
    await Promise.all(ontology.pending.values());
    ontology.pending.clear();
  }
  throw new Error(
    `The function reads objects more than ${MOST_READS} times. Use allAsync, takeAsync or getAsync.`,
  );
}

/** A property's value as v1 code has it. */
export function fromWire(value: unknown, type: string | undefined): unknown {
  if (value === null || value === undefined) return undefined;
  if (type === "date") return LocalDate.fromISOString(String(value));
  return type === "timestamp" ? Timestamp.fromISOString(String(value)) : value;
}

/** The same as JSON; what is taken away is null. */
export function toWire(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(toWire);
  return value instanceof LocalDate || value instanceof Timestamp ? value.toISOString() : value;
}
