import { describe, expect, test } from "vitest";
import { MAX_ENTRY_SIZE } from "../../src/bundle/archive.ts";
import { writeArchive } from "../../src/bundle/write-archive.ts";
import { Report } from "../../src/documents/report.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { filesOf, plainProxy, sharedFlow, type TestFiles } from "./deployed.ts";

function read(files: TestFiles, zips: Readonly<Record<string, Uint8Array>> = {}) {
  const report = new Report();
  const model = readEnvironment(new Map([...filesOf(files), ...Object.entries(zips)]), "test", report);
  return {
    model,
    found: model.bundles.map(({ folder, bundle }) => `${folder} ${bundle.kind} ${bundle.name}`),
    problems: report.problems.map(({ severity, code, file }) => `${severity} ${code} ${file}`),
  };
}

const zipOf = (files: TestFiles, folder: string) =>
  writeArchive(new Map([...filesOf(files)].map(([path, bytes]) => [path.slice(folder.length), bytes])));

describe("an environment's files", () => {
  test("hold proxies, shared flows and settings", () => {
    const { model, found, problems } = read({
      ...plainProxy("b"),
      ...plainProxy("a"),
      ...sharedFlow("s"),
      "environments/test/egress.json": '{"allow": ["a.example.com"]}',
      "environments/other/egress.json": "not read",
      "README.md": "not read",
    });
    expect(problems).toEqual([]);
    expect(found).toEqual([
      "apiproxies/a/ apiproxy a",
      "apiproxies/b/ apiproxy b",
      "sharedflows/s/ sharedflow s",
    ]);
    expect([model.name, model.settings.egressAllow]).toEqual(["test", ["a.example.com"]]);
  });

  test("hold sources, those of all environments and those of this one, and aliases for them", () => {
    const { model, problems } = read({
      ...plainProxy("a"),
      "sources/a.yaml": "apiName: A\nconfiguration: { type: s3 }",
      "sources/b.yaml": "apiName: B\nconfiguration: { type: s3 }\nenvironments: [other]",
      "sources/c.yaml": "apiName: C\nconfiguration: { type: s3 }\nenvironments: [test]",
      "environments/test/aliases.json": '{"files": "A"}',
      "environments/other/aliases.json": '{"files": "B"}',
    });
    expect(problems).toEqual([]);
    expect(model.sources.map(({ apiName }) => apiName)).toEqual(["A", "C"]);
    expect(model.settings.sourceAliases).toEqual({ files: "A" });
  });

  test("hold bundles as zips too, which are deployed as they are", () => {
    const zip = zipOf(plainProxy("a"), "apiproxies/a/");
    const { model, found, problems } = read({}, { "apiproxies/a.zip": zip });
    expect([found, problems]).toEqual([["apiproxies/a.zip/ apiproxy a"], []]);
    expect(model.bundles[0]?.zip).toBe(zip);
  });

  test("are held to the limits of a zip that can be deployed", () => {
    const large = new Uint8Array(MAX_ENTRY_SIZE + 1);
    const { problems } = read(plainProxy("a"), { "apiproxies/a/apiproxy/resources/jsc/a.js": large });
    expect(problems).toEqual(["error ArchiveTooLarge apiproxies/a/apiproxy/resources/jsc/a.js"]);
  });

  test("may be none", () => {
    expect(read({})).toMatchObject({ found: [], problems: [] });
  });
});

describe("deployments.json", () => {
  const deployments = (json: unknown) => ({ "environments/test/deployments.json": JSON.stringify(json) });

  test("leaves out what it does not name", () => {
    const files = {
      ...plainProxy("a"),
      ...plainProxy("b"),
      ...sharedFlow("s"),
      ...deployments({ proxies: ["b"] }),
    };
    expect(read(files)).toMatchObject({
      found: ["apiproxies/b/ apiproxy b"],
      problems: [
        "note NotDeployed environments/test/deployments.json",
        "note NotDeployed environments/test/deployments.json",
      ],
    });
  });

  test("names zips without their ending", () => {
    const zip = zipOf(plainProxy("a"), "apiproxies/a/");
    const { found, problems } = read(deployments({ proxies: [{ name: "a" }] }), { "apiproxies/a.zip": zip });
    expect([found, problems]).toEqual([["apiproxies/a.zip/ apiproxy a"], []]);
  });

  test("names only what is there", () => {
    const files = {
      ...plainProxy("a"),
      ...deployments({ proxies: ["s"], sharedflows: ["a"] }),
      ...sharedFlow("s"),
    };
    expect(read(files).problems.filter((problem) => problem.startsWith("error"))).toEqual([
      "error BundleNotFound environments/test/deployments.json",
      "error BundleNotFound environments/test/deployments.json",
    ]);
  });
});

describe("what is wrong", () => {
  test("in a bundle is reported below its folder, and the others are read", () => {
    const { found, problems } = read({
      ...plainProxy("a"),
      "apiproxies/b/apiproxy/b.xml": "<APIProxy",
      "apiproxies/c/readme.txt": "no bundle",
    });
    expect(found).toContain("apiproxies/a/ apiproxy a");
    expect(problems.every((problem) => /^error \S+ apiproxies\/[bc]\//.test(problem))).toBe(true);
    expect(new Set(problems.map((problem) => /apiproxies\/(.)/.exec(problem)?.[1]))).toEqual(
      new Set(["b", "c"]),
    );
  });

  test("in a zip is reported below its name", () => {
    const { problems } = read({}, { "apiproxies/a.zip": new Uint8Array([1, 2, 3]) });
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toContain(" apiproxies/a.zip/");
  });

  test("in the settings is reported below their folder", () => {
    expect(read({ "environments/test/egress.json": "{" }).problems).toEqual([
      "error InvalidJSON environments/test/egress.json",
    ]);
  });
});
