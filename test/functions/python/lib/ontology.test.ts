import { beforeAll, describe, expect, test } from "vitest";
import { ontologyModule } from "../../../../src/cli/publish/python/ontology-module.ts";
import type { OntologyDefinition } from "../../../../src/ontology/file-schema.ts";
import { documentedPython } from "../../../cli/publish/documented-python.ts";
import { Python } from "./pyodide.ts";

const closed = { permissions: { read: [], edit: [] } };

const definition: OntologyDefinition = {
  objectTypes: {
    Employee: {
      ...closed,
      primaryKey: "id",
      properties: {
        id: { type: "string" },
        name: { type: "string", displayName: 'The "name"' },
        level: { type: "integer" },
        salary: { type: "long" },
        bossId: { type: "string" },
        startDate: { type: "date" },
        tags: { type: "array", items: { type: "string" } },
        homeAddress: { type: "struct", fields: { zipCode: { type: "string" } } },
        place: { type: "geopoint" },
      },
    },
    UserProfile: {
      ...closed,
      primaryKey: "userProfileId",
      properties: { userProfileId: { type: "string" }, displayName: { type: "string" } },
    },
  },
  linkTypes: {
    boss: {
      from: { objectType: "Employee", apiName: "boss", foreignKey: "bossId" },
      to: { objectType: "Employee", apiName: "reports" },
    },
    profiles: {
      from: { objectType: "Employee", apiName: "userProfiles" },
      to: { objectType: "UserProfile", apiName: "employees" },
    },
  },
  actionTypes: {},
};

const ann = {
  __rid: "ri.1",
  __primaryKey: "e1",
  __apiName: "Employee",
  id: "e1",
  name: "Ann",
  level: 3,
  salary: "9007199254740993",
  startDate: "2026-01-31",
  tags: ["a", "b"],
  homeAddress: { zipCode: "10115" },
  place: { type: "Point", coordinates: [13.4, 52.5] },
};
const load = (data: unknown[], nextPageToken?: string) => [200, { data, nextPageToken, totalCount: "2" }];

const answers = {
  "GET /objects/Employee/e1": [[200, ann]],
  "GET /objects/Employee/e%2F9": [
    [404, { errorCode: "NOT_FOUND", errorName: "ObjectNotFound", parameters: { primaryKey: "e/9" } }],
  ],
  "POST /objectSets/loadObjects": [load([ann], "more"), load([{ ...ann, id: "e2", __primaryKey: "e2" }])],
  "POST /objectSets/aggregate": [
    [200, { accuracy: "ACCURATE", data: [{ group: {}, metrics: [{ name: "count", value: 5 }] }] }],
  ],
  "GET /queryTypes/add_days": [[404, { errorName: "QueryNotFound" }]],
  "GET /queryTypes/addDays": [
    [
      200,
      {
        apiName: "addDays",
        parameters: {
          firstDay: { dataType: { type: "date" } },
          days: { dataType: { type: "union", unionTypes: [{ type: "integer" }, { type: "null" }] } },
        },
        output: { type: "array", subType: { type: "date" } },
      },
    ],
  ],
  "POST /queries/addDays/execute": [[200, { value: ["2026-02-01"] }]],
};

let python: Python;
beforeAll(async () => {
  python = await Python.start();
  python.write("_sortie_ontology.py", ontologyModule(definition));
});

function run(code: string): unknown {
  const prelude = `
import _sortie, copy, datetime
_sortie.asked.clear()
_sortie.answers.clear()
_sortie.answers.update(answers)
from functions.api import function, OntologyEdit, GeoPoint
from functions._values import from_wire, to_wire
from ontology_sdk import FoundryClient
from ontology_sdk.ontology.objects import Employee, UserProfile
from ontology_sdk.ontology.object_sets import EmployeeObjectSet
client = FoundryClient()
employees = client.ontology.objects.Employee
edits = client.ontology.edits()
`;
  return python.run(prelude + code, { answers, ann });
}

const employee = (key: string) => ({ $apiName: "Employee", $primaryKey: key });
const base = { type: "base", objectType: "Employee" };
const where = (condition: unknown, objectSet: unknown = base) => ({
  type: "filter",
  objectSet,
  where: condition,
});

