import { describe, expect, test } from "vitest";
import { decodePythonModule } from "../../../src/functions/python/module.ts";
import { documented, withOntology } from "./documented.ts";
import { documentedPython } from "./documented-python.ts";
import { company, folderWithPackages, publish } from "./kit.ts";

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
        runtime: null,
        edits: [],
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

  test("the one that edits objects: what it edits, and no parameter for its client", async () => {
    const { functions, problems } = await publish({
      "functions/it/it.ts": withOntology,
      "ontology/company.yaml": company,
    });
    expect(problems).toEqual([]);
    expect(functions.map(({ published }) => published)).toMatchObject([
      {
        name: "it",
        parameters: [],
        output: { type: { type: "edits" }, optional: false },
        sources: ["myOAuthSourceAlias"],
        edits: ["UserProfile"],
      },
    ]);
  });
});

describe("and so are those in Python", () => {
  test.each([
    ["plain", "my_external_function", ["mySourceAlias"]],
    ["withSecret", "with_secret", ["mySourceAlias"]],
    ["oauthByClient", "call_external_api", ["myOAuthSourceAlias"]],
    ["oauthByHand", "call_external_api", ["myOAuthSourceAlias"]],
  ] as const)("%s", async (example, name, sources) => {
    const { functions, problems } = await publish({
      [`functions/${name}/${name}.py`]: documentedPython[example],
    });
    expect(problems).toEqual([]);
    expect(functions.map(({ published }) => published)).toMatchObject([
      { name, language: "python", parameters: [], output: text, sources, edits: [] },
    ]);
    expect(Object.keys(decodePythonModule(functions[0]?.module ?? new Uint8Array()).files)).toEqual([
      `${name}.py`,
    ]);
  });

  test("the one that edits objects: what it edits, and what it has to know of object types", async () => {
    const { functions, problems } = await publish({
      "functions/link_user_profile/link_user_profile.py": documentedPython.withOntology,
      "ontology/company.yaml": company,
    });
    expect(problems).toEqual([]);
    expect(functions.map(({ published }) => published)).toMatchObject([
      {
        name: "link_user_profile",
        output: { type: { type: "edits" }, optional: false },
        sources: ["myOAuthSourceAlias"],
        edits: ["UserProfile"],
      },
    ]);
    const { files } = decodePythonModule(functions[0]?.module ?? new Uint8Array());
    expect(Object.keys(files)).toEqual(["_sortie_ontology.py", "link_user_profile.py"]);
    expect(files["_sortie_ontology.py"]).toContain("UserProfile");
  });
});
