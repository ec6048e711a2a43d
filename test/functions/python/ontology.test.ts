import { beforeAll, describe, expect, test } from "vitest";
import { company } from "../../ontology/company.ts";
import { clear, created, ontologyFor, user } from "../../ontology/deployed-ontology.ts";
import { definitionOf } from "../../ontology/ontology-kit.ts";
import { defaultIdentity, tokenOf } from "../../routes/oauth-kit.ts";
import { deploy, execute } from "../function-kit.ts";

beforeAll(async () => {
  await deploy({
    python: true,
    sources: [],
    ontology: definitionOf(company),
    identity: { ...defaultIdentity, groupsClaim: "groups" },
    published: { python_probe: { sources: [] } },
  });
  const hr = await ontologyFor(user("hana", "hr"));
  await clear(hr, "Employee", "Project", "Salary");
  const employees = [
    { id: "e1", name: "Ann", level: 3, badge: "9007199254740993", rate: "12.5", hired: "2026-01-31" },
    { id: "e2", name: "Bob", level: 1, bossId: "e1", active: true, tags: ["a", "b"] },
    { id: "e3", name: "Cyd", level: 2, bossId: "e1", address: { city: "Ulm", floor: 2 } },
    { id: "e 4/?", name: "Dee", place: { type: "Point", coordinates: [13.4, 52.5] } },
  ];
  await hr.apply(
    [
      ...employees.map((each) => created("Employee", each)),
      created("Project", { number: 7, title: "Python" }),
    ],
    null,
  );
  await hr.apply([created("Salary", { id: "s1", amount: 1.5, employeeId: "e1" })], null);
});

/** What code leaves in `result`, when a user calls the function; what went wrong otherwise. */
async function run(code: string, name: string | null = "uma"): Promise<unknown> {
  const text = `
import json, datetime, decimal
from functions.api import GeoPoint
from functions._values import to_wire
from ontology_sdk import FoundryClient
from ontology_sdk.ontology.objects import Employee, Project, Salary
ontology = FoundryClient().ontology
employees = ontology.objects.Employee
t = Employee.object_type
${code}
result = json.dumps(result)`;
  const headers = name === null ? {} : { authorization: `Bearer ${await tokenOf(name)}` };
  const { body } = await execute("python_probe", { action: "runs", text }, headers);
  const { value, parameters } = body as { value?: string; parameters?: { message: string } };
  return value === undefined ? parameters?.message : JSON.parse(value);
}

describe("objects in Python are those of the store", () => {
  test.each<[string, string, unknown]>([
    [
      "by their primary keys, with Python's types",
      `
ann, bob, dee = employees.get("e1"), employees.get("e2"), employees.get("e 4/?")
result = [ann.name, str(ann.badge), str(ann.rate), ann.hired.isoformat(), ann.boss_id, bob.active, bob.tags, employees.get("e3").address["floor"], dee.place.latitude, ontology.objects.Project.get(7).title]`,
      ["Ann", "9007199254740993", "12.5", "2026-01-31", null, true, ["a", "b"], 2, 52.5, "Python"],
    ],
    [
      "all of them, page by page",
      "result = sorted(e.name for e in employees.iterate(page_size=2))",
      ["Ann", "Bob", "Cyd", "Dee"],
    ],
    ["in an order", "result = [e.name for e in employees.order_by(t.name.desc()).take(2)]", ["Dee", "Cyd"]],
    [
      "by what they are",
      'result = [e.name for e in employees.where((t.level > 1) & ~(t.name == "Cyd"))]',
      ["Ann"],
    ],
    [
      "by every condition that there is",
      `
conditions = [t.name.starts_with("A"), t.name.in_(["Bob"]), t.tags.contains("a"), t.level.is_null(), t.hired <= datetime.date(2026, 2, 1), t.badge == 9007199254740993,
  t.rate >= decimal.Decimal("1.2E+1"), t.name.contains_any_term("ann zoe"), t.name.contains_all_terms("bob"), t.name.contains_all_terms_in_order("cyd"), t.active == True, t.name != "Ann"]
result = ["".join(sorted(e.name[0] for e in employees.where(c))) for c in conditions]`,
      ["A", "B", "B", "D", "A", "A", "A", "A", "B", "C", "B", "BCD"],
    ],
    [
      "by their links",
      `
ann = employees.get("e1")
result = [sorted(e.name for e in ann.reports.iterate()), employees.get("e2").boss.get().name, ann.boss.get(), ann.reports.get("e3").name, ann.reports.get("e1"),
  [e.name for e in employees.where(t.name == "Bob").search_around_boss()]]`,
      [["Bob", "Cyd"], "Ann", null, "Cyd", null, ["Ann"]],
    ],
    [
      "in sets of sets",
      `
high, low = employees.where(t.level > 1), employees.where(t.level < 3)
result = [sorted(e.name for e in s) for s in (high.union(low), high.intersect(low), high.subtract(low))]`,
      [["Ann", "Bob", "Cyd"], ["Cyd"], ["Ann"]],
    ],
    [
      "as numbers",
      `
result = [employees.count().compute(), employees.avg(t.level).compute(), employees.max(t.level).compute(), employees.sum(t.level).compute(),
  {g.group["bossId"]: g.metrics[0].value for g in employees.where(~t.boss_id.is_null()).group_by(t.boss_id.exact()).count().compute().data}]`,
      [4, 2, 3, 6, { e1: 2 }],
    ],
  ])("%s", async (_, code, result) => {
    expect(await run(code)).toEqual(result);
  });

  test.each<[string, string | null, unknown]>([
    ["nobody", null, expect.stringMatching(/^OntologyError: ObjectTypeNotFound|^OntologyError: /)],
    ["a user who may not read them", "uma", expect.stringMatching(/^OntologyError: /)],
  ])("what %s may not read is not there", async (_, name, result) => {
    expect(await run("result = [s.id for s in ontology.objects.Salary]", name)).toEqual(result);
  });

  test("an object that there is not", async () => {
    expect(await run('result = employees.get("nope")')).toMatch(/^OntologyError: ObjectNotFound/);
  });
});