describe("reading objects", () => {
  test.each<[string, string, unknown]>([
    [
      "properties have the names and the types of Python",
      `
ann = employees.get("e1")
result = [ann.name, ann.level, str(ann.salary), ann.start_date.isoformat(), ann.startDate.day, ann.tags, ann.home_address["zip_code"],
  ann.place.latitude, ann.boss_id, ann.get_primary_key(), ann.get_rid(), ann.get_api_name(), repr(ann), isinstance(ann, Employee), ann == employees.get("e1")]`,
      [
        "Ann",
        3,
        "9007199254740993",
        "2026-01-31",
        31,
        ["a", "b"],
        "10115",
        52.5,
        null,
        "e1",
        "ri.1",
        "Employee",
        "Employee('e1')",
        true,
        true,
      ],
    ],
    [
      "all objects, page by page",
      'result = [[e.id for e in employees.iterate()], [[b["pageSize"], b.get("pageToken")] for _, _, b in _sortie.asked]]',
      [
        ["e1", "e2"],
        [
          [1000, null],
          [1000, "more"],
        ],
      ],
    ],
    [
      "one page",
      "page = employees.page(page_size=1)\nresult = [[e.id for e in page.data], page.next_page_token, _sortie.asked[0][2]]",
      [["e1"], "more", { objectSet: base, select: [], pageSize: 1 }],
    ],
    [
      "the first ones",
      "result = [[e.id for e in employees.take(1)], _sortie.asked[0][2]['pageSize']]",
      [["e1"], 1],
    ],
    [
      "those that conditions are true for, in an order",
      `
t = Employee.object_type
employees.where(t.name == "Bob", (t.level > 2) | ~t.start_date.is_null()).order_by(t.level.desc(), t.name.asc()).page()
result = _sortie.asked[0][2]`,
      {
        objectSet: where(
          {
            type: "or",
            value: [
              { type: "gt", field: "level", value: 2 },
              { type: "not", value: { type: "isNull", field: "startDate", value: true } },
            ],
          },
          where({ type: "eq", field: "name", value: "Bob" }),
        ),
        select: [],
        pageSize: 1000,
        orderBy: {
          fields: [
            { field: "level", direction: "desc" },
            { field: "name", direction: "asc" },
          ],
        },
      },
    ],
    [
      "conditions of every kind",
      `
t = Employee.object_type
conditions = [t.start_date <= datetime.date(2026, 1, 2), t.salary != 7, t.tags.contains("a"), t.name.starts_with("A"), t.name.in_(["a", "b"]),
  t.name.contains_any_term("x y"), t.name == None, t.name.contains_all_terms("x"), t.name.contains_all_terms_in_order("x y"), (t.level >= 1) & (t.level < 2)]
result = [c.where for c in conditions]`,
      [
        { type: "lte", field: "startDate", value: "2026-01-02" },
        { type: "not", value: { type: "eq", field: "salary", value: "7" } },
        { type: "contains", field: "tags", value: "a" },
        { type: "startsWith", field: "name", value: "A" },
        { type: "in", field: "name", value: ["a", "b"] },
        { type: "containsAnyTerm", field: "name", value: "x y" },
        { type: "isNull", field: "name", value: true },
        { type: "containsAllTerms", field: "name", value: "x" },
        { type: "containsAllTermsInOrder", field: "name", value: "x y" },
        {
          type: "and",
          value: [
            { type: "gte", field: "level", value: 1 },
            { type: "lt", field: "level", value: 2 },
          ],
        },
      ],
    ],
    [
      "links",
      `
ann = employees.get("e1")
boss = ann.boss.get()
list(ann.user_profiles.iterate())
employees.search_around_reports().page()
result = [boss.id, [a[2]["objectSet"] for a in _sortie.asked[1:]]]`,
      [
        "e1",
        [
          { type: "searchAround", objectSet: where({ type: "eq", field: "id", value: "e1" }), link: "boss" },
          {
            type: "searchAround",
            objectSet: where({ type: "eq", field: "id", value: "e1" }),
            link: "userProfiles",
          },
          { type: "searchAround", objectSet: base, link: "reports" },
        ],
      ],
    ],
    [
      "sets of sets",
      `
t = Employee.object_type
a = employees.where(t.level == 1)
result = [a.union(employees).definition, a.intersect(employees).definition["type"], a.subtract(employees).definition["type"]]`,
      [
        { type: "union", objectSets: [where({ type: "eq", field: "level", value: 1 }), base] },
        "intersect",
        "subtract",
      ],
    ],
    [
      "numbers",
      `
t = Employee.object_type
counted = employees.count().compute()
employees.where(t.level > 1).avg(t.level).compute()
result = [counted, [a[2] for a in _sortie.asked]]`,
      [
        5,
        [
          { objectSet: base, groupBy: [], aggregation: [{ type: "count", name: "count" }] },
          {
            objectSet: where({ type: "gt", field: "level", value: 1 }),
            groupBy: [],
            aggregation: [{ type: "avg", name: "level.avg", field: "level" }],
          },
        ],
      ],
    ],
    [
      "numbers of groups",
      `
t = Employee.object_type
_sortie.answers["POST /objectSets/aggregate"] = [[200, {"data": [{"group": {"name": "Ann"}, "metrics": [{"name": "count", "value": 2}]}]}]]
groups = employees.group_by(t.name.exact(), t.level.fixed_width(5)).count().compute()
result = [groups.data[0].group, groups.data[0].metrics[0].value, _sortie.asked[0][2]["groupBy"]]`,
      [
        { name: "Ann" },
        2,
        [
          { type: "exact", field: "name", maxGroupCount: 10000 },
          { type: "fixedWidth", field: "level", fixedWidth: 5 },
        ],
      ],
    ],
    [
      "an object is a parameter, and a set is one by its definition; a result is their primary key and definition",
      `
ann = from_wire(ann, {"type": "object", "objectType": "Employee"})
some = from_wire({"type": "base", "objectType": "Employee"}, {"type": "objectSet", "objectType": "Employee"})
named = from_wire({"e1": 1}, {"type": "map", "key": {"type": "object", "objectType": "Employee"}, "value": {"type": "integer"}})
result = [ann.name, isinstance(some, EmployeeObjectSet), [e.name for e in named],
  to_wire(ann, {"type": "object", "objectType": "Employee"}), to_wire(some, {"type": "objectSet", "objectType": "Employee"})]`,
      ["Ann", true, ["Ann"], "e1", base],
    ],
    [
      "other functions, by Python's names for them and for their parameters",
      "days = client.ontology.queries.add_days(first_day=datetime.date(2026, 1, 31), days=None)\nresult = [str(days), _sortie.asked[-1]]",
      [
        "[datetime.date(2026, 2, 1)]",
        ["POST", "/queries/addDays/execute", { parameters: { firstDay: "2026-01-31", days: null } }],
      ],
    ],
  ])("%s", (_, code, result) => {
    expect(run(code)).toEqual(result);
  });
});

