import { expect, test } from "vitest";
import { published } from "./python-kit.ts";

const ontology = `objectTypes:
  Employee: 
    primaryKey: id
    properties: { id: { type: string }, name: { type: string } }
    permissions: { read: [users], edit: [users] }
  Office:
    primaryKey: id
    properties: { id: { type: string } }
    permissions: { read: [users], edit: [users] }
`;

const editing = (
  edits: string,
  body: string,
  parameters = "e: Employee",
) => `from functions.api import function, OntologyEdit
from ontology_sdk import FoundryClient
from ontology_sdk.ontology.objects import Employee
from ontology_sdk.ontology.object_sets import EmployeeObjectSet

@function(edits=[${edits}])
def it(${parameters}) -> list[OntologyEdit]:
    edits = FoundryClient().ontology.edits()
    ${body}
    return edits.get_edits()
`;

test("objects, sets of them and edits are types of the ontology", async () => {
  const code = editing(
    "Employee",
    "edits.objects.Employee.create('e1')",
    "e: Employee | None, all: EmployeeObjectSet",
  );
  const { functions, problems } = await published(code, { "../../ontology/types.yaml": ontology });
  expect(problems).toEqual([]);
  expect(functions[0]?.published).toMatchObject({
    edits: ["Employee"],
    parameters: [
      { name: "e", type: { type: "object", objectType: "Employee" }, optional: true },
      { name: "all", type: { type: "objectSet", objectType: "Employee" }, optional: false },
    ],
    output: { type: { type: "edits" }, optional: false },
  });
});

test.each([
  ["edits.objects.Office.create('o1')", "9:5 UndeclaredEdit The function does not declare to edit Office."],
  [
    "edits.objects.Office.edit(e).name = 'x'",
    "9:5 UndeclaredEdit The function does not declare to edit Office.",
  ],
  [
    "FoundryClient().ontology.edits().objects.Office.delete(e)",
    "9:5 UndeclaredEdit The function does not declare to edit Office.",
  ],
])("%s needs a declaration", async (body, problem) => {
  const { problems, remedies } = await published(editing("Employee", body), {
    "../../ontology/types.yaml": ontology,
  });
  expect(problems).toEqual([problem]);
  expect(remedies).toEqual(["Add it to the decorator: @function(edits=[Employee, Office])."]);
});

test("reading needs none", async () => {
  const body = "FoundryClient().ontology.objects.Office.get('o1')";
  const { problems } = await published(editing("", body), { "../../ontology/types.yaml": ontology });
  expect(problems).toEqual([]);
});

test("an object type that the ontology does not define is reported where it is named", async () => {
  const code = `from functions.api import function
from ontology_sdk.ontology.objects import Employe
import ontology_sdk.ontology.objects as objects

@function(edits=[objects.Offic])
def it(e: Employe) -> None: ...
`;
  const { problems, remedies } = await published(code, { "../../ontology/types.yaml": ontology });
  expect(problems).toEqual([
    "2:43 UnknownDefinition The ontology defines no Employe.",
    "5:18 UnknownDefinition The ontology defines no Offic.",
  ]);
  expect(remedies[0]).toBe("Did you mean Employee? Otherwise define it in a file of ontology/.");
});
