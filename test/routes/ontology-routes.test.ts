import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { company } from "../ontology/company.ts";
import {
  ask,
  clear,
  created,
  deployOntology,
  ONTOLOGY,
  ontologyFor,
  user,
} from "../ontology/deployed-ontology.ts";
import { ORIGIN, tokenOf } from "./oauth-kit.ts";

const base = (objectType: string) => ({ type: "base", objectType });
const load = (objectSet: unknown, more: object = {}) =>
  ask("ann", "/ontology/objectSets/loadObjects", { objectSet, ...more });
const filtered = (where: unknown) => load({ type: "filter", objectSet: base("Employee"), where });

beforeAll(async () => {
  await deployOntology(company);
  const ontology = await ontologyFor(user("hr", "hr"));
  await clear(ontology, "Employee", "Project", "Salary");
  await ontology.apply(
    [
      created("Employee", { id: "a/b", name: "Ada", level: 1 }),
      created("Employee", { id: "c", name: "Charles", level: 2, bossId: "a/b" }),
      created("Salary", { id: "s", amount: 7, employeeId: "c" }),
    ],
    null,
  );
});

test.each<[string, object]>([
  ["a property", { type: "eq", field: "x".repeat(100_000), value: 1 }],
  ["a filter", { type: "x".repeat(100_000), field: "name", value: 1 }],
])("an answer does not repeat %s of any length", async (_, where) => {
  const { status, body } = await filtered(where);
  expect(status).toBe(400);
  expect(JSON.stringify(body).length).toBeLessThan(1_000);
});

describe("reading over REST", () => {
  test.each<[string, unknown]>([
    ["", { data: [{ apiName: "ontology", rid: ONTOLOGY }] }],
    ["/ontology", { apiName: "ontology" }],
    [`/${ONTOLOGY}/objectTypes/Project`, { apiName: "Project", primaryKey: "number" }],
    ["/ontology/objectTypes/Employee/fullMetadata?preview=true", { objectType: { titleProperty: "name" } }],
    [
      "/ontology/objectTypes/Employee/outgoingLinkTypes/boss",
      { objectTypeApiName: "Employee", cardinality: "ONE", foreignKeyPropertyApiName: "bossId" },
    ],
    ["/ontology/objects/Employee?pageSize=1&orderBy=p.level:desc", { data: [{ id: "c" }], totalCount: "2" }],
    ["/ontology/objects/Employee/a%2Fb", { __primaryKey: "a/b", __apiName: "Employee", __title: "Ada" }],
    ["/ontology/objects/Employee/c?select=level", { level: 2 }],
    ["/ontology/objects/Employee/c/links/boss", { data: [{ id: "a/b" }] }],
    ["/ontology/objects/Employee/c/links/boss/a%2Fb", { id: "a/b" }],
  ])("GET %s", async (path, expected) => {
    expect(await ask("ann", path)).toMatchObject({ status: 200, body: expected as object });
  });

  test.each<[string, object, unknown]>([
    ["search", { where: { type: "eq", field: "name", value: "Ada" } }, { data: [{ id: "a/b" }] }],
    ["count", {}, { count: 2 }],
    [
      "aggregate",
      { aggregation: [{ type: "sum", field: "level" }], groupBy: [] },
      { accuracy: "ACCURATE", data: [{ metrics: [{ name: "level.sum", value: 3 }] }] },
    ],
  ])("POST objects/Employee/%s", async (path, body, expected) => {
    expect(await ask("ann", `/ontology/objects/Employee/${path}`, body)).toMatchObject({
      status: 200,
      body: expected as object,
    });
  });

  test("of several types, those alone that the caller may read", async () => {
    const { body } = await ask("ann", "/ontology/fullMetadata");
    expect(Object.keys(body.objectTypes as object)).toEqual(["Employee", "Project", "Audit"]);
    expect(JSON.stringify(body)).not.toMatch(/Salary|salaries/);
    const nobody = await ask(null, "/ontology/objectTypes");
    expect(nobody.body).toMatchObject({ data: [{ apiName: "Audit" }] });
  });

  test("by resource identifiers", async () => {
    const { body } = await load(base("Employee"));
    const [first] = body.data as { __rid: string }[];
    expect(await load({ type: "static", objects: [first?.__rid] })).toMatchObject({
      body: { data: [{ id: "a/b" }] },
    });
  });
});

