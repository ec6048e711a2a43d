/**
 * Foundry's libraries as Sortie provides them to functions, for editors and type checks. Comments in it are what
 * an editor shows.
 */

declare module "@palantir/functions-sources" {
  /** The calling user's credentials for a source. */
  export interface OauthSessionCredentials {
    readonly type: "oauth";
    readonly accessToken: string;
    readonly expiration: Date;
  }

  export type SessionCredentials = OauthSessionCredentials;

  /** A source that the function declares. */
  export interface Source {
    /** The secrets by name, such as `source.secrets["MySecret"]`. */
    readonly secrets: Readonly<Record<string, string>>;
    /** Only on sources whose authentication is an outbound application. */
    readonly sessionCredentials?: { get(): Promise<SessionCredentials | undefined> };
  }

  /** A declared source by its alias or API name. */
  export function getSource(name: string): Promise<Source>;
  /** All declared sources by the names in `config.sources`. */
  export function getSources(): Promise<Record<string, Source>>;
  /** The base URL of the source's one HTTPS connection, without a trailing slash. */
  export function getHttpsConnection(source: Source): { url: string };
  /** `fetch` with the source's authentication, certificates and egress policies. */
  export function getFetch(source: Source): Promise<typeof fetch>;
  /** An agent for clients that take one, such as axios as `httpsAgent`; it carries no credentials. */
  export function getHttpAgent(source: Source): Promise<import("node:https").Agent>;
}

declare module "@osdk/functions" {
  import type {
    Client,
    CompileTimeMetadata,
    InterfaceDefinition,
    ObjectMetadata,
    ObjectTypeDefinition,
    Osdk,
    OsdkObjectPropertyType,
    PropertyKeys,
  } from "@osdk/client";

  type AnyType = ObjectTypeDefinition | InterfaceDefinition;
  type LinkNames<S extends AnyType> = keyof CompileTimeMetadata<S>["links"] & string;
  type Properties<S extends AnyType> = {
    [P in PropertyKeys<S>]: OsdkObjectPropertyType<CompileTimeMetadata<S>["properties"][P]>;
  };
  type MayBeMissing<T> = { [K in keyof T as undefined extends T[K] ? K : never]?: T[K] } & {
    [K in keyof T as undefined extends T[K] ? never : K]: T[K];
  };

  /** An object, or what it can be found by. */
  export interface ObjectLocator<S extends ObjectTypeDefinition = ObjectTypeDefinition> {
    readonly $apiName: Osdk.Instance<S>["$apiName"];
    readonly $primaryKey: Osdk.Instance<S>["$primaryKey"];
  }

  /** An object as one of an interface. */
  export interface InterfaceLocator<S extends InterfaceDefinition = InterfaceDefinition> {
    readonly $apiName: Osdk.Instance<S>["$apiName"];
    readonly $objectType: Osdk.Instance<S>["$objectType"];
    readonly $primaryKey: Osdk.Instance<S>["$primaryKey"];
  }

  interface LinkEdit<S extends ObjectTypeDefinition, L extends LinkNames<S>> {
    apiName: L;
    source: ObjectLocator<S>;
    target: CompileTimeMetadata<S>["links"][L] extends ObjectMetadata.Link<infer T, boolean>
      ? ObjectLocator<T>
      : never;
  }

