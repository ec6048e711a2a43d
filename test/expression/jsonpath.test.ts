import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileJsonPath, writtenList } from "../../src/expression/jsonpath.ts";
import { ExpressionError } from "../../src/expression/value.ts";
import { TooMuchWork } from "../../src/expression/work.ts";

const sayings = { category: "reference", author: "Nigel Rees", title: "Sayings of the Century", price: 8.95 };
const sword = { category: "fiction", author: "Evelyn Waugh", title: "Sword of Honour", price: 12.99 };
const mobyDick = {
  category: "fiction",
  author: "Herman Melville",
  title: "Moby Dick",
  isbn: "0-553-21311-3",
  price: 8.99,
};
const rings = {
  category: "fiction",
  author: "J. R. R. Tolkien",
  title: "The Lord of the Rings",
  isbn: "0-395-19395-8",
  price: 22.99,
};
const book = [sayings, sword, mobyDick, rings];
const bicycle = { color: "red", price: 19.95 };
const bookstore = { store: { book, bicycle }, expensive: 10 };

const find = (path: string, json: unknown) => compileJsonPath(path)(json).values;

describe("on the bookstore", () => {
  test.each<[string, readonly unknown[]]>([
    ["$", [bookstore]],
    ["$.store.book[*].author", book.map((one) => one.author)],
    ["$..author", book.map((one) => one.author)],
    ["$.store.*", [book, bicycle]],
    ["$.store..price", [8.95, 12.99, 8.99, 22.99, 19.95]],
    ["$..book[2]", [mobyDick]],
    ["$..book[-2]", [mobyDick]],
    ["$..book[0,1]", [sayings, sword]],
    ["$..book[:2]", [sayings, sword]],
    ["$..book[1:2]", [sword]],
    ["$..book[-2:]", [mobyDick, rings]],
    ["$..book[2:]", [mobyDick, rings]],
    ["$..book[::2]", [sayings, mobyDick]],
    ["$..book[?(@.isbn)]", [mobyDick, rings]],
    ["$..[?(@.isbn)]", [mobyDick, rings]],
    ["$.store.book[?(@.price < 10)]", [sayings, mobyDick]],
    ["$..book[?(@.price <= $['expensive'])]", [sayings, mobyDick]],
    ["$..book[?(@.author =~ /.*REES/i)]", [sayings]],
    ["$..book.length()", [4]],
    ["$.store.book.length()", [4]],
    ["$.store.length()", [2]],
    ["$..price.sum()", [73.87]],
    ["$..price.min()", [8.95]],
    ["$..price.max()", [22.99]],
    ["$..missing.max()", []],
    ["$.store.bicycle.keys()", [["color", "price"]]],
    ["$.store.book.first()", [sayings]],
    ["$.store.book.last()", [rings]],
    ["$.store.book[(@.length-1)]", [rings]],
    ["$['store']['bicycle']['color']", ["red"]],
    ['$["store"]["bicycle"].color', ["red"]],
    ["$.store.book[0]['title', 'price']", [{ title: sayings.title, price: 8.95 }]],
    [
      "$.store.book[0,1]['title', 'price']",
      [
        { title: sayings.title, price: 8.95 },
        { title: sword.title, price: 12.99 },
      ],
    ],
    ["$.store['book','bicycle'].color", ["red"]],
    ["$..['color','price']", [bicycle]],
    ["$.store.bicycle[?(@.color == 'red')].price", [19.95]],
  ])("%s", (path, values) => {
    expect(find(path, bookstore)).toEqual(values);
  });

  test("`..*` finds everything below the root, parents before children", () => {
    const found = find("$..*", bookstore);
    expect(found).toHaveLength(28);
    expect(found.slice(0, 4)).toEqual([bookstore.store, 10, book, bicycle]);
  });
});

