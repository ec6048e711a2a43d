import { describe, expect, test } from "vitest";
import type { Session } from "../../src/functions/protocol.ts";
import { makeObjectsWith, plainObjects } from "../../src/functions/runtime/arguments.ts";
import { type Call, runCall } from "../../src/functions/runtime/call.ts";
import { CallLog } from "../../src/functions/runtime/call-log.ts";
import { LocalDate } from "../../src/functions/runtime/dates.ts";
import { objectsOf } from "../../src/functions/runtime/ontology-api.ts";
import { Filters } from "../../src/functions/runtime/v1-object-set.ts";
import { v1Object } from "../../src/functions/runtime/v1-objects.ts";
import { withOntology } from "../../src/functions/runtime/v1-ontology.ts";

const types = {
  Employee: {
    apiName: "Employee",
    primaryKey: "id",
    properties: { id: "string", name: "string", born: "date", tags: "array" },
    links: {
      boss: { target: "Employee", many: false },
      reports: { target: "Employee", many: true },
      tickets: { target: "Ticket", many: true },
    },
  },
  Ticket: {
    apiName: "Ticket",
    primaryKey: "number",
    properties: { number: "integer", title: "string" },
    links: {},
  },
};
// biome-ignore lint/suspicious/noExplicitAny: as code without types
const Objects = objectsOf(types) as any;
// Other tests in this Worker have objects of their own.
makeObjectsWith(plainObjects);
const ontology = { types, object: (json: Readonly<Record<string, unknown>>) => v1Object(json, ontology) };
// biome-ignore lint/suspicious/noExplicitAny: as code without types
const object = (apiName: string, key: unknown, more = {}): any =>
  ontology.object({ __apiName: apiName, __primaryKey: key, ...more });
const ann = () => object("Employee", "e1", { id: "e1", name: "Ann", born: "2001-01-31", tags: ["a"] });
const bob = () => object("Employee", "e2", { id: "e2", name: "Bob" });

interface Asked {
  readonly path: string;
  readonly body: { readonly objectSet?: unknown; readonly [name: string]: unknown };
}

/** Runs code as a call of a function; `answer` gives the objects that are loaded. */
async function run(
  work: () => unknown,
  { answer = () => [], edits = true }: { answer?: (asked: Asked) => unknown[]; edits?: boolean } = {},
): Promise<{ result: unknown; asked: Asked[] }> {
  const asked: Asked[] = [];
  const session = {
    ontology: async (_method: string, path: string, body: string) => {
      const question = { path: path.replace("/api/v2/ontologies/ontology/", ""), body: JSON.parse(body) };
      asked.push(question);
      return { status: 200, text: JSON.stringify({ data: answer(question) }) };
    },
    fetch: async () => new Response("x"),
  } as unknown as Session;
  const call: Call = { session, sources: {}, log: new CallLog(session, 10), deadline: 0 };
  const result = await runCall(call, () => withOntology(work, edits));
  return { result, asked };
}

const located = ($apiName: string, $primaryKey: unknown) => ({ $apiName, $primaryKey });

