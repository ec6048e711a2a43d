import type { ScalarType, ValueType } from "../../../functions/published-function.ts";

/** Foundry: "Types reference" of functions: what stands for one value in a signature, by its full name. */
const scalars: Readonly<Record<string, ScalarType>> = {
  "builtins.bool": "boolean",
  "builtins.str": "string",
  "builtins.int": "integer",
  "builtins.float": "float",
  "builtins.bytes": "binary",
  "decimal.Decimal": "decimal",
  "datetime.date": "date",
  "datetime.datetime": "timestamp",
  "functions.api.Boolean": "boolean",
  "functions.api.String": "string",
  "functions.api.Byte": "byte",
  "functions.api.Short": "short",
  "functions.api.Integer": "integer",
  "functions.api.Long": "long",
  "functions.api.Float": "float",
  "functions.api.Double": "double",
  "functions.api.Decimal": "decimal",
  "functions.api.Date": "date",
  "functions.api.Timestamp": "timestamp",
  "functions.api.Binary": "binary",
  // Who someone is, by an identifier.
  "functions.api.User": "string",
  "functions.api.UserId": "string",
  "functions.api.Group": "string",
  "functions.api.GroupId": "string",
  "functions.api.ClassificationMarking": "string",
  "functions.api.MandatoryMarking": "string",
};

/** Types that other types are given in brackets. */
export type Generic =
  | "list"
  | "set"
  | "map"
  | "optional"
  | "union"
  | "annotated"
  | "literal"
  | "range"
  | "aggregation"
  | "nestedAggregation";

/** How many types those take that take a fixed number of them. */
export const typesTaken: Readonly<Partial<Record<Generic, number>>> = {
  list: 1,
  set: 1,
  map: 2,
  optional: 1,
  range: 1,
  aggregation: 2,
  nestedAggregation: 3,
};

const generics: Readonly<Record<string, Generic>> = {
  "builtins.list": "list",
  "typing.List": "list",
  "functions.api.Array": "list",
  "builtins.set": "set",
  "typing.Set": "set",
  "functions.api.Set": "set",
  "builtins.dict": "map",
  "typing.Dict": "map",
  "functions.api.Map": "map",
  "typing.Optional": "optional",
  "typing.Union": "union",
  "typing.Annotated": "annotated",
  "typing.Literal": "literal",
  "functions.api.Range": "range",
  "functions.api.TwoDimensionalAggregation": "aggregation",
  "functions.api.ThreeDimensionalAggregation": "nestedAggregation",
};

const string: ValueType = { type: "string" };
const double: ValueType = { type: "double" };

function struct(fields: Readonly<Record<string, ValueType>>, ...optional: readonly string[]): ValueType {
  return {
    type: "struct",
    fields: Object.entries(fields).map(([name, type]) => ({ name, type, optional: optional.includes(name) })),
  };
}

const list = (element: ValueType): ValueType => ({ type: "list", element });
const links = list(struct({ label: string, link_target: string }));

/** A value for each of the first keys, or one for each of the second keys in it. */
export function aggregationOf([key = string, ...others]: readonly ValueType[], value: ValueType): ValueType {
  if (others.length === 0) return struct({ buckets: list(struct({ key, value })) });
  const nested = struct({ key, buckets: list(struct({ key: others[0] ?? string, value })) });
  return struct({ buckets: list(nested) });
}

/** Classes of functions.api, as the fields that their values have. */
const structs: Readonly<Record<string, ValueType>> = {
  "functions.api.TwoDimensionalAggregation": aggregationOf([string], double),
  "functions.api.ThreeDimensionalAggregation": aggregationOf([string, string], double),
  "functions.api.Notification": struct(
    {
      platform_notification: struct({ heading: string, content: string, links }, "links"),
      email_notification: struct({ subject: string, body: string, links }, "links"),
    },
    "email_notification",
  ),
  "functions.api.GeoPoint": struct({ latitude: double, longitude: double }),
};