  export interface AddLink<S extends ObjectTypeDefinition, L extends LinkNames<S>> extends LinkEdit<S, L> {
    type: "addLink";
  }
  export interface RemoveLink<S extends ObjectTypeDefinition, L extends LinkNames<S>> extends LinkEdit<S, L> {
    type: "removeLink";
  }
  export interface CreateObject<S extends ObjectTypeDefinition> {
    type: "createObject";
    obj: S;
    properties: MayBeMissing<Properties<S>>;
  }
  export interface UpdateObject<S extends ObjectTypeDefinition> {
    type: "updateObject";
    obj: ObjectLocator<S>;
    properties: Partial<Omit<Properties<S>, CompileTimeMetadata<S>["primaryKeyApiName"] & string>>;
  }
  export interface DeleteObject<S extends ObjectTypeDefinition> {
    type: "deleteObject";
    obj: ObjectLocator<S>;
  }
  export interface CreateInterface<
    S extends InterfaceDefinition,
    O extends ObjectTypeDefinition = ObjectTypeDefinition,
  > {
    type: "createInterface";
    interfaceType: S;
    objectType: O;
    properties: MayBeMissing<Properties<S>>;
  }
  export interface UpdateInterface<S extends InterfaceDefinition> {
    type: "updateInterface";
    obj: InterfaceLocator<S>;
    properties: Partial<Properties<S>>;
  }
  export interface DeleteInterface<S extends InterfaceDefinition> {
    type: "deleteInterface";
    obj: InterfaceLocator<S>;
  }

  /** What a function may edit: `type OntologyEdit = Edits.Object<Employee> | Edits.Link<Employee, "boss">`. */
  export namespace Edits {
    type Object<S extends ObjectTypeDefinition> = CreateObject<S> | UpdateObject<S> | DeleteObject<S>;
    type Link<S extends ObjectTypeDefinition, L extends LinkNames<S>> = AddLink<S, L> | RemoveLink<S, L>;
    type Interface<S extends InterfaceDefinition> =
      | CreateInterface<S>
      | UpdateInterface<S>
      | DeleteInterface<S>;
  }

  // biome-ignore lint/suspicious/noExplicitAny: edits of every type
  type Any = any;
  export type AnyEdit =
    | Edits.Object<Any>
    | Edits.Interface<Any>
    | { type: "addLink" | "removeLink"; apiName: string; source: Any; target: Any };

  type LinkOf<X, T extends "addLink" | "removeLink", S, L> = Extract<
    X,
    { type: T; apiName: L; source: { $apiName: S } }
  >;
  type LinkSource<X, T> = Extract<X, { type: T; source: unknown }>["source"];
  type LinkName<X, T extends "addLink" | "removeLink", S> =
    Extract<X, { type: T; source: { $apiName: S } }> extends { apiName: infer L } ? L : never;
  type One<T> = T | readonly T[];

  /** Changes that a function asks for, in their order. */
  export interface EditBatch<X> {
    link<
      S extends LinkSource<X, "addLink"> & { $apiName: string },
      L extends LinkName<X, "addLink", S["$apiName"]> & string,
    >(source: S, apiName: L, target: One<LinkOf<X, "addLink", S["$apiName"], L>["target"]>): void;
    unlink<
      S extends LinkSource<X, "removeLink"> & { $apiName: string },
      L extends LinkName<X, "removeLink", S["$apiName"]> & string,
    >(source: S, apiName: L, target: One<LinkOf<X, "removeLink", S["$apiName"], L>["target"]>): void;
    create<S extends Extract<X, { type: "createObject" }>["obj"]>(
      objectType: S,
      properties: Extract<X, { type: "createObject"; obj: S }>["properties"],
    ): void;
    create<
      S extends Extract<X, { type: "createInterface" }>["interfaceType"],
      O extends Extract<X, { type: "createInterface" }>["objectType"],
    >(
      interfaceType: S,
      objectType: O,
      properties: Extract<X, { type: "createInterface"; interfaceType: S }>["properties"],
    ): void;
    update<L extends Extract<X, { type: "updateObject" | "updateInterface" }>["obj"]>(
      obj: L,
      properties: Extract<
        X,
        { type: "updateObject" | "updateInterface"; obj: { $apiName: L["$apiName"] } }
      >["properties"],
    ): void;
    delete(obj: Extract<X, { type: "deleteObject" | "deleteInterface" }>["obj"]): void;
    /** A copy of what was asked for so far. */
    getEdits(): X[];
  }

  /** Collects the edits of one call, for the function to return. */
  export function createEditBatch<X extends AnyEdit = never>(client: Client): EditBatch<X>;