describe("a filter", () => {
  const items = [
    { id: 1, name: "one", tags: ["a"] },
    { id: "2", name: "two", tags: ["a", "b"], note: "" },
    { id: 3, name: "it's 3", tags: [], note: null, nested: { deep: true } },
  ];
  test.each<[string, readonly (string | number)[]]>([
    ["@.id == 1", [1]],
    ["@.id == '1'", [1]],
    ["@.id == 2", ["2"]],
    ["@.id != 1", ["2", 3]],
    ["@.id > 1", [3]],
    ["@.id >= 1 && @.id < 3", [1]],
    ["@.name == 'one' || @.name == \"two\"", [1, "2"]],
    ["@.name == 'it\\'s 3'", [3]],
    ["@.note", ["2", 3]],
    ["!@.note", [1]],
    ["!(@.note)", [1]],
    ["@.note == null", [3]],
    ["@.missing != 'x'", [1, "2", 3]],
    ["@.missing == null", []],
    ["@.nested.deep == true", [3]],
    ["@.name in ['one', 'three']", [1]],
    ["@.id in [2, 3]", ["2", 3]],
    ["@.name nin ['one', 'three']", ["2", 3]],
    ["@.name IN ['one']", [1]],
    ["'b' in @.tags", ["2"]],
    ["@.tags size 2", ["2"]],
    ["@.name size 3", [1, "2"]],
    ["@.tags empty true", [3]],
    ["@.tags empty false", [1, "2"]],
    ["@.tags EMPTY true", [3]],
    ["@.note empty true", ["2"]],
    ["@.tags.length() > 1", ["2"]],
    ["@.tags anyof ['b', 'c']", ["2"]],
    ["@.tags noneof ['b']", [1, 3]],
    ["@.tags subsetof ['a']", [1, 3]],
    ["@.tags == ['a']", [1]],
    ["@.nested == {'deep': true}", [3]],
    ["@.tags[?(@ == 'b')]", ["2"]],
    ["@.name =~ /t../", ["2"]],
    ["@.name =~ /t/", []],
    ["@.name =~ /ONE/i", [1]],
    ["@.id =~ /[12]/", [1, "2"]],
    ["@.name =~ /it's [)\\]\\/3]/", [3]],
    ["@['name'] == 'one'", [1]],
    ["@.['name'] == 'one'", [1]],
    ["@.id == $[0].id", [1]],
    ["(@.id == 1 || @.id == 3) && @.note == null", [3]],
  ])("%s", (filter, ids) => {
    expect(find(`$[?(${filter})].id`, items)).toEqual(ids);
  });
});

describe("as written in bundles", () => {
  test.each<[string, unknown, readonly unknown[]]>([
    ["access_token", { access_token: "t" }, ["t"]],
    ["a.b", { a: { b: 1 } }, [1]],
    ["a[0].x", { a: [{ x: 1 }] }, [1]],
    ["[0].x", [{ x: 1 }], [1]],
    ["$.[0].x", [{ x: 1 }], [1]],
    ["$.a.[0]", { a: [1] }, [1]],
    ["$.a.[*].b", { a: [{ b: 1 }, { b: 2 }] }, [1, 2]],
    ["$.a.['b.c']", { a: { "b.c": 1 } }, [1]],
    [" $.a ", { a: 1 }, [1]],
    ["$.x-request-id", { "x-request-id": 1 }, [1]],
    ["$.@type", { "@type": 1 }, [1]],
    ["$.soap:Body.ns:id", { "soap:Body": { "ns:id": 1 } }, [1]],
    ["$.0", { "0": "zero" }, ["zero"]],
    ["$..@id", [{ "@id": 1 }], [1]],
    ["$.it's", { "it's": 1 }, [1]],
    ["$.日本", { 日本: 1 }, [1]],
    ["$['.[']", { ".[": 1 }, [1]],
  ])("%s", (path, json, values) => {
    expect(find(path, json)).toEqual(values);
  });

  test.each([
    "$.user",
    "$.token_endpoint",
    "$.sanitizationResult.filterResults.sdp.sdpFilterResult.inspectResult.matchState",
    "$.sanitizationResult.filterResults.rai.raiFilterResult.matchState",
    "$.sanitizationResult.filterResults.pi_and_jailbreak.piAndJailbreakFilterResult.matchState",
    "$.sanitizationResult.filterResults.malicious_uris.maliciousUriFilterResult.matchState",
    "$.sanitizationResult.filterResults.csam.csamFilterFilterResult.matchState",
    "$.sanitizationResult.filterMatchState",
    "$.predictions[0].embeddings.values",
    "$.lastName",
    "$.issuer",
    "$.firstName",
    "$.access_token",
    "$.[0].lon",
    "$.[0].lat",
    "$.client_email",
    "$.id_token",
    "$.payload.data",
    "$.private_key",
    "$.token",
    "$.token_uri",
  ])("%s is definite", (path) => {
    expect(compileJsonPath(path)({})).toEqual({ definite: true, values: [] });
  });

  test.each([
    "nearestNeighbors[*].neighbors[*].distance",
    "nearestNeighbors[*].neighbors[*].datapoint.datapointId",
    "$.contents[*].parts[*]",
  ])("%s is a list", (path) => {
    expect(compileJsonPath(path)({})).toEqual({ definite: false, values: [] });
  });
});

