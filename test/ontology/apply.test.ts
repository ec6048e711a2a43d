import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { forget } from "../../src/ontology/apply.ts";
import type { Edit } from "../../src/ontology/edit.ts";
import type { OntologyObjects } from "../../src/worker/ontology-objects.ts";
import { company } from "./company.ts";
import { clear, created, deployOntology, ONTOLOGY, ontologyFor, user } from "./deployed-ontology.ts";

const hr = user("ann", "hr");

const ann = { $apiName: "Employee", $primaryKey: "ann" };
const bob = { $apiName: "Employee", $primaryKey: "bob" };
const apollo = { $apiName: "Project", $primaryKey: 1 };

const update = (obj: typeof ann, properties: object): Edit => ({
  type: "updateObject",
  obj,
  properties: { ...properties },
});
const remove = (obj: Edit extends { obj: infer O } ? O : typeof ann | typeof apollo): Edit => ({
  type: "deleteObject",
  obj,
});
const link = (type: "addLink" | "removeLink", apiName: string, source: object, target: object): Edit =>
  ({ type, apiName, source, target }) as Edit;

beforeAll(() => deployOntology(company));

beforeEach(async () => {
  const ontology = await ontologyFor(hr);
  await clear(ontology, "Employee", "Project", "Salary");
  await ontology.apply(
    [created("Employee", { id: "ann", name: "Ann", level: 1 }), created("Project", { number: 1 })],
    null,
  );
});

const apply = async (...edits: Edit[]) => (await ontologyFor(hr)).apply(edits, "test");
const found = async (key: string) => (await ontologyFor(hr)).find("Employee", key);

describe("edits are applied in their order", () => {
  test("an object that is created and updated is one that was added", async () => {
    const { edits, addedObjectCount, modifiedObjectsCount } = await apply(
      created("Employee", { id: "bob", name: "Bob" }),
      update(bob, { level: 2 }),
    );
    expect(edits).toEqual([{ type: "addObject", objectType: "Employee", primaryKey: "bob" }]);
    expect([addedObjectCount, modifiedObjectsCount]).toEqual([1, 0]);
    expect(await found("bob")).toMatchObject({ name: "Bob", level: 2 });
  });

  test("one that is created and deleted leaves nothing", async () => {
    expect((await apply(created("Employee", { id: "bob" }), remove(bob))).edits).toEqual([]);
    expect(await found("bob")).toBeNull();
  });

  test("one that is deleted and created again has lost its properties", async () => {
    const { edits } = await apply(remove(ann), created("Employee", { id: "ann" }));
    expect(edits).toEqual([{ type: "modifyObject", objectType: "Employee", primaryKey: "ann" }]);
    expect(await found("ann")).not.toHaveProperty("name");
  });

  test("null takes a value away, and what is not named stays", async () => {
    await apply(update(ann, { level: null }));
    expect(await found("ann")).toEqual(expect.objectContaining({ name: "Ann" }));
    expect(await found("ann")).not.toHaveProperty("level");
  });
});