describe("edits of objects", () => {
  test("link_user_profile, as the page has it", () => {
    const code = `
_sortie.declared["myOAuthSourceAlias"] = {"apiName": "A", "rid": "r", "url": "http://server.example", "secrets": {}, "oauth": True, "clientCertificate": False}
import json, server
server.extra = {"/v1/me": {"id": "p1", "display_name": "Ann"}}
${documentedPython.withOntology}
result = to_wire(link_user_profile(), {"type": "edits"})`;
    expect(run(code)).toEqual([
      {
        type: "createObject",
        obj: { type: "object", apiName: "UserProfile" },
        properties: { userProfileId: "p1", displayName: "Ann" },
      },
    ]);
  });

  test.each<[string, string, unknown]>([
    [
      "an object that was read, or its primary key; what is assigned is one edit, and read again",
      `
x = edits.objects.Employee.edit(employees.get("e1"))
before = [x.name, x.level]
x.name = "Bea"
x.level = 4
y = edits.objects.Employee.edit("e2")
y.start_date = datetime.date(2026, 2, 1)
y.tags = None
edits.objects.Employee.edit("e3")
result = [before, x.name, x.tags, edits.get_edits()]`,
      [
        ["Ann", 3],
        "Bea",
        ["a", "b"],
        [
          { type: "updateObject", obj: employee("e1"), properties: { name: "Bea", level: 4 } },
          { type: "updateObject", obj: employee("e2"), properties: { startDate: "2026-02-01", tags: null } },
        ],
      ],
    ],
    [
      "a new object, which can be changed on",
      `
x = edits.objects.Employee.create("e5", name="Eve", home_address={"zip_code": "1"}, place=GeoPoint(1.5, 2))
x.tags = [*(x.tags or []), "new"]
result = edits.get_edits()`,
      [
        {
          type: "createObject",
          obj: { type: "object", apiName: "Employee" },
          properties: {
            id: "e5",
            name: "Eve",
            homeAddress: { zipCode: "1" },
            place: { type: "Point", coordinates: [2, 1.5] },
            tags: ["new"],
          },
        },
      ],
    ],
    [
      "deletions",
      'edits.objects.Employee.delete("e1")\nedits.objects.Employee.delete(employees.get("e1"))\nresult = edits.get_edits()',
      [
        { type: "deleteObject", obj: employee("e1") },
        { type: "deleteObject", obj: employee("e1") },
      ],
    ],
    [
      "links to one object and to many",
      `
x = edits.objects.Employee.edit("e2")
x.boss.set(employees.get("e1"))
x.reports.add("e3")
x.user_profiles.remove("p1")
x.boss.clear()
new = edits.objects.UserProfile.create("p2")
x.user_profiles.add(new)
result = edits.get_edits()`,
      [
        { type: "addLink", apiName: "boss", source: employee("e2"), target: employee("e1") },
        { type: "addLink", apiName: "reports", source: employee("e2"), target: employee("e3") },
        {
          type: "removeLink",
          apiName: "userProfiles",
          source: employee("e2"),
          target: { $apiName: "UserProfile", $primaryKey: "p1" },
        },
        { type: "updateObject", obj: employee("e2"), properties: { bossId: null } },
        {
          type: "createObject",
          obj: { type: "object", apiName: "UserProfile" },
          properties: { userProfileId: "p2" },
        },
        {
          type: "addLink",
          apiName: "userProfiles",
          source: employee("e2"),
          target: { $apiName: "UserProfile", $primaryKey: "p2" },
        },
      ],
    ],
    [
      "what get_edits gave does not change any more",
      'x = edits.objects.Employee.edit("e1")\nx.name = "a"\nearly = edits.get_edits()\nx.name = "b"\nresult = early',
      [{ type: "updateObject", obj: employee("e1"), properties: { name: "a" } }],
    ],
  ])("%s", (_, code, result) => {
    expect(run(code)).toEqual(result);
  });
});

