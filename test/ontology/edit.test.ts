import * as v from "valibot";
import { expect, test } from "vitest";
import { editedTypes, editSchema } from "../../src/ontology/edit.ts";

const employee = { $apiName: "Employee", $primaryKey: "e1" };
const person = { $apiName: "Person", $objectType: "Employee", $primaryKey: "e1" };
const project = { $apiName: "Project", $primaryKey: 7 };

test.each([
  [{ type: "createObject", obj: { apiName: "Employee" }, properties: { id: "e1" } }, ["Employee"]],
  [{ type: "updateObject", obj: employee, properties: { name: "Ann" } }, ["Employee"]],
  [{ type: "deleteObject", obj: employee }, ["Employee"]],
  [{ type: "addLink", apiName: "projects", source: employee, target: project }, ["Employee", "Project"]],
  [{ type: "removeLink", apiName: "projects", source: employee, target: project }, ["Employee", "Project"]],
  [
    {
      type: "createInterface",
      interfaceType: { apiName: "Person" },
      objectType: { apiName: "Employee" },
      properties: {},
    },
    ["Employee"],
  ],
  [{ type: "updateInterface", obj: person, properties: {} }, ["Employee"]],
  [{ type: "deleteInterface", obj: person }, ["Employee"]],
])("%j edits %j", (edit, types) => {
  const parsed = v.parse(editSchema, edit);
  expect(parsed).toEqual(edit);
  expect(editedTypes(parsed)).toEqual(types);
});

test.each([
  { type: "dropObject", obj: employee },
  { type: "updateObject", obj: { $apiName: "Employee" }, properties: {} },
  { type: "updateObject", obj: { $apiName: "Employee", $primaryKey: { a: 1 } }, properties: {} },
  { type: "createObject", obj: { apiName: "Employee" } },
  { type: "addLink", apiName: "projects", source: employee },
])("%j is no edit", (edit) => {
  expect(v.is(editSchema, edit)).toBe(false);
});