describe("all edits are applied, or none", () => {
  test.each<[string, Edit, string]>([
    ["an object that is there", created("Employee", { id: "ann" }), "ObjectAlreadyExists"],
    ["one of this batch again", created("Employee", { id: "new" }), "ObjectAlreadyExists"],
    ["without a primary key", created("Employee", { name: "Eve" }), "InvalidPropertyValue"],
    ["with null for a primary key", created("Employee", { id: null }), "InvalidPropertyValue"],
    ["another primary key", update(ann, { id: "anna" }), "InvalidPropertyValue"],
    ["an update of nobody", update(bob, { level: 1 }), "ObjectNotFound"],
    ["a deletion of nobody", remove(bob), "ObjectNotFound"],
    ["an unknown property", update(ann, { nope: 1 }), "PropertyNotFound"],
    ["a property that every object of JavaScript has", update(ann, { toString: 1 }), "PropertyNotFound"],
    ["an unknown type", created("Nobody", { id: "x" }), "ObjectTypeNotFound"],
    ["an unknown link", link("addLink", "friends", ann, ann), "LinkTypeNotFound"],
    ["a link from nobody", link("addLink", "boss", bob, ann), "ObjectNotFound"],
    ["a link to nobody", link("addLink", "boss", ann, bob), "LinkedObjectNotFound"],
    ["a link to another type", link("addLink", "boss", ann, apollo), "LinkedObjectNotFound"],
    ["a text for an integer", update(ann, { level: "1" }), "InvalidPropertyValue"],
    ["too large an integer", update(ann, { level: 2 ** 31 }), "InvalidPropertyValue"],
    ["too large a long", update(ann, { badge: "9223372036854775808" }), "InvalidPropertyValue"],
    ["a day that there is not", update(ann, { hired: "2026-02-30" }), "InvalidPropertyValue"],
    ["a time without a zone", update(ann, { seen: "2026-01-01T00:00:00" }), "InvalidPropertyValue"],
    ["a list with another type in it", update(ann, { tags: ["a", 1] }), "InvalidPropertyValue"],
    ["a struct with another field", update(ann, { address: { street: "x" } }), "InvalidPropertyValue"],
    [
      "a point beyond the pole",
      update(ann, { place: { type: "Point", coordinates: [0, 91] } }),
      "InvalidPropertyValue",
    ],
    ["a text with a zero in it", update(ann, { name: "a\0b" }), "InvalidPropertyValue"],
  ])("%s", async (_what, edit, errorName) => {
    await expect(apply(created("Employee", { id: "new" }), edit)).rejects.toMatchObject({ errorName });
    expect(await found("new")).toBeNull();
  });

  test("more than ten thousand are refused", async () => {
    const edits = Array.from({ length: 10_001 }, () => update(ann, {}));
    await expect(apply(...edits)).rejects.toMatchObject({ errorName: "OntologyEditsExceededLimit" });
  });

  test("ten thousand are applied", async () => {
    const edits = Array.from({ length: 10_000 }, (_, index) => created("Project", { number: index + 2 }));
    expect(await apply(...edits)).toMatchObject({ addedObjectCount: 10_000 });
  });
});