describe("what is asked wrongly, or is not there", () => {
  const eq = (field: string, value: unknown) => ({ type: "eq", field, value });
  const nested = (levels: number): unknown =>
    levels === 0 ? eq("id", "c") : { type: "not", value: nested(levels - 1) };

  test.each(["Nobody", "Salary"])(
    "one message for types that are not there and those that one may not read: %s",
    async (type) => {
      const { body } = await ask("ann", `/ontology/objects/${type}`);
      const message = `There is no object type ${type} that you may read.`;
      expect(body).toMatchObject({ errorName: "ObjectTypeNotFound", parameters: { message } });
    },
  );

  test.each<[string, () => ReturnType<typeof ask>, number, string]>([
    ["another ontology", () => ask("ann", "/other/objectTypes"), 404, "OntologyNotFound"],
    ["an unknown type", () => ask("ann", "/ontology/objects/Nobody"), 404, "ObjectTypeNotFound"],
    ["a hidden type", () => ask("ann", "/ontology/objects/Salary"), 404, "ObjectTypeNotFound"],
    ["a hidden object", () => ask("ann", "/ontology/objects/Salary/s"), 404, "ObjectTypeNotFound"],
    [
      "a hidden type's metadata",
      () => ask("ann", "/ontology/objectTypes/Salary/fullMetadata"),
      404,
      "ObjectTypeNotFound",
    ],
    [
      "a hidden link",
      () => ask("ann", "/ontology/objects/Employee/c/links/salaries"),
      404,
      "LinkTypeNotFound",
    ],
    [
      "a set of hidden objects",
      () => load({ type: "static", objects: ["ri.ontology.main.object.Salary.InMi"] }),
      404,
      "ObjectTypeNotFound",
    ],
    ["an object that is not there", () => ask("ann", "/ontology/objects/Employee/x"), 404, "ObjectNotFound"],
    [
      "a link that is not there",
      () => ask("ann", "/ontology/objects/Employee/c/links/boss/c"),
      404,
      "LinkedObjectNotFound",
    ],
    ["an unknown property", () => filtered(eq("nope", 1)), 400, "PropertyNotFound"],
    ["a property of all objects", () => filtered(eq("constructor", 1)), 400, "PropertyNotFound"],
    ["a value of another type", () => filtered(eq("level", "1")), 400, "InvalidPropertyFilterValue"],
    [
      "an order by a list",
      () => load(base("Employee"), { orderBy: { fields: [{ field: "tags" }] } }),
      400,
      "InvalidSortOrder",
    ],
    ["an order that is none", () => load(base("Employee"), { orderBy: "name" }), 400, "InvalidSortOrder"],
    [
      "a filter that there is not",
      () => filtered({ type: "regex", field: "name", value: ".*" }),
      400,
      "PropertyFiltersNotSupported",
    ],
    ["a filter that is none", () => filtered([]), 400, "MalformedPropertyFilters"],
    [
      "a comparison of lists",
      () => filtered({ type: "lt", field: "tags", value: "a" }),
      400,
      "PropertiesNotFilterable",
    ],
    ["filters nested too deep", () => filtered(nested(20)), 400, "MalformedPropertyFilters"],
    [
      "too many values",
      () => filtered({ type: "or", value: Array.from({ length: 120 }, () => eq("level", 1)) }),
      400,
      "MalformedPropertyFilters",
    ],
    ["a set that there is not", () => load({ type: "reference", reference: "ri" }), 404, "ObjectSetNotFound"],
    ["a kind of set that there is not", () => load({ type: "withProperties" }), 400, "UnsupportedObjectSet"],
    [
      "a set of two types",
      () => load({ type: "union", objectSets: [base("Employee"), base("Project")] }),
      400,
      "IncompatibleNestedObjectSet",
    ],
    ["too large a page", () => load(base("Employee"), { pageSize: 10_001 }), 400, "InvalidPageSize"],
    [
      "a page token that somebody made up",
      () => load(base("Employee"), { pageToken: "e30" }),
      400,
      "InvalidPageToken",
    ],
    [
      "a metric that does not go with a text",
      () =>
        ask("ann", "/ontology/objectSets/aggregate", {
          objectSet: base("Employee"),
          aggregation: [{ type: "avg", field: "name" }],
          groupBy: [],
        }),
      400,
      "AggregationMetricNotSupported",
    ],
    [
      "ranges that each object would be compared with a thousand times",
      () =>
        ask("ann", "/ontology/objectSets/aggregate", {
          objectSet: base("Employee"),
          aggregation: [{ type: "count" }],
          groupBy: Array.from({ length: 3 }, () => ({
            type: "ranges",
            field: "level",
            ranges: Array.from({ length: 10 }, () => ({})),
          })),
        }),
      400,
      "InvalidAggregationRange",
    ],
    [
      "a search for very many terms",
      () => filtered({ type: "containsAllTermsInOrder", field: "name", value: "a ".repeat(101) }),
      400,
      "MalformedPropertyFilters",
    ],
    [
      "more searches through all objects than one question may have",
      () =>
        filtered({
          type: "or",
          value: Array.from({ length: 11 }, () => ({ type: "containsAnyTerm", field: "name", value: "a" })),
        }),
      400,
      "MalformedPropertyFilters",
    ],
    [
      "a decimal with zeros without end",
      () => filtered(eq("rate", `${"0".repeat(251)}1`)),
      400,
      "InvalidPropertyFilterValue",
    ],
    [
      "a list longer than the storage takes",
      () => filtered({ type: "in", field: "id", value: ["x".repeat(2_000_000)] }),
      400,
      "MalformedPropertyFilters",
    ],
    [
      "what is not supported",
      () => ask("ann", "/ontology/objectSets/createTemporary", {}),
      404,
      "ApiNotSupported",
    ],
  ])("%s", async (_what, asked, status, errorName) => {
    expect(await asked()).toMatchObject({
      status,
      body: { errorName, errorInstanceId: expect.stringMatching(/^[0-9a-f-]{36}$/), parameters: {} },
    });
  });

  test("a page that would be very long ends early, and the next one goes on there", async () => {
    const ontology = await ontologyFor(user("hr", "hr"));
    const title = "x".repeat(1_500_000);
    const edits = Array.from({ length: 7 }, (_, number) => created("Project", { number, title }));
    await ontology.apply(edits, null);
    for (const orderBy of [undefined, { fields: [{ field: "title" }] }]) {
      const request = { objectSet: base("Project"), orderBy };
      const first = await ontology.load(request);
      const { data } = await ontology.load({ ...request, pageToken: first.nextPageToken });
      expect([...first.data, ...data].map((each) => each.number)).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(first.data.length).toBeLessThan(7);
    }
    expect(await ontology.loadAll({ objectSet: base("Project") })).toHaveLength(7);
    const more = Array.from({ length: 18 }, (_, number) => created("Project", { number: number + 7, title }));
    await ontology.apply(more.slice(0, 9), null);
    await ontology.apply(more.slice(9), null);
    await expect(ontology.loadAll({ objectSet: base("Project") })).rejects.toMatchObject({
      errorName: "ObjectsExceededLimit",
    });
    // A page at a time.
    for (let page = 0; page < 4; page++) await clear(ontology, "Project");
  });

  test("SQL in a text, a property, an order, a token or a group is nothing but that", async () => {
    const sql = `"; DROP TABLE "Employee:id:string"; --`;
    expect((await filtered(eq("name", sql))).body).toMatchObject({ data: [] });
    expect((await filtered(eq(sql, 1))).status).toBe(400);
    expect((await load(base(sql))).status).toBe(404);
    expect((await load(base("Employee"), { select: [sql] })).status).toBe(400);
    expect((await load(base("Employee"), { orderBy: { fields: [{ field: sql }] } })).status).toBe(400);
    expect(
      (await load(base("Employee"), { orderBy: { fields: [{ field: "name", direction: sql }] } })).status,
    ).toBe(400);
    const token = Buffer.from(JSON.stringify({ after: sql })).toString("base64url");
    expect((await load(base("Employee"), { pageToken: token })).status).toBe(200);
    const grouped = { objectSet: base("Employee"), aggregation: [{ type: "count", name: sql }], groupBy: [] };
    expect((await ask("ann", "/ontology/objectSets/aggregate", grouped)).body).toMatchObject({
      data: [{ metrics: [{ name: sql, value: 2 }] }],
    });
  });
});