/** A range of values, either end of which may be open. */
export function rangeOf(element: ValueType): ValueType {
  return struct({ min: element, max: element }, "min", "max");
}

/** What a name stands for that takes no other types; null when it is none. */
export function plainType(name: string): ValueType | null {
  if (Object.hasOwn(scalars, name)) return { type: scalars[name] ?? "string" };
  return Object.hasOwn(structs, name) ? (structs[name] ?? null) : null;
}

/** What a name stands for that takes other types; null when it is none. */
export function genericType(name: string): Generic | null {
  return Object.hasOwn(generics, name) ? (generics[name] ?? null) : null;
}

/** The names of all types. */
export const typeNames: readonly string[] = [scalars, generics, structs].flatMap((each) => Object.keys(each));

/** What to do about a type that cannot cross a call. */
export const WRITE_A_TYPE =
  "Write bool, str, int, float, date or datetime, a list or dict of these, or a dataclass with fields of these.";

const DATACLASS = "Write a dataclass with a field for each value.";
const NO_FILES = "there are no files of Foundry's here";

/** Types that Python or Foundry has and functions here have not: why, and what to write instead. */
const refused: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  "builtins.object": ["it can be anything", WRITE_A_TYPE],
  "builtins.type": ["it is no value", WRITE_A_TYPE],
  "builtins.complex": ["JSON has no complex numbers", "Write a dataclass with two floats."],
  "builtins.tuple": ["its values have no names", DATACLASS],
  "builtins.frozenset": ["", "Write set[…]."],
  "typing.Any": ["it can be anything", WRITE_A_TYPE],
  "typing.Tuple": ["its values have no names", DATACLASS],
  "typing.FrozenSet": ["", "Write set[…]."],
  "typing.Callable": ["code cannot cross a call", WRITE_A_TYPE],
  "typing.Coroutine": ["", "Write the type of what it gives."],
  "typing.Awaitable": ["", "Write the type of what it gives."],
  "typing.Sequence": ["", "Write list[…]."],
  "typing.Iterable": ["", "Write list[…]."],
  "typing.Iterator": ["", "Write list[…]."],
  "typing.Generator": ["", "Write list[…]."],
  "typing.Mapping": ["", "Write dict[…, …]."],
  "typing.NamedTuple": ["", DATACLASS],
  "typing.TypedDict": ["", DATACLASS],
  "collections.abc.Callable": ["code cannot cross a call", WRITE_A_TYPE],
  "collections.abc.Sequence": ["", "Write list[…]."],
  "collections.abc.Iterable": ["", "Write list[…]."],
  "collections.abc.Iterator": ["", "Write list[…]."],
  "collections.abc.Generator": ["", "Write list[…]."],
  "collections.abc.Mapping": ["", "Write dict[…, …]."],
  "collections.abc.Set": ["", "Write set[…]."],
  "datetime.time": ["", "Write str, or datetime.datetime with the day."],
  "datetime.timedelta": ["", "Write a number of seconds: float."],
  "uuid.UUID": ["", "Write str, and make the UUID from it."],
  "pathlib.Path": ["there are no files", "Write str."],
  "functions.api.Principal": ["it may be a user or a group", "Write UserId or GroupId from functions.api."],
  "functions.api.Attachment": [NO_FILES, "Write bytes."],
  "functions.api.Media": [NO_FILES, "Write bytes."],
  "functions.api.MediaReference": [NO_FILES, "Write bytes."],
  "functions.api.GeoPoint": [
    "there are no maps here",
    "Write a dataclass with latitude and longitude: float.",
  ],
  "functions.api.GeoShape": ["its parts differ from shape to shape", "Write str with GeoJSON."],
};

/** Why a type that is known cannot be used, and what to do; null when it is not known. */
export function refusedType(name: string): { readonly why: string; readonly remedy: string } | null {
  const found = Object.hasOwn(refused, name) ? refused[name] : undefined;
  return found ? { why: found[0], remedy: found[1] } : null;
}
