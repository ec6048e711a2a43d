import { beforeAll, describe, expect, test } from "vitest";
import { company } from "./company.ts";
import { clear, created, deployOntology, ontologyFor, user } from "./deployed-ontology.ts";
import { clientOf, keysOf } from "./untyped-client.ts";

const client = clientOf("ann", { email: "ann@example.com" });
const employees = () => client("Employee");

beforeAll(async () => {
  await deployOntology(company);
  const ontology = await ontologyFor(user("ann", "hr"));
  await clear(ontology, "Employee", "Project", "Salary");
  const place = (longitude: number, latitude: number) => ({
    type: "Point",
    coordinates: [longitude, latitude],
  });
  await ontology.apply(
    [
      created("Employee", {
        ...{
          id: "e1",
          name: "Ada King Lovelace",
          level: 3,
          salary: 10.5,
          tags: ["math"],
          hired: "1842-01-31",
        },
        ...{
          active: true,
          badge: "9007199254740993",
          rate: "10",
          seen: "1843-02-01T10:00:00Z",
          place: place(-0.1, 51.5),
        },
      }),
      created("Employee", {
        ...{
          id: "e2",
          name: "Charles Babbage",
          level: 5,
          salary: 20,
          tags: ["engine", "math"],
          bossId: "e1",
        },
        ...{
          active: false,
          badge: "9007199254740992",
          rate: "9.5",
          hired: "1842-03-01",
          place: place(7.4, 46.9),
        },
      }),
      created("Employee", {
        id: "e3",
        name: "Mary Somerville",
        level: 3,
        salary: -4,
        bossId: "e1",
        hired: "1843-02-28",
      }),
      created("Employee", { id: "e4" }),
      created("Project", { number: 1, title: "Analytical Engine" }),
      created("Project", { number: 2, title: "Difference Engine" }),
      ...[1, 2].map((number) => ({
        type: "addLink" as const,
        apiName: "projects",
        source: { $apiName: "Employee", $primaryKey: "e1" },
        target: { $apiName: "Project", $primaryKey: number },
      })),
      created("Salary", { id: "s1", amount: 1, employeeId: "e1" }),
    ],
    null,
  );
});

test("an object by its key", async () => {
  expect(await employees().fetchOne("e1")).toMatchObject({
    $apiName: "Employee",
    $primaryKey: "e1",
    $title: "Ada King Lovelace",
    $objectSpecifier: "Employee:e1",
    name: "Ada King Lovelace",
    badge: "9007199254740993",
    tags: ["math"],
  });
  expect(await client("Project").fetchOne(2)).toMatchObject({ title: "Difference Engine" });
  await expect(employees().fetchOne("nobody")).rejects.toThrow();
});

describe("pages", () => {
  test("have a size, and lead to the next", async () => {
    const first = await employees().fetchPage({ $pageSize: 3 });
    expect(first).toMatchObject({ totalCount: "4", data: [{ id: "e1" }, { id: "e2" }, { id: "e3" }] });
    const second = await employees().fetchPage({ $pageSize: 3, $nextPageToken: first.nextPageToken });
    expect(second).toMatchObject({ data: [{ id: "e4" }] });
    expect(second.nextPageToken).toBeUndefined();
  });

  test("in an order lead to the next, too, and what has no value comes last", async () => {
    const options = { $pageSize: 2, $orderBy: { level: "desc", name: "desc" } };
    const first = await employees().fetchPage(options);
    const second = await employees().fetchPage({ ...options, $nextPageToken: first.nextPageToken });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(["e2", "e3", "e1", "e4"]);
  });

  test("have the properties that are selected", async () => {
    const { data } = await employees().fetchPage({ $select: ["level"], $pageSize: 1 });
    expect(data[0]).toMatchObject({ $primaryKey: "e1", level: 3 });
    expect(data[0]).not.toHaveProperty("name");
  });

  test("have resource identifiers when they are asked for", async () => {
    const { data } = await employees().fetchPage({ $includeRid: true, $pageSize: 1 });
    expect(data[0]?.$rid).toMatch(/^ri\.ontology\.main\.object\.Employee\./);
  });

  test("are put together by an iterator", async () => {
    const found: unknown[] = [];
    for await (const { $primaryKey } of employees().asyncIter()) found.push($primaryKey);
    expect(found).toEqual(["e1", "e2", "e3", "e4"]);
  });
});

