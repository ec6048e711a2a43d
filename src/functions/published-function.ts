import * as v from "valibot";

/**
 * The types of parameters and results. Foundry: "Types reference" of functions. A Long is a text of digits, a
 * date is `YYYY-MM-DD`, a timestamp is ISO 8601 with a zone.
 */
export type ValueType =
  | { readonly type: ScalarType }
  | { readonly type: "list" | "set"; readonly element: ValueType }
  | { readonly type: "map"; readonly key: ValueType; readonly value: ValueType }
  | { readonly type: "struct"; readonly fields: readonly NamedType[] }
  /** `objectType`: API name. An object is given by its primary key, a set of them by its definition. */
  | { readonly type: "object" | "objectSet"; readonly objectType: string }
  /** Only as a result: what the function wants to change of the ontology, in its order. */
  | { readonly type: "edits" };

const scalars = [
  "boolean",
  "string",
  "byte",
  "short",
  "integer",
  "long",
  "float",
  "double",
  "decimal",
  "date",
  "timestamp",
  "binary",
] as const;
export type ScalarType = (typeof scalars)[number];

/** A parameter of a function, or a field of a struct. */
export interface NamedType {
  readonly name: string;
  readonly type: ValueType;
  /** Whether it may be missing or null. */
  readonly optional: boolean;
}

const valueTypeSchema: v.GenericSchema<ValueType> = v.lazy(() =>
  v.variant("type", [
    v.object({ type: v.picklist(scalars) }),
    v.object({ type: v.picklist(["list", "set"]), element: valueTypeSchema }),
    v.object({ type: v.literal("map"), key: valueTypeSchema, value: valueTypeSchema }),
    v.object({ type: v.literal("struct"), fields: v.array(namedTypeSchema) }),
    v.object({ type: v.picklist(["object", "objectSet"]), objectType: v.string() }),
    v.object({ type: v.literal("edits") }),
  ]),
);

const namedTypeSchema: v.GenericSchema<NamedType> = v.object({
  name: v.string(),
  type: valueTypeSchema,
  optional: v.boolean(),
});

export const publishedFunctionSchema = v.object({
  /** What it is called by; unique in the environment. */
  name: v.string(),
  /** Key of the immutable revision: the digest of its module. */
  revision: v.string(),
  language: v.picklist(["typescript-v1", "typescript-v2", "python"]),
  /** Key of the revision of what runs it; null for one whose module is complete in itself. */
  runtime: v.optional(v.nullable(v.string()), null),
  /** Whether it may be executed more than once, as one with `@Query` in TypeScript v1: webhooks that write refuse it. */
  isQuery: v.optional(v.boolean(), false),
  parameters: v.array(namedTypeSchema),
  /** Null when it returns nothing. */
  output: v.nullable(v.object({ type: valueTypeSchema, optional: v.boolean() })),
  /** The sources that it declares, by the names it declares them with: aliases or API names. */
  sources: v.array(v.string()),
  /** API names of the object types that it declares to edit. */
  edits: v.optional(v.array(v.string()), []),
  /** Foundry: "Deployed functions": only serverless ones can have tokens renewed. */
  mode: v.picklist(["serverless", "deployed"]),
  limits: v.object({
    /** Wall time of one call, in milliseconds. */
    timeoutMs: v.number(),
    cpuMs: v.nullable(v.number()),
    subRequests: v.nullable(v.number()),
    /** How long a result may be, as JSON in UTF-8. */
    resultBytes: v.optional(v.number(), 10 * 1024 * 1024),
    /** How many lines of its console one call may log. */
    logLines: v.optional(v.number(), 1000),
  }),
});

/** A function as it is deployed. Foundry: "Manage published functions". */
export type PublishedFunction = v.InferOutput<typeof publishedFunctionSchema>;

/** What callers know of a function. */
export type PublishedSignature = Pick<
  PublishedFunction,
  "name" | "revision" | "isQuery" | "parameters" | "output" | "edits"
>;
