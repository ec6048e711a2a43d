import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { clear, created, deployOntology, ontologyFor, user } from "./deployed-ontology.ts";

const things = `
objectTypes:
  Thing:
    primaryKey: key
    properties:
      key: { type: integer }
      text: { type: string }
      count: { type: integer }
      big: { type: long }
      size: { type: double }
      flag: { type: boolean }
      day: { type: date }
      words: { type: array, items: { type: string } }
      parentKey: { type: integer }
    permissions: { read: [users], edit: [users] }
linkTypes:
  family:
    from: { objectType: Thing, apiName: parent, foreignKey: parentKey }
    to: { objectType: Thing, apiName: children }
`;

const ann = user("ann");
beforeAll(() => deployOntology(things));

/** Few values, so that they meet; some are what SQL gives a meaning to. */
const values = {
  text: fc.constantFrom(
    "a",
    "A",
    "",
    "'",
    '"',
    "%",
    "_",
    "--",
    "a'; DROP TABLE x; --",
    "?1",
    "😀",
    "null",
    "1",
  ),
  count: fc.integer({ min: -2, max: 2 }),
  big: fc.constantFrom("9007199254740993", "9007199254740992", "-1", "0"),
  size: fc.constantFrom(-1.5, 0, 0.1, 0.30000000000000004, 1e300),
  flag: fc.boolean(),
  day: fc.constantFrom("2026-01-01", "2025-12-31", "0001-01-01"),
};
type Field = keyof typeof values;
const fields = Object.keys(values) as Field[];

type Thing = Record<string, unknown> & { readonly key: number };
const thing = fc.record({
  ...Object.fromEntries(
    fields.map((field) => [field, fc.option<unknown, undefined>(values[field], { nil: undefined, freq: 4 })]),
  ),
  words: fc.option(fc.array(values.text, { maxLength: 3 }), { nil: undefined, freq: 4 }),
  parentKey: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined, freq: 4 }),
});

type Filter = { readonly type: string; readonly field?: string; readonly value: unknown };
const leaf: fc.Arbitrary<Filter> = fc.constantFrom(...fields).chain((field) =>
  fc.oneof(
    fc.record({
      type: fc.constantFrom("eq", ...(field === "flag" ? [] : ["lt", "lte", "gt", "gte"])),
      field: fc.constant(field),
      value: values[field] as fc.Arbitrary<unknown>,
    }),
    fc.record({
      type: fc.constant("in"),
      field: fc.constant(field),
      value: fc.array(values[field] as fc.Arbitrary<unknown>, { maxLength: 3 }),
    }),
    fc.record({ type: fc.constant("isNull"), field: fc.constant(field), value: fc.boolean() }),
    fc.record({ type: fc.constant("contains"), field: fc.constant("words"), value: values.text }),
  ),
);
const filters = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    leaf,
    fc.record({ type: fc.constantFrom("and", "or"), value: fc.array(tie("filter"), { maxLength: 3 }) }),
    fc.record({ type: fc.constant("not"), value: tie("filter") }),
  ),
})).filter;

/** What a filter means, in JavaScript. */
function matches({ type, field = "", value }: Filter, object: Thing): boolean {
  const here = object[field];
  const compared = (one: unknown) => (field === "big" ? BigInt(one as string) : (one as number));
  switch (type) {
    case "and":
      return (value as Filter[]).every((each) => matches(each, object));
    case "or":
      return (value as Filter[]).some((each) => matches(each, object));
    case "not":
      return !matches(value as Filter, object);
    case "isNull":
      return (here === undefined) === value;
    case "in":
      return (value as unknown[]).includes(here);
    case "contains":
      return ((here as unknown[] | undefined) ?? []).includes(value);
    case "eq":
      return here === value;
  }
  if (here === undefined) return false;
  const [left, right] =
    field === "text" ? ordered(here as string, value as string) : [compared(here), compared(value)];
  return { lt: left < right, lte: left <= right, gt: left > right, gte: left >= right }[type] ?? false;
}

/** SQLite compares texts by their code points. */
function ordered(left: string, right: string): [number, number] {
  return [Buffer.compare(Buffer.from(left), Buffer.from(right)), 0];
}

test("any filter finds the objects that it means", { timeout: 120_000 }, async () => {
  const ontology = await ontologyFor(ann);
  const property = fc.asyncProperty(
    fc.array(thing, { maxLength: 12 }),
    fc.array(filters, { minLength: 1, maxLength: 8 }),
    async (made, asked) => {
      const objects = made.map((each, key): Thing => ({ ...each, key }));
      await clear(ontology, "Thing");
      await ontology.apply(
        objects.map((each) => created("Thing", each)),
        null,
      );
      // As it arrives over HTTP.
      for (const where of JSON.parse(JSON.stringify(asked)) as Filter[]) {
        const objectSet = { type: "filter", objectSet: { type: "base", objectType: "Thing" }, where };
        const expected = objects.filter((each) => matches(where, each)).map(({ key }) => key);
        const { data, totalCount } = await ontology.load({ objectSet });
        expect(data.map(({ __primaryKey }) => __primaryKey)).toEqual(expected);
        expect(totalCount).toBe(String(expected.length));
        const parents = new Set(
          objects.filter((each) => matches(where, each)).map(({ parentKey }) => parentKey),
        );
        const around = await ontology.load({
          objectSet: { type: "searchAround", objectSet, link: "parent" },
        });
        expect(around.data.map(({ __primaryKey }) => __primaryKey)).toEqual(
          objects.filter(({ key }) => parents.has(key)).map(({ key }) => key),
        );
      }
    },
  );
  await fc.assert(property, { numRuns: 60 });
});

test("objects come back as they were made", { timeout: 60_000 }, async () => {
  const ontology = await ontologyFor(ann);
  const anything = fc.record({
    text: fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
    words: fc.array(fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"))),
    size: fc.double({ noNaN: true, noDefaultInfinity: true }).map((size) => size + 0),
    big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  });
  await fc.assert(
    fc.asyncProperty(anything, async (made) => {
      await clear(ontology, "Thing");
      await ontology.apply([created("Thing", { key: 1, ...made })], null);
      expect(await ontology.find("Thing", 1)).toMatchObject(made);
    }),
    { numRuns: 100 },
  );
});

test("terms are found in any case, also of letters that are not English", async () => {
  const ontology = await ontologyFor(ann);
  await clear(ontology, "Thing");
  const texts = ["Straße nach Österreich", "5 \u212Aelvin", "kelvin-scale", "ÖSTERREICH", "%"];
  await ontology.apply(
    texts.map((text, key) => created("Thing", { key, text })),
    null,
  );
  const find = async (type: string, value: string) => {
    const where = { type, field: "text", value };
    const objectSet = { type: "filter", objectSet: { type: "base", objectType: "Thing" }, where };
    return (await ontology.load({ objectSet })).data.map(({ __primaryKey }) => __primaryKey);
  };
  expect(await find("containsAllTerms", "österreich")).toEqual([0, 3]);
  expect(await find("containsAllTerms", "KELVIN")).toEqual([1, 2]);
  expect(await find("containsAnyTerm", "straße scale")).toEqual([0, 2]);
  expect(await find("containsAllTerms", "kelvin scale nothing")).toEqual([]);
  expect(await find("startsWith", "kelvin sc")).toEqual([2]);
  expect(
    await find("containsAnyTerm", Array.from({ length: 30 }, (_, index) => `t${index}`).join(" ")),
  ).toEqual([]);
});