describe("what cannot be says why", () => {
  const has =
    "It has: id, name, level, salary, boss_id, start_date, tags, home_address, place, boss, reports, user_profiles";

  test.each([
    ['employees.get("e/9")', "OntologyError", "ObjectNotFound (primaryKey: e/9)"],
    [
      "client.ontology.objects.Nobody",
      "AttributeError",
      "The ontology has no object type Nobody. It has: Employee, UserProfile",
    ],
    ["Employee.object_type.nam", "AttributeError", `Employee has no property or link nam. ${has}`],
    ['employees.get("e1").nam', "AttributeError", `Employee has no property or link nam. ${has}`],
    [
      'employees.get("e1").tags.append("c")',
      "TypeError",
      "Arrays of objects are read-only: copy the list, change the copy, and assign it.",
    ],
    [
      'edits.objects.Employee.edit("e1").tags.append("c")',
      "TypeError",
      "Arrays of objects are read-only: copy the list, change the copy, and assign it.",
    ],
    [
      'x = edits.objects.Employee.edit("e1")\nx.nam = 1',
      "AttributeError",
      `Employee has no property or link nam. ${has}`,
    ],
    [
      'x = edits.objects.Employee.edit("e1")\nx.level = "3"',
      "WrongValue",
      "Employee.level: expected Integer (-2147483648 to 2147483647), got a str",
    ],
    [
      'x = edits.objects.Employee.edit("e1")\nx.id = "e2"',
      "AttributeError",
      "Employee.id is the primary key, which does not change.",
    ],
    [
      'x = edits.objects.Employee.edit("e1")\nx.boss = "e2"',
      "AttributeError",
      "Employee.boss is a link: use set, clear, add or remove.",
    ],
    [
      'edits.objects.Employee.edit("e1").boss.add("e2")',
      "TypeError",
      "Employee.boss links one object: use set and clear.",
    ],
    [
      'edits.objects.Employee.edit("e1").reports.set("e2")',
      "TypeError",
      "Employee.reports links many objects: use add and remove.",
    ],
    [
      'edits.objects.UserProfile.edit(employees.get("e1"))',
      "TypeError",
      "Expected an object of type UserProfile, got one of type Employee.",
    ],
    ["edits.objects.Employee.create(7)", "WrongValue", "expected String, got an int"],
    [
      "edits.objects.Employee.create('e1', level=1.5)",
      "WrongValue",
      "Employee.level: expected Integer (-2147483648 to 2147483647), got a float",
    ],
    [
      "Employee.object_type.level == 'x'",
      "WrongValue",
      "expected Integer (-2147483648 to 2147483647), got a str",
    ],
    [
      "t = Employee.object_type\nt.level > 1 and t.level < 3",
      "TypeError",
      "Conditions on objects are joined with &, | and ~.",
    ],
    [
      "client.ontology.attachments",
      "NotImplementedError",
      "There are no attachments here: keep files elsewhere, and their URLs in objects.",
    ],
    [
      "client.ontology.actions",
      "NotImplementedError",
      "Functions apply no actions: return edits, and make an action of the function.",
    ],
    ['to_wire([{"name": 1}], {"type": "edits"})', "WrongValue", "[0]: expected OntologyEdit, got a dict"],
    [
      'to_wire(employees.get("e1"), {"type": "object", "objectType": "UserProfile"})',
      "WrongValue",
      "expected UserProfile, got an Employee",
    ],
  ])("%s", (code, raised, message) => {
    expect(run(code)).toEqual({ raised, message });
  });
});
