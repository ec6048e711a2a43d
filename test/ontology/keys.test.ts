import { beforeAll, beforeEach, expect, test } from "vitest";
import { clear, created, deployOntology, ontologyFor, user } from "./deployed-ontology.ts";

const keyed = `
objectTypes:
  Badge:
    primaryKey: number
    properties: { number: { type: long }, holder: { type: string } }
    permissions: { read: [users], edit: [users] }
  Visit:
    primaryKey: at
    properties: { at: { type: timestamp } }
    permissions: { read: [users], edit: [users] }
linkTypes:
  visitBadges:
    from: { objectType: Visit, apiName: badges }
    to: { objectType: Badge, apiName: visits }
`;

const ann = user("ann");
const badge = (key: string | number) => ({ $apiName: "Badge", $primaryKey: key });
const visit = (key: string) => ({ $apiName: "Visit", $primaryKey: key });

beforeAll(() => deployOntology(keyed));
beforeEach(async () => clear(await ontologyFor(ann), "Badge", "Visit"));

test("an object is the same one however its key is written, and answers have its one form", async () => {
  const { edits } = await (await ontologyFor(ann)).apply(
    [
      created("Badge", { number: 7 }),
      { type: "updateObject", obj: badge("007"), properties: { holder: "Ada" } },
      created("Visit", { at: "2026-01-01T01:00:00+01:00" }),
      { type: "addLink", apiName: "badges", source: visit("2026-01-01T00:00Z"), target: badge(7) },
      created("Badge", { number: "8" }),
      { type: "deleteObject", obj: badge("08") },
    ],
    null,
  );
  const [made, visited] = [
    { objectType: "Badge", primaryKey: "7" },
    { objectType: "Visit", primaryKey: "2026-01-01T00:00:00.000Z" },
  ];
  expect(edits).toMatchObject([
    { type: "addObject", ...made },
    { type: "addObject", ...visited },
    { type: "addLink", aSideObject: visited, bSideObject: made },
  ]);
});
