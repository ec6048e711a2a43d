import { rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { sortieInProcess } from "../in-process.ts";
import { answer, answeringProxy, below, folderWith, repository, writeIn } from "../sortie.ts";

const deploying = (...names: string[]) => JSON.stringify({ proxies: names.map((name) => ({ name })) });

describe("what pushing an environment would change", () => {
  const state = folderWith({});
  const folder = folderWith({
    ...below("apiproxies/a", answeringProxy("a", "first")),
    ...below("apiproxies/gone", answeringProxy("gone", "text")),
    ...below("apiproxies/stays", answeringProxy("stays", "text")),
    ...below("apiproxies/undeployed", answeringProxy("undeployed", "text")),
    "environments/test/keyvaluemaps.json": JSON.stringify([
      {
        name: "keys",
        entry: [
          { name: "token", value: "s3cret-1" },
          { name: "other", value: "s3cret-2" },
        ],
      },
    ]),
    "environments/test/deployments.json": deploying("a", "gone", "stays", "undeployed"),
  });
  const place = ["--env", "test", "--local", "--persist-to", state];
  const config = ["--config", join(repository, "wrangler.toml")];
  const run = (...args: string[]) => sortieInProcess([...args, ".", ...place, ...config], folder);

  beforeAll(async () => {
    expect(await run("push")).toMatchObject({ status: 0 });
    rmSync(join(folder, "apiproxies/gone"), { recursive: true });
    writeIn(folder, "apiproxies/a/apiproxy/policies/Answer.xml", `${answer("second")}\n`);
    writeIn(folder, "apiproxies/a/apiproxy/resources/jsc/new.js", "var a = '\u001b[31m';\n");
    writeIn(folder, "apiproxies/a/apiproxy/resources/jsc/image.bin", new Uint8Array([0, 1, 2]));
    for (const [path, text] of Object.entries(below("apiproxies/b", answeringProxy("b", "new")))) {
      writeIn(folder, path, text);
    }
    writeIn(folder, "environments/test/deployments.json", deploying("a", "b", "stays"));
    writeIn(
      folder,
      "environments/test/keyvaluemaps.json",
      JSON.stringify([
        {
          name: "keys",
          entry: [
            { name: "token", value: "s3cret-3" },
            { name: "other", value: "s3cret-2" },
          ],
        },
      ]),
    );
  });

  test.each([[["diff"]], [["push", "--dry-run"]]])(
    "is shown by %j, file by file, and not written",
    async (command) => {
      const { status, stdout, stderr } = await run(...command);
      expect(status).toBe(0);
      expect(stderr).toMatch(
        /^environments\/test\/deployments.json:1:12 {2}note {2}NotDeployed {2}.* leaves out undeployed\.\n.*\n\n0 errors, 0 warnings, 1 note\.\n$/,
      );
      expect(stdout).toMatch(
        /^changed {4}proxy a\nadded {6}proxy b\nunchanged {2}proxy stays\nremoved {4}proxy gone\nremoved {4}proxy undeployed\n/,
      );
      expect(stdout).toContain(`
proxy a
  changed  apiproxy/policies/Answer.xml
    @@ -1,1 +1,1 @@
    -<AssignMessage name="Answer"><Set><Payload>first</Payload></Set></AssignMessage>
    \\ No newline at end of file
    +<AssignMessage name="Answer"><Set><Payload>second</Payload></Set></AssignMessage>
  added    apiproxy/resources/jsc/image.bin (no text to compare)
  added    apiproxy/resources/jsc/new.js
    @@ -0,0 +1,1 @@
    +var a = '\\x1b[31m';
`);
      expect(stdout).toContain("\nproxy b\n  added    apiproxy/b.xml\n");
      for (const name of ["gone", "undeployed"]) {
        expect(stdout).toMatch(
          new RegExp(`\nproxy ${name}\n(?: {2}removed .*\n)* {2}removed  apiproxy/${name}.xml\n`),
        );
      }
      expect(stdout).not.toContain("\nproxy stays\n");
      expect(stdout).toMatch(/\nNothing was written.\n$/);
      const after = await sortieInProcess(["status", ...place, ...config], folder);
      expect(after.stdout).toMatch(/^test: generation 1,/);
    },
  );

  test("says of the values of key value maps only that they are others", async () => {
    const { stdout } = await run("diff");
    expect(stdout).toMatch(/-\s+"token": "\(a value\)"/);
    expect(stdout).toMatch(/\+\s+"token": "\(another value\)"/);
    expect(stdout).not.toMatch(/s3cret/);
  });

  test("is not worked out for an environment with errors: exit status 1", async () => {
    writeIn(folder, "apiproxies/a/apiproxy/policies/Answer.xml", "<Answer");
    const { status, stdout, stderr } = await run("diff");
    expect(stderr).toContain("InvalidXML");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  });
});
