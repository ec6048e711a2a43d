import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import type { Problem } from "../../../src/documents/report.ts";
import { sortieInProcess } from "../in-process.ts";
import { answeringProxy, below, folderWith, problemFields, repository, sortie, writeIn } from "../sortie.ts";
import { version2 } from "./kit.ts";

const source = `apiName: Shipping
configuration:
  type: rest
  domains: [{ host: api.example.com }]
worker: { networkEgressPolicies: [{ address: api.example.com, port: 443 }] }
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
codeImport: { enabled: true }
`;
const declaring = (name: string) =>
  version2("", "void", `export const config = { sources: [${JSON.stringify(name)}] };`);

describe("sortie check", () => {
  test("reports functions as it does bundles", async () => {
    const folder = folderWith({
      "environments/test/aliases.json": '{ "carrier": "Shipping" }',
      "sources/shipping.yaml": source,
      "functions/good/good.ts": declaring("carrier"),
      "functions/lost/lost.ts": declaring("nobody"),
      "functions/twin/twin.ts": version2("", "void", 'export const config = { apiName: "good" };'),
      "functions/wrong/wrong.ts": version2("a: any", "void"),
    });
    const { status, stdout } = await sortieInProcess(["check", "--json", "."], folder);
    expect(status).toBe(1);
    const problems = JSON.parse(stdout) as Problem[];
    expect(problems.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`)).toEqual([
      "functions/lost/lost.ts:1:35 SourceNotFound",
      "functions/twin/twin.ts:1:34 DuplicateFunction",
      "functions/wrong/wrong.ts:2:37 UnsupportedType",
    ]);
    expect(Object.keys(problems[0] ?? {}).sort()).toEqual(problemFields);
  });

  test("loads the bundler only when there is a function to bundle", async () => {
    // A loader that refuses the bundler, for the commands of this test only.
    const hooks = pathToFileURL(join(repository, "test/cli/publish/without-esbuild.mjs")).href;
    const options = { NODE_OPTIONS: `--import ${hooks}` };
    const proxies = folderWith(below("apiproxies/hello", answeringProxy("hello", "fine")));
    expect(await sortie(["check", "."], proxies, "", options)).toMatchObject({ status: 0 });
    const functions = folderWith({ "functions/one/one.ts": version2("", "void") });
    const { status, stderr } = await sortie(["check", "."], functions, "", options);
    expect(status).toBe(2);
    expect(stderr).toContain("esbuild was asked for");
  });
});

test("sortie push lists functions among the changes and keeps what has not changed", async () => {
  const folder = folderWith({
    "environments/test/deployments.json": "{}",
    "functions/one/one.ts": version2("", "void"),
    "functions/two/two.ts": version2("", "void"),
  });
  const push = async () => {
    const { status, stdout, stderr } = await sortieInProcess([
      "push",
      folder,
      "--env",
      "test",
      "--local",
      "--persist-to",
      join(folder, "state"),
    ]);
    expect(status, stderr).toBe(0);
    return stdout;
  };
  expect(await push()).toBe(
    "added      function one\nadded      function two\nadded      settings\nDeployed generation 1 of test.\n",
  );
  writeIn(folder, "functions/two/two.ts", version2("count: number", "void"));
  expect(await push()).toBe(
    "unchanged  function one\nchanged    function two\nunchanged  settings\nDeployed generation 2 of test.\n",
  );
  const { stdout } = await sortieInProcess(["status", "--local", "--persist-to", join(folder, "state")]);
  expect(stdout).toMatch(/^ {2}function one, revision [0-9a-f]{12}$/m);
}, 180_000);
