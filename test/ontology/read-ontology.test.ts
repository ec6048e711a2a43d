import { expect, test } from "vitest";
import { definitionOf, problemsOf } from "./ontology-kit.ts";

const whole = `
objectTypes:
  Employee:
    primaryKey: id
    titleProperty: name
    properties:
      id: { type: string }
      name: { type: string, displayName: Name }
      level: { type: integer }
      score: { type: double }
      bossId: { type: string }
      tags: { type: array, items: { type: string } }
      address: { type: struct, fields: { city: { type: string } } }
    permissions: { read: [users], edit: [group:hr, user:ann@example.com] }
  Project:
    primaryKey: number
    properties: { number: { type: long } }
    permissions: { read: [anyone] }
linkTypes:
  employeeBoss:
    from: { objectType: Employee, apiName: boss, foreignKey: bossId }
    to: { objectType: Employee, apiName: reports }
  membership:
    from: { objectType: Employee, apiName: projects }
    to: { objectType: Project, apiName: members }
`;

test("types and links, and what their defaults are", () => {
  const { objectTypes, linkTypes } = definitionOf(whole);
  expect(objectTypes.Employee).toMatchObject({
    primaryKey: "id",
    titleProperty: "name",
    permissions: { read: ["users"], edit: ["group:hr", "user:ann@example.com"] },
  });
  expect(objectTypes.Project?.permissions).toEqual({ read: ["anyone"], edit: [] });
  expect(Object.keys(linkTypes)).toEqual(["employeeBoss", "membership"]);
});

test.each([
  ["primaryKey: id", "primaryKey: ident", ["PropertyNotFound 4:17"]],
  ["titleProperty: name", "titleProperty: nam", ["PropertyNotFound 5:20"]],
  ["primaryKey: id", "primaryKey: score", ["InvalidPrimaryKey 4:17"]],
  ["id: { type: string }", "id: { type: text }", ["InvalidValue 7:19"]],
  ["level: { type: integer }", "level: { type: attachment }", ["NotSupportedYet 9:22"]],
  ["level: { type: integer }", "Name: { type: integer }", ["NameConflict 9:7"]],
  ["level: { type: integer }", "boss: { type: integer }", ["NameConflict 21:44"]],
  ["level: { type: integer }", "constructor: { type: integer }", ["InvalidName 9:20"]],
  ["level: { type: integer }", "le-vel: { type: integer }", ["InvalidValue 9:7"]],
  ["level: { type: integer }", "level: { type: integer, unit: kg }", ["UnknownField 9:31"]],
  ["items: { type: string }", "items: { type: array }", ["InvalidValue 12:43"]],
  ["read: [users]", "read: [people]", ["InvalidValue 14:27"]],
  ["    permissions: { read: [anyone] }\n", "", ["ReadByNobody 15:3"]],
  ["foreignKey: bossId", "foreignKey: chief", ["PropertyNotFound 21:62"]],
  ["foreignKey: bossId", "foreignKey: level", ["InvalidForeignKey 21:62"]],
  ["foreignKey: bossId", "foreignKey: id", ["InvalidForeignKey 21:62"]],
  [
    "objectType: Project, apiName: members",
    "objectType: Projekt, apiName: members",
    ["ObjectTypeNotFound 25:23"],
  ],
  [
    "objectType: Project, apiName: members",
    "objectType: toString, apiName: valueOf",
    ["ObjectTypeNotFound 25:23"],
  ],
  ["foreignKey: bossId", "foreignKey: toString", ["PropertyNotFound 21:62"]],
  ["primaryKey: id", "primaryKey: valueOf", ["PropertyNotFound 4:17"]],
  ["apiName: boss,", "apiName: toString,", []],
  ["apiName: reports", "apiName: boss", ["DuplicateLink 22:42"]],
  ["linkTypes:", "actionType:", ["UnknownField 19:1"]],
])("%j as %j: %j", (text, instead, expected) => {
  const found = problemsOf({ "ontology/a.yaml": whole.replace(text, instead) });
  expect(found.map((problem) => problem.split(" ").slice(0, 2).join(" "))).toEqual(expected);
});

test("all files together are the ontology", () => {
  const [types = "", links = ""] = whole.split("linkTypes:");
  expect(problemsOf({ "ontology/a.yaml": `linkTypes:${links}`, "ontology/b.yaml": types })).toEqual([]);
  expect(problemsOf({ "ontology/a.yaml": whole, "ontology/b.yaml": types })).toEqual([
    "DuplicateDefinition 3:3 ontology/a.yaml defines Employee as well.",
    "DuplicateDefinition 15:3 ontology/a.yaml defines Project as well.",
  ]);
});

test("what is missing because its file cannot be read is not reported as missing", () => {
  const [types = "", links = ""] = whole.split("linkTypes:");
  const broken = `${types}  ]`;
  const found = problemsOf({ "ontology/a.yaml": `linkTypes:${links}`, "ontology/b.yaml": broken });
  expect(found.map((problem) => problem.split(" ")[0])).toEqual(["InvalidYAML"]);
});

test("files that are no definitions", () => {
  expect(problemsOf({ "ontology/a.yml": whole, "ontology/deep/a.yaml": whole })).toEqual([
    "UnknownFile 1:1 The file has no effect.",
    "UnknownFile 1:1 The file has no effect.",
  ]);
});
