import fc from "fast-check";
import { expect, test } from "vitest";
import { EditStore } from "../../src/functions/runtime/v1-ontology.ts";

const keys = ["e1", "e2", "new1", "new2"];
const before = (): Map<string, Record<string, unknown>> =>
  new Map([
    ["e1", { id: "e1", name: "Ann" }],
    ["e2", { id: "e2", name: "Bob" }],
  ]);

const step = fc.oneof(
  fc.record({
    act: fc.constant("set" as const),
    key: fc.constantFrom(...keys),
    name: fc.constantFrom("name", "level"),
    value: fc.integer(),
  }),
  fc.record({ act: fc.constantFrom("create" as const, "delete" as const), key: fc.constantFrom(...keys) }),
);

test("edits of what code did one after the other make the same objects", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const objects = before();
      const store = new EditStore();
      for (const each of steps) {
        const locator = { $apiName: "Employee", $primaryKey: each.key };
        const object = objects.get(each.key);
        if (each.act === "create") {
          if (object) continue;
          objects.set(each.key, { id: each.key });
          store.create(locator, { id: each.key });
        } else if (object && each.act === "delete") {
          objects.delete(each.key);
          store.delete(locator);
        } else if (object && each.act === "set") {
          object[each.name] = each.value;
          store.set(locator, each.name, each.value);
        }
      }
      const edits = store.all() as Edit[];
      expect(applied(edits)).toEqual(objects);
      // One of a kind for each object: none is said twice.
      expect(new Set(edits.map((edit) => `${edit.type} ${keyOf(edit)}`)).size).toBe(edits.length);
    }),
  );
});

interface Edit {
  readonly type: string;
  readonly obj: { readonly $primaryKey?: string };
  readonly properties?: Record<string, unknown>;
}

const keyOf = ({ obj, properties }: Edit): string => String(obj.$primaryKey ?? properties?.id);

/** The objects after edits, which have to be possible one after the other. */
function applied(edits: readonly Edit[]): Map<string, Record<string, unknown>> {
  const objects = before();
  for (const edit of edits) {
    const key = keyOf(edit);
    expect(objects.has(key)).toBe(edit.type !== "createObject");
    if (edit.type === "deleteObject") objects.delete(key);
    else objects.set(key, { ...objects.get(key), ...edit.properties });
  }
  return objects;
}
