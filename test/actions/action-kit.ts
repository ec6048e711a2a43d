import type { ActionFacts } from "../../src/actions/check/action-check.ts";
import { typesIn } from "../../src/actions/check/action-check.ts";
import { checkActionTypes } from "../../src/actions/check/check-action-types.ts";
import { type CompiledAction, compileAction } from "../../src/actions/compiled-action.ts";
import { type Prepared, type Properties, prepare } from "../../src/actions/prepared.ts";
import type { Caller } from "../../src/credentials/caller.ts";
import { Report } from "../../src/documents/report.ts";
import { Ontology } from "../../src/ontology/ontology.ts";
import { readOntology } from "../../src/ontology/read-ontology.ts";
import { filesOf } from "../environment/deployed.ts";

/** Types of objects for action types to be about. */
export const employees = `objectTypes:
  Employee:
    primaryKey: id
    titleProperty: name
    properties:
      id: { type: string }
      name: { type: string }
      level: { type: integer }
      badge: { type: long }
      born: { type: date }
      changedAt: { type: timestamp }
      tags: { type: array, items: { type: string } }
      address: { type: struct, fields: { street: { type: string } } }
      bossId: { type: string }
    permissions: { read: [users], edit: [users] }
  Office:
    primaryKey: number
    properties: { number: { type: long }, city: { type: string } }
    permissions: { read: [users], edit: [users] }
  Desk:
    primaryKey: number
    properties: { number: { type: integer } }
    permissions: { read: [users], edit: [users] }
  Country:
    primaryKey: code
    properties: { code: { type: string } }
    permissions: { read: [users] }
linkTypes:
  employeeCountries:
    from: { objectType: Employee, apiName: countries }
    to: { objectType: Country, apiName: citizens }
  employeeBoss:
    from: { objectType: Employee, apiName: boss, foreignKey: bossId }
    to: { objectType: Employee, apiName: reports }
  employeeOffices:
    from: { objectType: Employee, apiName: offices }
    to: { objectType: Office, apiName: employees }
actionTypes:
`;

export const string = { type: "string" } as const;

/** Functions and webhooks for action types to name. */
const facts: Omit<ActionFacts, "ontology"> = {
  functions: new Map([
    [
      "promoteAll",
      {
        inputs: [
          { name: "level", type: { type: "integer" }, optional: false },
          { name: "who", type: { type: "object", objectType: "Employee" }, optional: true },
        ],
        returnsEdits: true,
      },
    ],
    ["add", { inputs: [], returnsEdits: false }],
  ]),
  webhooks: new Map([
    [
      "crm",
      {
        inputs: [{ name: "name", type: string, optional: false }],
        outputs: [{ name: "id", type: string, optional: false }],
      },
    ],
  ]),
  remedyForFunction: (name) => `Add functions/${name}/.`,
};

/** Indents the text of an action type to where it belongs. */
function file(text: string): string {
  const indented = text.replaceAll(/^(?=.)/gm, "    ");
  return `${employees}  probe:\n${indented}`;
}

/** What is wrong with an action type, as `CODE path message`, with the text at the place instead of its line. */
export function problemsOf(text: string): string[] {
  const whole = text.includes("permissions:") ? text : `${text}\npermissions: { apply: [users] }`;
  const report = new Report();
  const lines = file(whole).split("\n");
  const read = readOntology(filesOf({ "ontology/test.yaml": file(whole) }), report);
  if (read) {
    const ontology = new Ontology("local", read.definition);
    checkActionTypes(read, { ...facts, ontology }, report);
  }
  return report.problems.map(({ code, line, column, message, remedy }) => {
    const at = (lines[line - 1] ?? "").slice(column - 1, column + 9).trim();
    return `${code} <${at}> ${message} ${remedy}`;
  });
}

/** An action type without problems. */
export function actionFrom(text: string): { action: CompiledAction; ontology: Ontology } {
  const report = new Report();
  const read = readOntology(filesOf({ "ontology/test.yaml": file(text) }), report);
  if (!read || report.failed) throw new Error(JSON.stringify(report.problems));
  const ontology = new Ontology("local", read.definition);
  const definition = ontology.actionTypes.get("probe");
  if (!definition) throw new Error("there is no probe");
  return { action: compileAction("probe", definition, typesIn(ontology, facts.webhooks)), ontology };
}

export const ann: Caller = {
  kind: "user",
  id: "https://idp#ann",
  name: "Ann",
  login: "ann@example.com",
  groups: ["hr", "board"],
};

export const NOW = Date.parse("2026-03-02T10:00:00Z");

/** What is there, by object type. */
export const objects: Readonly<Record<string, readonly Properties[]>> = {
  Employee: [
    { id: "e1", name: "Eve", level: 3, tags: ["a"], bossId: "e2" },
    { id: "e2", name: "Bob", level: 9 },
  ],
  Office: [{ number: "7", city: "Bonn" }],
};

/** Validates an application. */
export async function prepared(
  text: string,
  given: Readonly<Record<string, unknown>>,
  caller: Caller = ann,
): Promise<Prepared> {
  const { action, ontology } = actionFrom(text);
  return prepare(action, given, caller, ontology, load, NOW);
}

export async function load(type: string, keys: readonly unknown[]): Promise<readonly Properties[]> {
  return (objects[type] ?? []).filter((each) => keys.includes(type === "Office" ? each.number : each.id));
}
