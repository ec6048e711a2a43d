import { expect, test } from "vitest";
import { lostData } from "../../src/ontology/lost-data.ts";
import { company } from "./company.ts";
import { definitionOf } from "./ontology-kit.ts";

test.each<[string, string, string[]]>([
  ["displayName: none", "displayName: none", []],
  ["      level: { type: integer }", "      level: { type: integer }\n      added: { type: string }", []],
  ["      level: { type: integer }\n", "", ["objectTypes.Employee.properties.level"]],
  ["level: { type: integer }", "level: { type: long }", ["objectTypes.Employee.properties.level.type"]],
  ["items: { type: string }", "items: { type: integer }", ["objectTypes.Employee.properties.tags.type"]],
  ["city: { type: string }", "street: { type: string }", []],
  ["number: { type: integer }", "number: { type: long }", ["objectTypes.Project.primaryKey"]],
  ["primaryKey: number", "primaryKey: title", ["objectTypes.Project.primaryKey"]],
  ["  Audit:", "  Trail:", ["objectTypes.Audit"]],
  ["  membership:", "  members:", ["linkTypes.membership"]],
  ["apiName: members", "apiName: staff", []],
  ["  employeeBoss:", "  superior:", []],
])("%j as %j", (text, instead, expected) => {
  const losses = lostData(definitionOf(company), definitionOf(company.replace(text, instead)));
  expect(losses.map(({ path }) => path.join("."))).toEqual(expected);
});