describe("filters", () => {
  test.each<[object, string[]]>([
    [{ name: "Charles Babbage" }, ["e2"]],
    [{ name: { $eq: "charles babbage" } }, []],
    [{ name: { $ne: "Charles Babbage" } }, ["e1", "e3", "e4"]],
    [{ level: { $gt: 3 } }, ["e2"]],
    [{ level: { $gte: 3 } }, ["e1", "e2", "e3"]],
    [{ $and: [{ level: { $lt: 5 } }, { level: { $gte: 3 } }] }, ["e1", "e3"]],
    [{ salary: { $lte: 10.5 } }, ["e1", "e3"]],
    [{ badge: { $gt: "9007199254740992" } }, ["e1"]],
    [{ badge: "9007199254740993" }, ["e1"]],
    [{ rate: { $gt: "9.6" } }, ["e1"]],
    [{ rate: "10.00" }, ["e1"]],
    [{ active: false }, ["e2"]],
    [{ hired: { $gte: "1842-03-01" } }, ["e2", "e3"]],
    [{ seen: { $lt: "1843-02-01T11:00:00+01:00" } }, []],
    [{ seen: { $lte: "1843-02-01T11:00:00+01:00" } }, ["e1"]],
    [{ level: { $in: [5, 7] } }, ["e2"]],
    [{ id: { $in: [] } }, []],
    [{ level: { $isNull: true } }, ["e4"]],
    [{ level: { $isNull: false } }, ["e1", "e2", "e3"]],
    [{ tags: { $contains: "math" } }, ["e1", "e2"]],
    [{ tags: { $contains: "mat" } }, []],
    [{ name: { $containsAllTerms: "lovelace ADA" } }, ["e1"]],
    [{ name: { $containsAllTerms: "love" } }, []],
    [{ name: { $containsAnyTerm: "mary charles" } }, ["e2", "e3"]],
    [{ name: { $containsAllTermsInOrder: "ada king" } }, ["e1"]],
    [{ name: { $containsAllTermsInOrder: "king ada" } }, []],
    [{ name: { $startsWith: "king love" } }, ["e1"]],
    [{ name: { $startsWith: "s" } }, ["e3"]],
    [{ name: { $containsAnyTerm: "%" } }, []],
    [{ $or: [{ id: "e1" }, { id: "e3" }] }, ["e1", "e3"]],
    [{ $and: [{ level: 3 }, { $not: { id: "e1" } }] }, ["e3"]],
    [{ $not: { level: { $gt: 3 } } }, ["e1", "e3", "e4"]],
    [{ $not: { $not: { level: 3 } } }, ["e1", "e3"]],
    [{ place: { $within: { $bbox: [-1, 50, 1, 52] } } }, ["e1"]],
  ])("%j finds %j", async (filter, expected) => {
    expect(await keysOf(employees().where(filter))).toEqual(expected);
  });
});

describe("sets", () => {
  const level3 = () => employees().where({ level: 3 });

  test.each<[string, () => ReturnType<typeof employees>, unknown[]]>([
    ["searched around to one", () => employees().where({ id: "e2" }).pivotTo("boss"), ["e1"]],
    ["searched around by the same key", () => level3().pivotTo("reports"), ["e2", "e3"]],
    ["searched around to many", () => employees().where({ id: "e1" }).pivotTo("projects"), [1, 2]],
    ["searched around and back", () => client("Project").where({ number: 2 }).pivotTo("members"), ["e1"]],
    [
      "twice searched around",
      () => employees().where({ id: "e3" }).pivotTo("boss").pivotTo("projects"),
      [1, 2],
    ],
    ["united", () => level3().union(employees().where({ id: "e4" })), ["e1", "e3", "e4"]],
    ["intersected", () => level3().intersect(employees().where({ id: { $in: ["e1", "e2"] } })), ["e1"]],
    ["subtracted", () => employees().subtract(level3()), ["e2", "e4"]],
    [
      "filtered after that",
      () =>
        employees()
          .subtract(level3())
          .where({ level: { $gt: 1 } }),
      ["e2"],
    ],
  ])("%s", async (_what, set, expected) => {
    expect(await keysOf(set())).toEqual(expected);
  });
});