describe("edits are what the code did, in as few as say the same", () => {
  test.each<[string, () => void, unknown[]]>([
    [
      "properties of one object are one edit",
      () => {
        const employee = ann();
        employee.name = "Anna";
        employee.born = LocalDate.fromISOString("2002-02-28");
        employee.tags = [...employee.tags, "b"];
        employee.name = undefined;
      },
      [
        {
          type: "updateObject",
          obj: located("Employee", "e1"),
          properties: { name: null, born: "2002-02-28", tags: ["a", "b"] },
        },
      ],
    ],
    [
      "an object that is created has its properties at once",
      () => {
        const ticket = Objects.create().ticket(7);
        ticket.title = "x";
      },
      [
        {
          type: "createObject",
          obj: { type: "object", apiName: "Ticket" },
          properties: { number: 7, title: "x" },
        },
      ],
    ],
    [
      "deleting takes back what was changed before",
      () => {
        const employee = ann();
        employee.name = "Anna";
        employee.boss.set(bob());
        employee.delete();
      },
      [{ type: "deleteObject", obj: located("Employee", "e1") }],
    ],
    ["what is created and deleted is nothing", () => Objects.create().ticket(7).delete(), []],
    [
      "one in the place of another that is deleted",
      () => {
        ann().delete();
        Objects.create().employee("e1").name = "Anna";
      },
      [
        { type: "deleteObject", obj: located("Employee", "e1") },
        {
          type: "createObject",
          obj: { type: "object", apiName: "Employee" },
          properties: { id: "e1", name: "Anna" },
        },
      ],
    ],
    [
      "links to one, of which the last counts",
      () => {
        const employee = ann();
        employee.boss.set(ann());
        employee.boss.set(bob());
      },
      [
        {
          type: "addLink",
          source: located("Employee", "e1"),
          apiName: "boss",
          target: located("Employee", "e2"),
        },
      ],
    ],
    [
      "links to many",
      () => {
        const employee = ann();
        const ticket = Objects.create().ticket(7);
        employee.tickets.add(ticket);
        employee.reports.add(bob());
        employee.reports.remove(bob());
      },
      [
        { type: "createObject", obj: { type: "object", apiName: "Ticket" }, properties: { number: 7 } },
        {
          type: "addLink",
          source: located("Employee", "e1"),
          apiName: "tickets",
          target: located("Ticket", 7),
        },
        {
          type: "removeLink",
          source: located("Employee", "e1"),
          apiName: "reports",
          target: located("Employee", "e2"),
        },
      ],
    ],
  ])("%s", async (_, work, edits) => {
    expect((await run(work)).result).toEqual(edits);
  });

  test.each<[string, () => unknown, string]>([
    ["a primary key", () => Reflect.set(ann(), "id", "e9"), "The primary key id cannot be changed."],
    [
      "what is no property",
      () => Reflect.set(ann(), "nam", "x"),
      "Employee has no property nam that can be set.",
    ],
    [
      "a name of prototypes",
      () => Reflect.set(ann(), "__proto__", {}),
      "Employee has no property __proto__ that can be set.",
    ],
    ["a link", () => Reflect.set(ann(), "boss", bob()), "Employee has no property boss that can be set."],
    [
      "a link to what is no object",
      () => ann().boss.set({ $apiName: "Secret", $primaryKey: 1 }),
      "Expected an object of the ontology.",
    ],
  ])("%s cannot be set", async (_, work, message) => {
    await expect(run(work)).rejects.toThrow(message);
  });

  test.each<[string, () => unknown, string]>([
    [
      "a property",
      (object = ann()) => object.delete() ?? Reflect.set(object, "name", "x"),
      "Employee e1 has been deleted.",
    ],
    ["a link", () => ann().delete() ?? bob().boss.set(ann()), "Employee e1 has been deleted."],
  ])("of what is deleted, %s cannot be set", async (_, work, message) => {
    await expect(run(work)).rejects.toThrow(message);
  });

  test("calls do not see each other's", async () => {
    const both = await Promise.all([
      run(() => Objects.create().ticket(1)),
      run(() => Objects.create().ticket(2)),
    ]);
    expect(
      both.map(({ result }) => (result as { properties: object }[]).map(({ properties }) => properties)),
    ).toEqual([[{ number: 1 }], [{ number: 2 }]]);
  });
});

