import { createEditBatch } from "../../../src/functions/runtime/edits.ts";

const Employee = { type: "object", apiName: "Employee", osdkMetadata: { extraUserAgent: "x" } };
const Secret = { type: "object", apiName: "Secret" };
const Person = { type: "interface", apiName: "Person" };

const ann = { $apiName: "Employee", $primaryKey: "e1", $title: "Ann", name: "Ann" };
const bob = { $apiName: "Employee", $objectType: "Employee", $primaryKey: "e2" };
const annAsPerson = { $apiName: "Person", $objectType: "Employee", $primaryKey: "e1" };

type Batch = ReturnType<typeof createEditBatch>;

const batches: Record<string, (batch: Batch) => unknown> = {
  create: (batch) => batch.create(Employee, { id: "e3", name: "Eve" }),
  "create, as an interface": (batch) => batch.create(Person, Employee, { name: "Eve" }),
  update: (batch) => batch.update(ann, { name: "Anna", nickname: undefined, boss: null }),
  "update, as an interface": (batch) => batch.update(annAsPerson, { name: "Anna" }),
  delete: (batch) => batch.delete(bob),
  "delete, as an interface": (batch) => batch.delete(annAsPerson),
  link: (batch) => batch.link(ann, "boss", bob),
  "link several": (batch) => batch.link(ann, "reports", [bob, ann]),
  unlink: (batch) => batch.unlink(ann, "boss", bob),
  encrypted: (batch) => {
    const cipher = { getValue: () => "CIPHER", decrypt: () => "plain" };
    batch.update(ann, { secret: cipher, secrets: [cipher, "x"] });
  },
  "keeps what it was when it was asked": (batch) => {
    batch.delete(ann);
    const edits = batch.getEdits();
    batch.delete(bob);
    return edits;
  },
  "names of prototypes": (batch) => {
    const properties = JSON.parse('{"__proto__": {"polluted": true}, "constructor": "x"}');
    batch.update(ann, properties);
  },
  "ten thousand": (batch) => {
    for (let id = 0; id < 10_000; id++) batch.create(Employee, { id: `many-${id}` });
  },
  "one more": (batch) => {
    for (let id = 0; id < 10_001; id++) batch.create(Employee, { id: `e${id}` });
  },
  "another type": (batch) => batch.create(Secret, { id: "s1" }),
  "another type behind an interface": (batch) => batch.create(Person, Secret, {}),
  "another type by hand": () => [{ type: "deleteObject", obj: { $apiName: "Secret", $primaryKey: 1 } }],
  "another type as the source of a link": () => [
    { type: "addLink", apiName: "x", source: { $apiName: "Secret", $primaryKey: 1 }, target: ann },
  ],
  "a name that is an object": () => [
    { type: "deleteObject", obj: { $apiName: ["Employee"], $primaryKey: 1 } },
  ],
  "a name that is inherited": () => [{ type: "createObject", obj: Object.create(Employee), properties: {} }],
  "an unknown kind": () => [{ type: "dropTable", obj: ann }],
  "no edit": () => ["deleteObject"],
  "no list": () => ({ type: "deleteObject", obj: ann }),
  "a value that contains itself": (batch) => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    batch.update(ann, { loop });
  },
  "a list that contains itself": (batch) => {
    const loop: unknown[] = [];
    loop.push(loop);
    batch.update(ann, { loop });
  },
  "a bigint": (batch) => batch.update(ann, { level: 1n }),
};

export default function editThings(client: unknown, action: string): unknown {
  const batch = createEditBatch(client);
  return batches[action]?.(batch) ?? batch.getEdits();
}