describe("a function takes objects and sets of them", () => {
  const given = {
    employee: "e2",
    others: ["e1", "e3"],
    levels: { e1: 5 },
    some: { type: "base", objectType: "Employee" },
  };
  const call = async (parameters: object, name = "uma") =>
    (
      await execute(
        "python_objects",
        { ...given, ...parameters },
        { authorization: `Bearer ${await tokenOf(name)}` },
      )
    ).body;

  test("by their primary keys and by their definition, and gives edits", async () => {
    const obj = { $apiName: "Employee", $primaryKey: "e2" };
    expect(await call({})).toEqual({
      value: [{ type: "updateObject", obj, properties: { tags: ["Ann", "Cyd", "Ann 5"], level: 4 } }],
      applied: false,
    });
  });

  test("one that there is not, and edits of a type that is not declared, are errors", async () => {
    expect(await call({ employee: "e8" })).toMatchObject({ errorName: "ObjectNotFound" });
    expect(await call({ levels: { e8: 1 } })).toMatchObject({
      parameters: { message: expect.stringContaining("ObjectNotFound") },
    });
    expect(JSON.stringify(await call({ employee: "e 4/?" }))).toContain("Project");
  });
});

test("edits of Python's are applied as they are", async () => {
  const edits = await run(`
edits = ontology.edits()
eve = edits.objects.Employee.create("e9", name="Eve", rate=decimal.Decimal("1E+1"), place=GeoPoint(52.5, 13.4), badge=2**60, address={"city": "Bonn"})
eve.boss.set(employees.get("e1"))
eve.tags = ["new"]
bob = edits.objects.Employee.edit("e2")
bob.boss.clear()
bob.level = 9
bob.projects.add(7)
edits.objects.Employee.delete("e3")
result = to_wire(edits.get_edits(), {"type": "edits"})`);
  const hr = await ontologyFor(user("hana", "hr"));
  await hr.apply(edits as never, null);
  expect(
    await run(`
eve, bob = employees.get("e9"), employees.get("e2")
result = [eve.boss.get().name, str(eve.rate), str(eve.badge), eve.place.longitude, eve.address["city"], eve.tags, bob.boss.get(), bob.level, [p.number for p in bob.projects], sorted(e.id for e in employees.take(9))]`),
  ).toEqual([
    "Ann",
    "10",
    String(2n ** 60n),
    13.4,
    "Bonn",
    ["new"],
    null,
    9,
    [7],
    ["e 4/?", "e1", "e2", "e9"],
  ]);
});
