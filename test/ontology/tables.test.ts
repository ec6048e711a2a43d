import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { Ontology } from "../../src/ontology/ontology.ts";
import { makeTables } from "../../src/ontology/tables.ts";
import type { OntologyObjects } from "../../src/worker/ontology-objects.ts";
import { created, deployOntology, ontologyFor, user } from "./deployed-ontology.ts";
import { definitionOf } from "./ontology-kit.ts";

const withProperties = (properties: string, key = "id") => `
objectTypes:
  Moved:
    primaryKey: ${key}
    properties: { id: { type: string }, ${properties} }
    permissions: { read: [users], edit: [users] }
`;
const ann = user("ann");

test("properties that are added are there at once; those that are taken out come back with their definition", async () => {
  await deployOntology(withProperties("a: { type: string }"));
  await (await ontologyFor(ann)).apply([created("Moved", { id: "1", a: "kept" })], null);

  await deployOntology(withProperties("b: { type: integer }"));
  const changed = await ontologyFor(ann);
  await changed.apply(
    [{ type: "updateObject", obj: { $apiName: "Moved", $primaryKey: "1" }, properties: { b: 2 } }],
    null,
  );
  expect(await changed.find("Moved", "1")).toMatchObject({ b: 2 });
  expect(await changed.find("Moved", "1")).not.toHaveProperty("a");

  await deployOntology(withProperties("a: { type: string }, b: { type: integer }"));
  expect(await (await ontologyFor(ann)).find("Moved", "1")).toMatchObject({ a: "kept", b: 2 });
});

test("values of a former type are never read as those of another", async () => {
  await deployOntology(withProperties("c: { type: string }"));
  await (await ontologyFor(ann)).apply([created("Moved", { id: "2", c: "text" })], null);
  await deployOntology(withProperties("c: { type: integer }"));
  expect(await (await ontologyFor(ann)).find("Moved", "2")).not.toHaveProperty("c");
});

test("another primary key begins with no objects", async () => {
  await deployOntology(withProperties("d: { type: string }"));
  await (await ontologyFor(ann)).apply([created("Moved", { id: "3", d: "text" })], null);
  await deployOntology(withProperties("d: { type: string }", "d"));
  expect(
    (await (await ontologyFor(ann)).load({ objectSet: { type: "base", objectType: "Moved" } })).data,
  ).toEqual([]);
});

test("a table has room for all properties, whatever former definitions have left in it", async () => {
  const stub = env.ONTOLOGY.getByName("room") as DurableObjectStub<OntologyObjects>;
  await runInDurableObject(stub, (_instance, state) => {
    for (const letter of ["p", "q", "r"]) {
      const properties = Array.from({ length: 89 }, (_, index) => `${letter}${index}: { type: string }`).join(
        ", ",
      );
      makeTables(state.storage.sql, new Ontology("room", definitionOf(withProperties(properties))));
    }
    const columns = state.storage.sql.exec('PRAGMA table_info("Moved:id:string")').toArray();
    expect(columns.length).toBeLessThanOrEqual(100);
    expect(columns.filter(({ name }) => String(name).startsWith("r"))).toHaveLength(89);
  });
});
