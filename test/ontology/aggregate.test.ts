import { beforeAll, describe, expect, test } from "vitest";
import { clear, created, deployOntology, ontologyFor, user } from "./deployed-ontology.ts";

const numbers = `
objectTypes:
  Number:
    primaryKey: key
    properties: { key: { type: integer }, whole: { type: long }, size: { type: double }, exact: { type: decimal } }
    permissions: { read: [users], edit: [users] }
`;

const ann = user("ann");
const counted = { objectSet: { type: "base", objectType: "Number" }, aggregation: [{ type: "count" }] };
const groupedBy = async (...groupBy: object[]) =>
  (await ontologyFor(ann)).aggregate({ ...counted, groupBy: groupBy });
const make = async (objects: readonly object[]) => {
  const ontology = await ontologyFor(ann);
  await clear(ontology, "Number");
  await ontology.apply(
    objects.map((each, key) => created("Number", { key, ...each })),
    null,
  );
};

beforeAll(() => deployOntology(numbers));

describe("ranges compare numbers as they are", () => {
  test.each([
    ["whole", "9007199254740992", "9007199254740993"],
    ["size", 0.1, 0.30000000000000004],
    ["exact", "9.5", "10"],
  ])("%s: %s is below %s", async (field, low, high) => {
    await make([{ [field]: low }, { [field]: high }]);
    const ranges = [{ endValue: high }, { startValue: high }];
    const { data } = await groupedBy({ type: "ranges", field, ranges });
    expect(data.map(({ metrics }) => metrics[0]?.value)).toEqual([1, 1]);
  });
});

test("groups of one width are of any size of numbers", async () => {
  await make([{ size: -1e300 }, { size: -0.5 }, { size: 1e300 }]);
  const { data } = await groupedBy({ type: "fixedWidth", field: "size", fixedWidth: 1 });
  expect(data.map(({ group }) => group.size)).toEqual([-1e300, -1, 1e300]);
});

test("all objects count that the groups of an answer leave out", async () => {
  await make(Array.from({ length: 10_000 }, (_, size) => ({ size })));
  const ontology = await ontologyFor(ann);
  await ontology.apply(
    Array.from({ length: 5_000 }, (_, index) => created("Number", { key: -1 - index, size: -1 - index })),
    null,
  );
  const answer = await groupedBy({ type: "exact", field: "size", maxGroupCount: 3 });
  expect(answer).toMatchObject({ accuracy: "APPROXIMATE", excludedItems: 14_997 });
  expect(answer.data).toHaveLength(3);
});

test("an answer of too many groups is refused", async () => {
  const groups = { type: "exact", field: "size" };
  await make(Array.from({ length: 10_000 }, (_, size) => ({ size })));
  expect((await groupedBy(groups)).data).toHaveLength(10_000);
  await (await ontologyFor(ann)).apply([created("Number", { key: -1, size: -1 })], null);
  await expect(groupedBy(groups)).rejects.toMatchObject({ errorName: "AggregationGroupCountExceededLimit" });
});