test.each([
  ["$.a", true],
  ["$.a[0]['b']", true],
  ["$.a[-1]", true],
  ["$.a.length()", true],
  ["$..a.length()", true],
  ["$.a['b','c']", true],
  ["$.a['b','c'].d", false],
  ["$.a[0,1]", false],
  ["$.a[1:]", false],
  ["$.a[*]", false],
  ["$.a.*", false],
  ["$..a", false],
  ["$.a[?(@.b)]", false],
])("%s leads to one place: %s", (path, definite) => {
  expect(compileJsonPath(path)({}).definite).toBe(definite);
});

test("a definite path that finds nothing has no value, and null is a value", () => {
  expect(find("$.a", {})).toEqual([]);
  expect(find("$.a.b", { a: "text" })).toEqual([]);
  expect(find("$.a[3]", { a: [] })).toEqual([]);
  expect(find("$.a", { a: null })).toEqual([null]);
});

test("only properties of the document itself are found", () => {
  const names = ["constructor", "__proto__", "toString", "length"];
  for (const name of names) expect(find(`$.${name}`, {})).toEqual([]);
  expect(find("$.length", [1])).toEqual([]);
  expect(find("$['__proto__', 'a']", JSON.parse('{"__proto__": 1, "a": 2}'))).toEqual([
    JSON.parse('{"__proto__": 1, "a": 2}'),
  ]);
});

test.each([
  ["", 0, "cannot be empty"],
  ["$.", 2, "it ends where something must follow"],
  ["$x", 1, '"x" means nothing there'],
  ["a b", 1, '" " means nothing there'],
  ["$.a[", 4, "it ends where something must follow"],
  ["$.a]", 3, '"]" closes nothing'],
  ["$.a['b]", 4, "quote is not closed"],
  ["$.[0].[x", 8, "it ends where something must follow"],
  ["$.a[?(@.b = 1)]", 10, '"=" means nothing there'],
  ["$.a[?(@.b =~ 'x')]", 13, "means nothing there"],
  ["$.a[?(@.b =~ /(/)]", 0, "regular expression"],
  ["$.a[?(@.b =~ /(?=x)/)]", 0, "look-ahead"],
  ["$.a[?(@.b =~ /x/y)]", 0, 'flag "y"'],
  ["$.a[?(match(@.b, 'x'))]", 0, "cannot call match()"],
  ["$.a[?(@.b + 1 == 2)]", 0, "cannot calculate"],
  ["$.a[?(@.b.keys() == 2)]", 9, "cannot call keys()"],
  ["$.a[?(@.b sizeof 2)]", 0, "empty true"],
  ["$.a.foo()", 4, "no JSONPath function foo()"],
  ["$.a.length().b", 3, "must be the end"],
  ["$.a[::-1]", 0, "greater than zero"],
  ["$[?(@[?(@[?(@[?(@)])])])]", 13, "filters nest"],
  [`$[?(${"(".repeat(20)}@${")".repeat(20)})]`, 18, "brackets nest"],
  [`$.${"a".repeat(5000)}`, 0, "at most 4096 characters"],
])("%s is refused at offset %i: %s", (path, offset, message) => {
  let thrown: unknown;
  try {
    compileJsonPath(path);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ExpressionError);
  expect(thrown).toMatchObject({ offset, message: expect.stringContaining(message) });
});