describe("sets of objects as the REST API has them", () => {
  const base = { type: "base", objectType: "Employee" };
  const filtered = (where: unknown) => ({ type: "filter", objectSet: base, where });
  const search = () => Objects.search().employee();
  // biome-ignore lint/suspicious/noExplicitAny: as code without types
  type Any = any;

  test.each<[string, () => Any, unknown]>([
    ["all", search, base],
    [
      "one value",
      () => search().filter((e: Any) => e.name.exactMatch("Ann")),
      filtered({ type: "eq", field: "name", value: "Ann" }),
    ],
    [
      "several",
      () => search().filter((e: Any) => e.name.exactMatch("Ann", "Bob")),
      filtered({ type: "in", field: "name", value: ["Ann", "Bob"] }),
    ],
    [
      "a range",
      () => search().filter((e: Any) => e.born.range().gte(LocalDate.fromISOString("2001-01-01"))),
      filtered({ type: "gte", field: "born", value: "2001-01-01" }),
    ],
    [
      "words",
      () => search().filter((e: Any) => e.name.fuzzyMatchAnyToken("x y")),
      filtered({ type: "containsAnyTerm", field: "name", value: "x y", fuzzy: true }),
    ],
    [
      "what is there",
      () => search().filter((e: Any) => e.name.hasProperty()),
      filtered({ type: "not", value: { type: "isNull", field: "name", value: true } }),
    ],
    [
      "combined",
      () => search().filter((e: Any) => Filters.or(e.name.phrase("a"), Filters.not(e.tags.contains("b")))),
      filtered({
        type: "or",
        value: [
          { type: "containsAllTermsInOrder", field: "name", value: "a" },
          { type: "not", value: { type: "contains", field: "tags", value: "b" } },
        ],
      }),
    ],
    [
      "these",
      () => Objects.search().employee([ann(), bob()]),
      filtered({ type: "in", field: "id", value: ["e1", "e2"] }),
    ],
    [
      "around",
      () => search().searchAroundTickets(),
      { type: "searchAround", objectSet: base, link: "tickets" },
    ],
    ["together", () => search().union(search()), { type: "union", objectSets: [base, base] }],
  ])("%s", async (_, set, definition) => {
    const { asked } = await run(() => set().allAsync());
    expect(asked.map(({ body }) => body.objectSet)).toEqual([definition]);
  });

  test("in an order, no more than are wanted", async () => {
    const work = () =>
      search()
        .orderBy((e: Any) => e.name.desc())
        .takeAsync(2);
    expect((await run(work)).asked).toEqual([
      {
        path: "objectSets/loadObjects",
        body: {
          objectSet: base,
          select: [],
          pageSize: 2,
          orderBy: { fields: [{ field: "name", direction: "desc" }] },
        },
      },
    ]);
  });
});

describe("code that cannot wait is called again with what it wants", () => {
  const answer = () => [{ __primaryKey: "e2", id: "e2", name: "Bob", born: "2001-01-31" }];

  test("and each thing is read once", async () => {
    let calls = 0;
    const work = () => {
      calls++;
      const found = Objects.search().employee().all();
      const [first] = found;
      return `${first.name} ${first.born.plusDays(1).toISOString()} ${first.boss.get().name} ${found.length}`;
    };
    const { result, asked } = await run(work, { answer, edits: false });
    expect([result, calls, asked.length]).toEqual(["Bob 2001-02-01 Bob 1", 3, 2]);
  });

  test("edits of calls that were not finished do not count", async () => {
    const work = () => {
      Objects.create().ticket(1);
      for (const employee of Objects.search().employee().all()) employee.name = "x";
    };
    const { result } = await run(work, { answer });
    expect(result).toEqual([
      { type: "createObject", obj: { type: "object", apiName: "Ticket" }, properties: { number: 1 } },
      { type: "updateObject", obj: located("Employee", "e2"), properties: { name: "x" } },
    ]);
  });

  test("nor does what it makes of the interruption", async () => {
    const work = () => {
      try {
        return Objects.search().employee().all().length;
      } catch {
        return "caught";
      }
    };
    expect((await run(work, { answer, edits: false })).result).toBe(1);
  });

  test("a link has what was added, and not what was removed", async () => {
    const work = () => {
      const employee = ann();
      employee.reports.add(ann());
      employee.reports.remove(bob());
      return employee.reports.all().map(({ name }: { name: string }) => name);
    };
    expect((await run(work, { answer, edits: false })).result).toEqual(["Ann"]);
  });
});