describe("edits over REST", () => {
  const send = async (edits: unknown, ...groups: string[]) => {
    const response = await exports.default.fetch(`${ORIGIN}/_sortie/ontology/edits`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${await tokenOf("ann", { groups })}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ edits }),
    });
    return { status: response.status, body: await response.json() };
  };

  test("are applied for those who may edit their types", async () => {
    const edits = [created("Project", { number: 5 })];
    expect(await send(edits, "hr")).toMatchObject({ status: 200, body: { addedObjectCount: 1 } });
    expect(await send(edits)).toMatchObject({
      status: 403,
      body: { errorName: "EditObjectPermissionDenied" },
    });
  });

  test("that are none are refused", async () => {
    expect(await send([{ type: "createObject" }], "hr")).toMatchObject({
      status: 400,
      body: { errorName: "InvalidArgument", parameters: { message: expect.stringContaining("edits.0.obj") } },
    });
  });
});

describe("whatever stands in the place of a value is refused, and breaks nothing", () => {
  const where = {
    type: "and",
    value: [
      { type: "eq", field: "id", value: "c" },
      { type: "in", field: "badge", value: ["1"] },
      { type: "gt", field: "rate", value: "1.5" },
      { type: "lt", field: "seen", value: "2026-03-02T10:00:00Z" },
      { type: "contains", field: "tags", value: "x" },
      { type: "containsAnyTerm", field: "name", value: "a b", fuzzy: false },
    ],
  };
  const set = {
    type: "searchAround",
    link: "boss",
    objectSet: { type: "filter", objectSet: base("Employee"), where },
  };
  const page = { pageSize: 1, pageToken: "" };
  const union = {
    type: "union",
    objectSets: [base("Employee"), { type: "static", objects: ["ri.ontology.main.object.Employee.ImMi"] }],
  };
  const groupBy = [
    { type: "exact", field: "name", maxGroupCount: 3 },
    { type: "ranges", field: "level", ranges: [{ startValue: 1, endValue: 2 }] },
  ];
  const aggregation = [{ type: "avg", name: "a", field: "level", direction: "ASC" }];
  const orderBy = { fields: [{ field: "id", direction: "asc" }] };
  const requests: readonly [what: string, path: string, body: object][] = [
    ["a set with a filter", "objectSets/loadObjects", { objectSet: set, select: ["id"], orderBy, ...page }],
    ["a union", "objectSets/loadObjects", { objectSet: union }],
    ["an aggregation", "objectSets/aggregate", { objectSet: base("Employee"), aggregation, groupBy }],
    ["a search", "objects/Employee/search", { where, pageSize: 1 }],
    ["metadata", "metadata", { objectTypes: ["Employee"] }],
  ];
  const hostile: readonly unknown[] = [
    { toString: 1 },
    [{ toString: 1 }],
    { length: -1 },
    "__proto__",
    null,
    true,
    -1.5,
    "\ud800",
    "",
  ];

  /** All bodies that differ from one in the value at one place. */
  function* changed(value: unknown): Generator<unknown> {
    yield* hostile;
    if (typeof value !== "object" || value === null) return;
    for (const [key, each] of Object.entries(value)) {
      for (const other of changed(each)) {
        yield Array.isArray(value) ? value.with(Number(key), other) : { ...value, [key]: other };
      }
    }
  }

  test.each(requests)("%s", async (_, path, body) => {
    const sent = Object.entries(body).flatMap(([name, value]) =>
      [...changed(value)].map((other) => ({ ...body, [name]: other })),
    );
    for (const each of sent) {
      const broken = await ask("ann", `/ontology/${path}`, each).catch(() => JSON.stringify(each));
      expect(broken).toMatchObject({ status: expect.toSatisfy((status) => status < 500) });
    }
  });
});