test("a document nested 100,000 deep is searched without exhausting the stack", () => {
  let json: unknown = { x: 1 };
  for (let depth = 0; depth < 100_000; depth++) json = [json];
  expect(find("$..x", json)).toEqual([1]);
  expect(() => find("$[?(@ == $[0])]", json)).toThrow(ExpressionError);
});

describe("the work of a path is bounded, and what a document of its size needs is not refused", () => {
  const nested = Array.from({ length: 300 }, () => Array.from({ length: 30 }, () => [1]));
  const long = "x".repeat(500_000);
  const texts = { long: `${long}y`, items: Array.from({ length: 5_000 }, () => ({ text: `${long}z` })) };
  const number = {
    long: `${"1".repeat(500_000)}x`,
    items: Array.from({ length: 5_000 }, (_, id) => ({ id })),
  };
  const many = Array.from({ length: 20_000 }, (_, id) => id);
  const wide = { list: many, map: Object.fromEntries(many.map((id) => [`n${id}`, id])) };
  const again = (name: string) => `$[${Array(400).fill(`'${name}'`).join()},*]`;

  test.each<[string, unknown]>([
    ["$..*..*..*..*..*..*", nested],
    ["$.items[?(@.text == $.items[0].text)]", { ...texts, items: texts.items.slice(0, 50) }],
    ["$.items[?(@.id == $.long)]", { ...number, items: number.items.slice(0, 50) }],
    ["$.items[?(@.text =~ /x*z/)]", { items: texts.items.slice(0, 10) }],
    ["$.list[?(@ > 5)].length()", wide],
  ])("%s is found", (path, json) => {
    expect(() => find(path, json)).not.toThrow();
  });

  const stopped: [path: string, json: unknown, shown?: string][] = [
    ["$[?(@[?(@ in $..*)])]", nested],
    ["$.items[?(@.text == $.long)]", texts],
    ["$.items[?(@.text != $.long)]", texts],
    ["$.items[?(@.text < $.long)]", texts],
    ["$.items[?(@.id == $.long)]", number],
    ["$.items[?($.long =~ /x*z/)]", texts],
    ["$.items[?(@ == $.items[0])]", texts],
    [`${again("list")}.sum()`, wide, "sum() of the same again and again"],
    [`${again("map")}.keys()`, wide, "keys() of the same again and again"],
    [`${again("map")}.length()`, wide, "length() of the same again and again"],
    [`$.list[?(@ in $.list)]`, wide],
    [`$.list[*][${Array(900).fill("0").join()}]`, wide, "many places in each value"],
  ];
  test.each(stopped.map(([path, json, shown = path]) => [shown, path, json] as const))(
    "%s is stopped",
    (_, path, json) => {
      expect(() => find(path, json)).toThrow(TooMuchWork);
    },
  );

  test("a list of what was found many times is not written without end", () => {
    const { values } = compileJsonPath(again("list"))(wide);
    expect(() => writtenList(values)).toThrow(TooMuchWork);
    expect(writtenList(compileJsonPath("$.list[*]")(wide).values)).toBe(JSON.stringify(many));
  });
});

test("any text compiles or is refused with an ExpressionError", () => {
  const piece = fc.constantFrom(
    "$",
    "@",
    ".",
    "..",
    "[",
    "]",
    "(",
    ")",
    "?",
    "*",
    "'",
    '"',
    "a",
    "b c",
    "0",
    "-1",
    ":",
  );
  const operator = fc.constantFrom(
    "==",
    "=~",
    "/x/",
    "&&",
    "!",
    " in ",
    " empty ",
    ",",
    "length()",
    "\\",
    "{",
    "\n",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(piece, operator), { maxLength: 20 }).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(text, fc.json(), (path, json) => {
      try {
        compileJsonPath(path)(JSON.parse(json));
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError);
        const { offset, message } = error as ExpressionError;
        expect(offset).toBeLessThanOrEqual(path.length);
        const unexpected = /: (?:it ends where something must follow|"(.+)" means nothing there)$/su.exec(
          message,
        );
        if (unexpected === null) return;
        const [, character = ""] = unexpected;
        expect(path.trimEnd().slice(offset, offset + character.length)).toBe(character);
        if (character === "") expect(offset).toBeGreaterThanOrEqual(path.trimEnd().length);
      }
    }),
    { numRuns: 500 },
  );
});

