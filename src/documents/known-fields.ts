import * as v from "valibot";

/** Names of fields and indexes of list entries, from the root of a file. */
export type ValuePath = readonly (string | number)[];

/** What of a valibot schema says which fields are known. */
export interface SchemaShape {
  readonly type: string;
  /** Of objects. */
  readonly entries?: Readonly<Record<string, SchemaShape>>;
  /** Of optional and nullable values. */
  readonly wrapped?: SchemaShape;
  /** Of lists. */
  readonly item?: SchemaShape;
  /** Of records. */
  readonly value?: SchemaShape;
  /** Of variants: the field that tells them apart. */
  readonly key?: string;
  /** Of variants and unions. */
  readonly options?: readonly SchemaShape[];
  /** Of schemas that depend on the value. */
  readonly getter?: (value: unknown) => SchemaShape;
}

/** Takes what valibot lets pass. */
export interface Findings {
  /**
   * A field that is not in the schema, those that are, and the object that has it. A strict object is one that must not
   * have others.
   */
  unknown(at: ValuePath, known: readonly string[], isStrict: boolean, object: object): void;
  /** A list where an object belongs: to valibot it is one. */
  list(at: ValuePath): void;
}

const objects: ReadonlySet<string> = new Set(["object", "strict_object", "record", "variant"]);

/** A value without the fields that its schema does not know. */
export function withoutUnknown(
  schema: SchemaShape | undefined,
  value: unknown,
  at: ValuePath,
  findings: Findings,
): unknown {
  if (!schema || value === null || typeof value !== "object") return value;
  const inner = schema.wrapped ?? schema.getter?.(value);
  if (inner) return withoutUnknown(inner, value, at, findings);
  if (Array.isArray(value)) {
    if (objects.has(schema.type)) findings.list(at);
    return value.map((item, index) => withoutUnknown(schema.item, item, [...at, index], findings));
  }
  if (schema.type === "variant") return withoutUnknown(variantOf(schema, value), value, at, findings);
  const { entries } = schema;
  const known = Object.keys(entries ?? {});
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, child]) => {
      if (entries && !Object.hasOwn(entries, name)) {
        findings.unknown([...at, name], known, schema.type === "strict_object", value);
        return [];
      }
      return [[name, withoutUnknown(entries?.[name] ?? schema.value, child, [...at, name], findings)]];
    }),
  );
}

/** The option whose discriminating field accepts that of the value. */
function variantOf({ key = "", options = [] }: SchemaShape, value: object): SchemaShape | undefined {
  const discriminator = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  return options.find(({ entries }) => {
    const field = entries?.[key];
    return field && v.is(field as unknown as v.GenericSchema, discriminator);
  });
}