  /** -128 to 127. */
  export type Byte = number;
  /** -32768 to 32767. */
  export type Short = number;
  /** 32 bits, with a sign. */
  export type Integer = number;
  /** 64 bits, with a sign: digits as text, since a number cannot hold all of them. */
  export type Long = string;
  export type Float = number;
  export type Double = number;
  /** `YYYY-MM-DD`. */
  export type DateISOString = string;
  /** ISO 8601 with a zone. */
  export type TimestampISOString = string;

  /** What a function's entry file may export as `config`; literal values only. */
  export interface FunctionConfig {
    /** The name it is published with; by default that of its folder. */
    readonly apiName?: string;
    /** Aliases or API names of the sources that it may use. */
    readonly sources?: readonly string[];
    /** The object types that it may edit; without this, those that the types of its edits name. */
    readonly edits?: readonly ObjectTypeDefinition[];
  }

  /** Names that stand for other things in each environment. */
  export const Aliases: { source(alias: string): { rid: string } };

  /** An error whose message is meant for the person who called. */
  export class UserFacingError extends Error {
    override readonly name: "UserFacingError";
  }
}

declare module "@foundry/functions-api" {
  /** -128 to 127. */
  export type Byte = number;
  /** -32768 to 32767. */
  export type Short = number;
  /** 32 bits, with a sign. */
  export type Integer = number;
  /** 64 bits, with a sign: digits as text, since a number cannot hold all of them. */
  export type Long = string;
  export type Float = number;
  export type Double = number;

  /** A map with keys of any scalar type. */
  export class FunctionsMap<K, V> extends Map<K, V> {}

  /** A calendar date. */
  export class LocalDate {
    private constructor();
    /** @param text `YYYY-MM-DD` */
    static fromISOString(text: string): LocalDate;
    /** Today in UTC. */
    static now(): LocalDate;
    plusDays(days: number): LocalDate;
    minusDays(days: number): LocalDate;
    toISOString(): string;
    toString(): string;
    toJSON(): string;
    valueOf(): number;
  }

  /** An instant. */
  export class Timestamp {
    private constructor();
    /** @param text ISO 8601 with a zone */
    static fromISOString(text: string): Timestamp;
    static now(): Timestamp;
    plusDays(days: number): Timestamp;
    minusDays(days: number): Timestamp;
    toISOString(): string;
    toString(): string;
    toJSON(): string;
    valueOf(): number;
  }

  /** An error whose message is meant for the person who called. */
  export class UserFacingError extends Error {
    override readonly name: "UserFacingError";
  }

  /** An error with a name that callers can tell apart. */
  export class FunctionsError extends Error {
    constructor(name: string, message: string);
  }

  export type Ok<T> = { readonly type: "ok"; readonly value: T };
  export type Err<E> = { readonly type: "err"; readonly error: E };
  export type FunctionsResult<T, E = FunctionsError> = Ok<T> | Err<E>;
  export type Result<T, E> = FunctionsResult<T, E>;
  export function isOk<T, E>(result: FunctionsResult<T, E>): result is Ok<T>;
  export function isErr<T, E>(result: FunctionsResult<T, E>): result is Err<E>;

  type Marker = (target: object, context: unknown, descriptor?: PropertyDescriptor) => void;

  /** Declares the sources of a method. */
  export function ExternalSystems(options: { readonly sources: readonly unknown[] }): Marker;
  function FunctionDecorator(): Marker;

  /** Publishes a method as a function. */
  export { FunctionDecorator as Function };
  /** Publishes a method as a function whose result are the edits that it makes. */
  export function OntologyEditFunction(): Marker;
  /** Declares the object types that a method edits. */
  export function Edits(...types: readonly unknown[]): Marker;

  /** A link to at most one object. */
  export interface SingleLink<T> {
    get(): T | undefined;
    getAsync(): Promise<T | undefined>;
    set(object: T): void;
    clear(): void;
  }

  /** A link to any number of objects. */
  export interface MultiLink<T> {
    all(): T[];
    allAsync(): Promise<T[]>;
    add(object: T): void;
    remove(object: T): void;
    set(objects: readonly T[]): void;
    clear(): void;
  }

