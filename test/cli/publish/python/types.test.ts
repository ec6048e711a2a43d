import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { nameInPython } from "../../../../src/cli/publish/python/names-in-python.ts";
import { Python } from "../../../functions/python/lib/pyodide.ts";
import { sortieInProcess } from "../../in-process.ts";
import { folderWith, writeIn } from "../../sortie.ts";
import { documentedPython } from "../documented-python.ts";
import { company } from "../kit.ts";

let python: Python;
beforeAll(async () => {
  python = await Python.start();
});

describe("sortie types, where there are functions in Python", () => {
  const folder = folderWith({
    "functions/link_user_profile/link_user_profile.py": documentedPython.withOntology,
    "ontology/company.yaml": company,
  });
  const read = (path: string) => readFileSync(join(folder, "functions", path), "utf8");
  const stubs = ["ontology/objects.pyi", "ontology/object_sets.pyi", "_client.pyi"].map(
    (path) => `_types/ontology_sdk/${path}`,
  );

  test("writes stubs of the ontology, and says where the libraries are", async () => {
    const { stdout, status } = await sortieInProcess(["types", "."], folder);
    expect(status).toBe(0);
    expect(stdout).toContain(
      [...stubs, "pyrightconfig.json"].map((path) => `wrote functions/${path}\n`).join(""),
    );
    const { extraPaths, stubPath } = JSON.parse(read("pyrightconfig.json"));
    expect(stubPath).toBe("_types");
    expect(readFileSync(join(folder, "functions", extraPaths[0], "functions/api.py"), "utf8")).toContain(
      "def function(",
    );
  });

  test("the stubs are Python, with the names and the types of properties and links", () => {
    for (const text of stubs.map(read)) {
      expect(python.run("import ast\nast.parse(text)\nresult = True", { text })).toBe(true);
    }
    const objects = read(stubs[0] ?? "");
    for (const line of [
      "class Employee(OntologyObject):",
      "    def name(self) -> Optional[str]: ...",
      "    def salary(self) -> Optional[int]: ...",
      "    def get_primary_key(self) -> str: ...",
      "    display_name: Property",
    ]) {
      expect(objects).toContain(line);
    }
    expect(read(stubs[2] ?? "")).toContain(
      "def create(self, primary_key: str, *, display_name: Optional[str] = ...) -> EditableUserProfile: ...",
    );
  });

  test("leaves a pyrightconfig.json as it is", async () => {
    writeIn(folder, "functions/pyrightconfig.json", "{}");
    const { stdout } = await sortieInProcess(["types", "."], folder);
    expect(stdout).not.toContain("pyrightconfig.json");
    expect(read("pyrightconfig.json")).toBe("{}");
  });

  test("and sortie check has nothing against them", async () => {
    expect(await sortieInProcess(["check", "."], folder)).toMatchObject({
      stdout: expect.not.stringContaining("_types"),
    });
  });
});

test("without Python nothing of it is written", async () => {
  const folder = folderWith({ "ontology/company.yaml": company, "functions/none/none.ts": "" });
  expect((await sortieInProcess(["types", "."], folder)).stdout).toBe(
    "wrote functions/sortie-env.d.ts\nwrote functions/tsconfig.json\n",
  );
});

test("Python calls things as its stubs do", () => {
  const word = fc.constantFrom(
    "display",
    "name",
    "URL",
    "id2",
    "Class",
    "x",
    "HTTPServer",
    "_",
    "class",
    "is",
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      const name = words.join("");
      const code = "from ontology_sdk._types import snake_case\nresult = snake_case(name)";
      expect(nameInPython(name)).toBe(python.run(code, { name }));
    }),
  );
  expect(["displayName", "HTTPServerURL", "class", "id"].map(nameInPython)).toEqual([
    "display_name",
    "http_server_url",
    "class_",
    "id",
  ]);
});