describe("a filter made of comparisons", () => {
  type Item = { readonly a: number; readonly b: number };
  type Condition = { readonly text: string; readonly holds: (item: Item) => boolean };
  const operators: Record<string, (left: number, right: number) => boolean> = {
    "==": (left, right) => left === right,
    "!=": (left, right) => left !== right,
    "<": (left, right) => left < right,
    "<=": (left, right) => left <= right,
    ">": (left, right) => left > right,
    ">=": (left, right) => left >= right,
  };
  const number = fc.integer({ min: -2, max: 2 });
  const space = fc.stringMatching(/^[ \n]{0,2}$/);
  const comparison = fc
    .tuple(fc.constantFrom("a", "b"), fc.constantFrom(...Object.keys(operators)), number, space)
    .map(
      ([name, operator, right, gap]): Condition => ({
        text: `${gap}@.${name}${gap}${operator}${gap}${right}${gap}`,
        holds: (item) => operators[operator]?.(item[name as keyof Item], right) === true,
      }),
    );
  const group = (negation: string) => (inner: Condition) => ({
    text: `${negation}(${inner.text})`,
    holds: (item: Item) => (negation === "!") !== inner.holds(item),
  });
  const { alternatives } = fc.letrec<{ condition: Condition; both: Condition; alternatives: Condition }>(
    (tie) => ({
      condition: fc.oneof(
        { depthSize: "small", maxDepth: 4 },
        comparison,
        tie("alternatives").map(group("")),
        tie("alternatives").map(group("!")),
      ),
      both: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }).map((all) => ({
        text: all.map(({ text }) => text).join("&&"),
        holds: (item) => all.every(({ holds }) => holds(item)),
      })),
      alternatives: fc.array(tie("both"), { minLength: 1, maxLength: 3 }).map((all) => ({
        text: all.map(({ text }) => text).join("||"),
        holds: (item) => all.some(({ holds }) => holds(item)),
      })),
    }),
  );

  test("binds ! before && before ||, whatever the space between", () => {
    fc.assert(
      fc.property(alternatives, fc.array(fc.record({ a: number, b: number })), ({ text, holds }, items) => {
        fc.pre(text.length < 4000);
        expect(find(`$[?(${text})]`, items)).toEqual(items.filter(holds));
      }),
    );
  });

  test("takes any JSON as an operand, in either kind of quotes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        fc.pre(value !== null);
        const json = JSON.stringify(value);
        fc.pre(json.length < 4000);
        expect(find(`$[?(@ == ${json})]`, [value, null])).toEqual([value]);
        const single = json.replace(/\\.|["']/g, (found) => ({ '"': "'", "'": "\\'" })[found] ?? found);
        expect(find(`$[?(${single} == @)]`, [value, null])).toEqual([value]);
      }),
    );
  });
});

test.each([
  ["@.a > 1 ) ]", 11],
  ["@.a empty 2", 13],
  ["@.a == [1, x]", 14],
  ["@.a == {'b' 1}", 15],
  ["@.a .b", 7],
  ["(@.a) == 1", 9],
])("what cannot stand in a filter is named where it stands: %s", (filter, offset) => {
  expect(() => compileJsonPath(`$[?${filter}]`)).toThrow(expect.objectContaining({ offset }));
});

test("a chain of names and indexes finds the value planted there", () => {
  const link = fc.oneof(fc.nat({ max: 5 }), fc.string({ unit: "grapheme" }));
  fc.assert(
    fc.property(fc.array(link), (links) => {
      const json = links.reduceRight<unknown>(
        (inner, at) =>
          typeof at === "number" ? [...Array(at).fill(null), inner] : Object.fromEntries([[at, inner]]),
        "planted",
      );
      const path = links.map((at) =>
        typeof at === "number" ? `[${at}]` : `['${at.replace(/[\\']/g, "\\$&")}']`,
      );
      expect(compileJsonPath(`$${path.join("")}`)(json)).toEqual({ definite: true, values: ["planted"] });
    }),
  );
});
