import { describe, expect, test } from "vitest";
import { documented, withOntology } from "./documented.ts";
import { folderWithPackages, placed, publish } from "./kit.ts";

const text = { type: { type: "string" }, optional: false };

describe("the examples of “Make API calls from functions” are published as written", () => {
  test.each([
    ["version1", "myExternalFunction", "typescript-v1", ["MySource"]],
    ["version2", "it", "typescript-v2", ["mySourceAlias"]],
    ["axiosWithAgent", "it", "typescript-v2", ["mySourceAlias"]],
    ["oauthByClient", "it", "typescript-v2", ["myOAuthSourceAlias"]],
    ["oauthByHand", "it", "typescript-v2", ["myOAuthSourceAlias"]],
  ] as const)("%s", async (example, name, language, sources) => {
    const { functions, problems } = await publish(
      {},
      { folder: folderWithPackages({ "functions/it/it.ts": documented[example] }) },
    );
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(functions.map(({ published }) => published)).toEqual([
      {
        name,
        revision: expect.stringMatching(/^[0-9a-f]{64}$/),
        language,
        parameters: [],
        output: text,
        sources,
        mode: "serverless",
        isQuery: false,
        limits: {
          timeoutMs: 60_000,
          cpuMs: null,
          subRequests: null,
          resultBytes: 10_485_760,
          logLines: 1000,
        },
      },
    ]);
  });

  test("but not the one that edits objects: there is no ontology", async () => {
    const { functions, problems } = await publish({ "functions/it/it.ts": withOntology });
    expect(functions).toEqual([]);
    expect(problems.map(placed)).toEqual([
      "2:29 UnsupportedImport @ontology/sdk cannot be used: there is no ontology here.",
      "3:24 UnsupportedImport @osdk/client cannot be used: there is no ontology here.",
      "4:10 UnknownExport @osdk/functions has no createEditBatch here.",
      "4:27 UnknownExport @osdk/functions has no Edits here.",
      "6:21 UnsupportedType Edits.Object is no type for a function here.",
      "8:65 OntologyUnsupported A function cannot edit objects: there is no ontology here.",
    ]);
  });
});