describe("aggregations", () => {
  test("of all objects", async () => {
    const $select = {
      $count: "unordered",
      "salary:avg": "unordered",
      "salary:sum": "unordered",
      "salary:min": "unordered",
      "level:max": "unordered",
      "level:approximateDistinct": "unordered",
      "hired:min": "unordered",
    };
    expect(
      await employees()
        .where({ level: { $isNull: false } })
        .aggregate({ $select }),
    ).toEqual({
      $count: 3,
      salary: { avg: 26.5 / 3, sum: 26.5, min: -4 },
      level: { max: 5, approximateDistinct: 2 },
      hired: { min: "1842-01-31" },
    });
  });

  test.each<[object, object]>([
    [
      { level: "exact" },
      [
        { $group: { level: 3 }, $count: 2 },
        { $group: { level: 5 }, $count: 1 },
      ],
    ],
    [
      { salary: { $fixedWidth: 10 } },
      [
        { $group: { salary: -10 }, $count: 1 },
        { $group: { salary: 10 }, $count: 1 },
        { $group: { salary: 20 }, $count: 1 },
      ],
    ],
    [
      {
        level: {
          $ranges: [
            [0, 4],
            [3, 6],
          ],
        },
      },
      [
        { $group: { level: { startValue: 0, endValue: 4 } }, $count: 2 },
        { $group: { level: { startValue: 3, endValue: 6 } }, $count: 3 },
      ],
    ],
    [
      { hired: { $duration: [1, "quarters"] } },
      [
        { $group: { hired: "1842-01-01" }, $count: 2 },
        { $group: { hired: "1843-01-01" }, $count: 1 },
      ],
    ],
    [
      { hired: { $duration: [30, "days"] } },
      [
        { $group: { hired: "1842-01-12" }, $count: 1 },
        { $group: { hired: "1842-02-11" }, $count: 1 },
        { $group: { hired: "1843-02-06" }, $count: 1 },
      ],
    ],
    [
      { active: "exact", level: "exact" },
      [
        { $group: { active: false, level: 5 }, $count: 1 },
        { $group: { active: true, level: 3 }, $count: 1 },
      ],
    ],
  ])("in groups by %j", async ($groupBy, expected) => {
    expect(await employees().aggregate({ $select: { $count: "unordered" }, $groupBy })).toEqual(expected);
  });

  test("in the order of a metric", async () => {
    const request = { $select: { "salary:sum": "desc" }, $groupBy: { level: "exact" } };
    expect(await employees().aggregate(request)).toEqual([
      { $group: { level: 5 }, salary: { sum: 20 } },
      { $group: { level: 3 }, salary: { sum: 6.5 } },
    ]);
  });
});

describe("what the caller may not read does not exist", () => {
  test("neither the type, nor links to it", async () => {
    await expect(client("Salary").fetchPage()).rejects.toThrow(/404/);
    await expect(employees().pivotTo("salaries").fetchPage()).rejects.toMatchObject({
      errorName: "LinkTypeNotFound",
    });
  });

  test("for others it does", async () => {
    const hr = clientOf("eve", { groups: ["hr"] });
    expect(await keysOf(hr("Salary"))).toEqual(["s1"]);
    expect(await keysOf(hr("Employee").pivotTo("salaries"))).toEqual(["s1"]);
  });
});
