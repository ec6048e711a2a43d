import { exports } from "cloudflare:workers";
import { createClient } from "@osdk/client";
import { beforeEach, describe, expect, test } from "vitest";
import { deploy, fromDeveloper } from "../functions/function-kit.ts";
import { company } from "../ontology/company.ts";
import { definitionOf } from "../ontology/ontology-kit.ts";

beforeEach(() => deploy({ sources: [] }));

const API = "https://gateway.test/_sortie/";
const ONTOLOGY = "ri.ontology.main.ontology.local";

const client = createClient(
  API,
  ONTOLOGY,
  async () => "nobody's token",
  undefined,
  async (input, init) => {
    const request = new Request(input, init);
    for (const [name, value] of Object.entries(fromDeveloper())) request.headers.set(name, value);
    return exports.default.fetch(request);
  },
);

/** A query as `@ontology/sdk` declares it. */
// biome-ignore lint/suspicious/noExplicitAny: types of no ontology
const query = (apiName: string): any => client({ type: "query", apiName } as never);

async function ask(path: string, body?: unknown) {
  const response = await exports.default.fetch(`${API}api/v2/${path}`, {
    headers: { ...fromDeveloper(), "content-type": "application/json" },
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

describe("the real client executes functions as queries", () => {
  test("with maps, lists, structs and what is missing", async () => {
    const given = {
      counts: { 7: 1, 8: 2 },
      days: [{ day: "2026-01-31", note: "x" }],
      big: "9007199254740993",
    };
    // The client leaves maps in structs as they come.
    const counts = [
      { key: 7, value: 1 },
      { key: 8, value: 2 },
    ];
    expect(await query("echo").executeFunction(given)).toEqual({ ...given, counts });
    const less = { counts: {}, days: [] };
    expect(await query("echo").executeFunction(less)).toEqual({ counts: [], days: [] });
  });

  test.each([
    ["a query that is not there", "nothing", {}, { errorName: "QueryNotFound", statusCode: 404 }],
    ["a function that edits", "editThings", {}, { errorName: "QueryNotFound", statusCode: 404 }],
    [
      "a parameter that is missing",
      "echo",
      { counts: {} },
      { errorName: "MissingParameter", statusCode: 400 },
    ],
    [
      "a parameter of another type",
      "echo",
      { counts: { 7: "x" }, days: [] },
      { errorName: "InvalidQueryParameterValue", statusCode: 400 },
    ],
  ])("%s is an error that it understands", async (_, name, parameters, error) => {
    await expect(query(name).executeFunction(parameters)).rejects.toMatchObject(error);
  });
});

describe("query types", () => {
  const echo = {
    apiName: "echo",
    rid: "ri.function-registry.main.function.echo",
    version: "echo",
    parameters: {
      counts: {
        dataType: { type: "entrySet", keyType: { type: "integer" }, valueType: { type: "integer" } },
      },
      days: {
        dataType: {
          type: "array",
          subType: {
            type: "struct",
            fields: [
              { name: "day", fieldType: { type: "date" } },
              {
                name: "note",
                fieldType: { type: "union", unionTypes: [{ type: "string" }, { type: "null" }] },
              },
            ],
          },
        },
      },
      big: { dataType: { type: "union", unionTypes: [{ type: "long" }, { type: "null" }] } },
    },
    typeReferences: {},
  };

  test("are all functions but those that edit", async () => {
    const { status, body } = await ask(`ontologies/${ONTOLOGY}/queryTypes`);
    expect(status).toBe(200);
    const { data } = body as { data: { apiName: string }[] };
    expect(data.map(({ apiName }) => apiName)).not.toContain("editThings");
    expect(data.find(({ apiName }) => apiName === "echo")).toMatchObject(echo);
  });

  test.each([
    ["one of them", "queryTypes/echo", 200, echo],
    ["in its version", "queryTypes/echo?version=echo", 200, echo],
    ["but no other version", "queryTypes/echo?version=1.0.0", 404, { errorName: "QueryNotFound" }],
    [
      "nor one that edits",
      "queryTypes/editThings",
      404,
      { errorCode: "NOT_FOUND", errorName: "QueryNotFound" },
    ],
  ])("%s", async (_, path, status, body) => {
    expect(await ask(`ontologies/ontology/${path}`)).toMatchObject({ status, body });
  });
});

test("the same below functions/queries", async () => {
  expect(await ask("functions/queries/echo")).toMatchObject({ status: 200, body: { apiName: "echo" } });
  expect(await ask("functions/queries/echo/execute", { parameters: { counts: [], days: [] } })).toEqual({
    status: 200,
    body: { value: { counts: [], days: [] } },
  });
});

test.each<[string, unknown[]]>([
  ["what is no list of entries", [[7, 1]]],
  ["a list of entries whose keys are objects", [{ key: { toString: 1 }, value: 1 }]],
  ["one whose keys are lists", [{ key: [7], value: 1 }]],
])("%s is no map", async (_, counts) => {
  const parameters = { counts, days: [] };
  expect(await ask("ontologies/ontology/queries/echo/execute", { parameters })).toMatchObject({
    status: 400,
    body: { errorName: "InvalidQueryParameterValue" },
  });
});

test("the metadata of an ontology has them beside its object types and action types", async () => {
  await deploy({ sources: [], ontology: definitionOf(company) });
  const { status, body } = await ask("ontologies/ontology/fullMetadata");
  expect(status).toBe(200);
  const { objectTypes, actionTypes, queryTypes } = body as Record<string, Record<string, unknown>>;
  // Whoever has no name may read one of the types.
  expect(Object.keys(objectTypes ?? {})).toEqual(["Audit"]);
  expect(actionTypes).toEqual({});
  expect(queryTypes?.["echo:echo"]).toMatchObject({ apiName: "echo", version: "echo" });
});

describe("a caller who may not know of an object type", () => {
  const hidden = { ...definitionOf(company) };
  const { Employee } = hidden.objectTypes;
  if (!Employee) throw new Error("there is no Employee");
  const visibleTo = (who: string) => ({
    ...hidden,
    objectTypes: {
      ...hidden.objectTypes,
      Employee: { ...Employee, permissions: { read: [who], edit: [] } },
    },
  });

  test("sees no parameter of it", async () => {
    await deploy({ sources: [], ontology: visibleTo("anyone") });
    const known = await ask("ontologies/ontology/queryTypes/withObjects");
    expect(Object.keys((known.body as { parameters: object }).parameters)).toEqual([
      "action",
      "employee",
      "set",
    ]);
    await deploy({ sources: [], ontology: visibleTo("users") });
    for (const path of ["queryTypes", "queryTypes/withObjects", "fullMetadata"]) {
      const { status, body } = await ask(`ontologies/ontology/${path}`);
      expect([status, JSON.stringify(body)]).toEqual([200, expect.not.stringContaining("Employee")]);
    }
  });
});