describe("values come back as they were", () => {
  test.each<[string, unknown, unknown?]>([
    ["badge", "9223372036854775807"],
    ["badge", "-9223372036854775808"],
    ["badge", 12, "12"],
    ["rate", "12345678901234567890.123456789"],
    ["rate", "007.500", "7.5"],
    ["rate", 1.5e-25, "0.00000000000000000000000015"],
    ["rate", -1e21, "-1000000000000000000000"],
    ["rate", 1.25, "1.25"],
    ["salary", 0.1],
    ["active", false],
    ["hired", "0001-01-01"],
    ["seen", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00.000Z"],
    ["tags", ["a", "b'); DROP TABLE x; --", "ß€😀"]],
    ["address", { city: "Bern", floor: 3 }],
    ["place", { type: "Point", coordinates: [7.45, 46.95] }],
    ["name", `"'; DROP TABLE "Employee:id:string"; --`],
  ])("%s %j", async (name, value, expected = value) => {
    await apply(update(ann, { [name]: value }));
    expect((await found("ann"))?.[name]).toEqual(expected);
  });
});

test("edits are kept with who made them, when and by which action; the oldest go first", async () => {
  await apply(update(ann, { level: 2 }), update(ann, { level: 3 }));
  const stub = env.ONTOLOGY.getByName(ONTOLOGY) as DurableObjectStub<OntologyObjects>;
  await runInDurableObject(stub, (_instance, { storage: { sql } }) => {
    const kept = () => sql.exec("SELECT at, user, name, action, edit FROM history ORDER BY id").toArray();
    forget(sql, 1);
    expect(kept()).toEqual([
      {
        at: expect.any(Number),
        user: "issuer#ann",
        name: "ann",
        action: "test",
        edit: JSON.stringify(update(ann, { level: 3 })),
      },
    ]);
  });
});

describe("links", () => {
  const linked = async (from: string, name: string) => {
    const objectSet = {
      type: "searchAround",
      link: name,
      objectSet: {
        type: "filter",
        objectSet: { type: "base", objectType: "Employee" },
        where: { type: "eq", field: "id", value: from },
      },
    };
    return (await (await ontologyFor(hr)).load({ objectSet })).data.map(({ __primaryKey }) => __primaryKey);
  };

  test("to one object are its foreign key, from both ends", async () => {
    await apply(created("Employee", { id: "bob" }), link("addLink", "reports", ann, bob));
    expect([await linked("bob", "boss"), await linked("ann", "reports")]).toEqual([["ann"], ["bob"]]);
    expect(await found("bob")).toMatchObject({ bossId: "ann" });
    expect((await apply(link("removeLink", "boss", bob, ann))).deletedLinksCount).toBe(1);
    expect(await linked("bob", "boss")).toEqual([]);
  });

  test("to many objects are there once", async () => {
    const { edits, addedLinksCount } = await apply(
      link("addLink", "projects", ann, apollo),
      link("addLink", "members", apollo, ann),
    );
    expect(addedLinksCount).toBe(1);
    expect(edits).toEqual([
      {
        type: "addLink",
        linkTypeApiNameAtoB: "projects",
        linkTypeApiNameBtoA: "members",
        aSideObject: { objectType: "Employee", primaryKey: "ann" },
        bSideObject: { objectType: "Project", primaryKey: 1 },
      },
    ]);
    expect(await linked("ann", "projects")).toEqual([1]);
  });

  test("one that is not there is not removed", async () => {
    expect((await apply(link("removeLink", "projects", ann, apollo))).deletedLinksCount).toBe(0);
  });

  test("go with the objects that they are of, also those of types that the caller may not read", async () => {
    await apply(
      created("Employee", { id: "bob", bossId: "ann" }),
      created("Salary", { id: "s", employeeId: "ann" }),
      link("addLink", "projects", ann, apollo),
      remove(ann),
      created("Employee", { id: "ann" }),
    );
    expect(await linked("ann", "projects")).toEqual([]);
    expect(await linked("ann", "reports")).toEqual([]);
    expect(await linked("ann", "salaries")).toEqual([]);
  });
});

test("of two users who change an object at once, one is second", async () => {
  const [first, second] = [await ontologyFor(hr), await ontologyFor(user("eve", "hr"))];
  await Promise.all([
    first.apply([update(ann, { level: 2 }), update(ann, { salary: 2 })], "a"),
    second.apply([update(ann, { level: 3 }), update(ann, { salary: 3 })], "b"),
  ]);
  const after = await found("ann");
  expect(after?.level).toBe(after?.salary);
  const results = await Promise.allSettled([
    first.apply([remove(ann)], "a"),
    second.apply([update(ann, { level: 4 })], "b"),
    second.apply([remove(ann)], "c"),
  ]);
  expect(results.filter(({ status }) => status === "fulfilled").length).toBeLessThan(3);
  expect(await found("ann")).toBeNull();
});

describe("who may edit", () => {
  test.each([
    ["a type that they only read", "Employee", "EditObjectPermissionDenied"],
    ["a type that they do not read either", "Salary", "ObjectTypeNotFound"],
    ["a type that nobody edits", "Audit", "EditObjectPermissionDenied"],
  ])("not %s", async (_what, objectType, errorName) => {
    const ontology = await ontologyFor(user("eve"));
    await expect(ontology.apply([created(objectType, { id: "x" })], null)).rejects.toMatchObject({
      errorName,
    });
  });

  test("links take the right to edit both ends", async () => {
    const ontology = await ontologyFor({ kind: "anonymous" });
    await expect(ontology.apply([link("addLink", "projects", ann, apollo)], null)).rejects.toMatchObject({
      errorName: "ObjectTypeNotFound",
    });
  });
});
