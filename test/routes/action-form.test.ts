import { expect, test } from "vitest";
import { parametersOf } from "../../src/routes/action-form.ts";
import { actionFrom } from "../actions/action-kit.ts";

const { action, ontology } = actionFrom(`parameters:
  text: { type: string, required: false }
  yes: { type: boolean, required: false }
  count: { type: integer, required: false }
  share: { type: double, required: false }
  badge: { type: long, required: false }
  day: { type: date, required: false }
  at: { type: timestamp, required: false }
  who: { type: object, objectType: Employee, required: false }
  desk: { type: object, objectType: Desk, required: false }
  desks: { type: array, items: { type: object, objectType: Desk }, required: false }
  all: { type: objectSet, objectType: Employee, required: false }
  numbers: { type: array, items: { type: integer }, required: false }
  places: { type: array, items: { type: struct, fields: { street: { type: string } } }, required: false }
  address: { type: struct, fields: { street: { type: string }, floor: { type: integer } }, required: false }
rules: [{ type: deleteObject, object: who }]`);

test.each([
  ["", {}],
  ["p.text=&p.yes=&p.count=&p.address.street=&p.numbers=", {}],
  ["p.text=a b", { text: "a b" }],
  ["p.yes=true", { yes: true }],
  ["p.yes=perhaps", { yes: "perhaps" }],
  ["p.count=7&p.share=0.5", { count: 7, share: 0.5 }],
  ["p.count=seven", { count: "seven" }],
  ["p.badge=9007199254740993", { badge: "9007199254740993" }],
  ["p.day=2026-03-02", { day: "2026-03-02" }],
  ["p.at=2026-03-02T10:00", { at: "2026-03-02T10:00Z" }],
  ["p.at=2026-03-02T10:00:00%2B01:00", { at: "2026-03-02T10:00:00+01:00" }],
  ["p.count=+&p.share=+", { count: " ", share: " " }],
  ["p.who=e1", { who: "e1" }],
  ["p.desk=7&p.desks=7%0D%0A8", { desk: 7, desks: [7, 8] }],
  ["p.desk=seven", { desk: "seven" }],
  ['p.all={"type":"base","objectType":"Employee"}', { all: { type: "base", objectType: "Employee" } }],
  ["p.all={", { all: "{" }],
  ["p.numbers=1%0D%0A2%0D%0A%0D%0Ax", { numbers: [1, 2, "x"] }],
  ["p.numbers=1&p.numbers=2", { numbers: [1, 2] }],
  ['p.places=[{"street":"a"}]', { places: [{ street: "a" }] }],
  ["p.address.street=a&p.address.floor=3", { address: { street: "a", floor: 3 } }],
  ["text=a&mode=apply&p.other=1&p.__proto__=1", {}],
])("%s is %j", (form, expected) => {
  expect(parametersOf(action.definition, new URLSearchParams(form), ontology)).toEqual(expected);
});