  /** A condition on objects. */
  export interface Filter {
    readonly type: string;
  }

  type Value<T> = NonNullable<T> extends readonly (infer E)[] ? E : NonNullable<T>;

  /** What can be asked of a property. */
  export interface PropertyFilter<T> {
    exactMatch(value: Value<T>, ...more: readonly Value<T>[]): Filter;
    contains(value: Value<T>): Filter;
    hasProperty(): Filter;
    isTrue(): Filter;
    isFalse(): Filter;
    phrase(text: string): Filter;
    phrasePrefix(text: string): Filter;
    prefixOnLastToken(text: string): Filter;
    matchAnyToken(text: string): Filter;
    matchAllTokens(text: string): Filter;
    fuzzyMatchAnyToken(text: string): Filter;
    fuzzyMatchAllTokens(text: string): Filter;
    range(): {
      lt(value: Value<T>): Filter;
      lte(value: Value<T>): Filter;
      gt(value: Value<T>): Filter;
      gte(value: Value<T>): Filter;
    };
  }

  export const Filters: {
    and(...filters: readonly Filter[]): Filter;
    or(...filters: readonly Filter[]): Filter;
    not(filter: Filter): Filter;
  };

  interface Order {
    readonly field: string;
    readonly direction: "asc" | "desc";
  }

  type SearchAround<T> = {
    [K in keyof T as NonNullable<T[K]> extends SingleLink<unknown> | MultiLink<unknown>
      ? `searchAround${Capitalize<K & string>}`
      : never]: T[K] extends SingleLink<infer O> | MultiLink<infer O> ? () => ObjectSet<O> : never;
  };

  /** A set of objects, read when it is asked for. */
  export type ObjectSet<T> = SearchAround<T> & {
    filter(
      condition: (properties: { readonly [K in keyof T]-?: PropertyFilter<T[K]> }) => Filter,
    ): ObjectSet<T>;
    orderBy(
      order: (properties: { readonly [K in keyof T]-?: { asc(): Order; desc(): Order } }) => Order,
    ): ObjectSet<T>;
    union(...others: readonly ObjectSet<T>[]): ObjectSet<T>;
    intersect(...others: readonly ObjectSet<T>[]): ObjectSet<T>;
    subtract(...others: readonly ObjectSet<T>[]): ObjectSet<T>;
    all(): T[];
    allAsync(): Promise<T[]>;
    take(limit: number): T[];
    takeAsync(limit: number): Promise<T[]>;
    count(): Promise<number>;
  };
  /** Publishes a method as a function that changes nothing. */
  export function Query(options?: { readonly apiName?: string }): Marker;
}

declare module "@foundry/functions-utils" {
  export const Uuid: {
    /** A random UUID, as a primary key for example. */
    random(): string;
  };
}

declare module "@foundry/external-systems" {
  import type { FunctionsResult } from "@foundry/functions-api";

  /** A webhook as TypeScript v1 code sees it. */
  export interface CallableWebhook<Input = object, Output = Readonly<Record<string, unknown>>> {
    /** Never rejects for what went wrong outside. */
    call(
      ...input: Record<never, never> extends Input ? [input?: Input] : [input: Input]
    ): Promise<
      FunctionsResult<{ readonly output: Output }, { readonly name: string; readonly message: string }>
    >;
  }

  /** A source as TypeScript v1 code sees it. */
  export interface SourceSymbol<Webhooks = Readonly<Record<string, CallableWebhook>>> {
    /** The base URL of its one HTTPS connection, without a trailing slash. */
    getHttpsConnection(): { url: string };
    /** `fetch` with its authentication, certificates and egress policies. */
    readonly fetch: typeof fetch;
    /** A secret of the source; throws when there is none of that name. */
    getSecret(name: string): string;
    /** Its webhooks by name. */
    readonly webhooks: Webhooks;
  }

  /** Every source below one name, as functions of 2024 have it. */
  export const Sources: Readonly<Record<string, SourceSymbol>>;
}
