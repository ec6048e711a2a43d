import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeArchive } from "../../../../src/bundle/write-archive.ts";
import { decodePythonModule } from "../../../../src/functions/python/module.ts";
import { folderWith } from "../../sortie.ts";
import { publish } from "../kit.ts";
import { published } from "./python-kit.ts";

const using = (module: string) =>
  `import ${module}\nfrom functions.api import function\n\n@function\ndef it() -> None: ...\n`;

/** A package as pip puts it into a folder. */
function installed(
  name: string,
  version: string,
  files: Readonly<Record<string, string>>,
  needs: readonly string[] = [],
  folder = "vendor/",
): Record<string, string> {
  const info = `${name}-${version}.dist-info`;
  const metadata = [
    "Metadata-Version: 2.4",
    `Name: ${name}`,
    `Version: ${version}`,
    ...needs.map((each) => `Requires-Dist: ${each}`),
  ];
  const record = [...Object.keys(files), `${info}/METADATA`, `${info}/RECORD`].map(
    (path) => `${path},sha256=x,1`,
  );
  const all = {
    ...files,
    [`${info}/METADATA`]: `${metadata.join("\n")}\n\nText\n`,
    [`${info}/RECORD`]: record.join("\n"),
  };
  return Object.fromEntries(Object.entries(all).map(([path, text]) => [folder + path, text]));
}

const tenacity = installed("tenacity", "9.1.2", { "tenacity/__init__.py": "", "tenacity/stop.py": "" });

test("a package does not put its files in the place of the function's own", async () => {
  const evil = installed("tenacity", "9.1.2", {
    "tenacity/__init__.py": "",
    "it.py": "evil",
    "helper.py": "evil",
  });
  const { module } = await published(using("tenacity"), {
    ...evil,
    "helper.py": "own",
    "requirements.txt": "tenacity",
  });
  expect(module?.files).toMatchObject({ "it.py": using("tenacity"), "helper.py": "own" });
});

test("a package in vendor is published with the function, under the names that import finds", async () => {
  const { problems, module } = await published(using("tenacity.stop"), {
    ...tenacity,
    ...installed("unused", "1", { "unused.py": "" }),
    "requirements.txt": "tenacity>=9,<10  # retries\n",
    "helper.py": "",
    "data.json": "{}",
    "vendor/bin/tool": "#!",
  });
  expect(problems).toEqual([]);
  expect(Object.keys(module?.files ?? {})).toEqual([
    "data.json",
    "helper.py",
    "it.py",
    "tenacity-9.1.2.dist-info/METADATA",
    "tenacity/__init__.py",
    "tenacity/stop.py",
  ]);
});

test("what a package needs comes with it, as far as this Python and the extras ask for it", async () => {
  const { problems, module } = await published(using("a"), {
    ...installed("a", "1", { "a.py": "" }, [
      "b>=2",
      "c; extra == 'more'",
      "d; sys_platform == 'win32'",
      "e; extra == 'other'",
      "requests>=99",
    ]),
    ...installed("b", "2.1", { "b.py": "" }),
    ...installed("c", "1", { "c.py": "" }, ["a"]),
    "requirements.txt": "-r more.txt\n--index-url https://example.com\n",
    "more.txt": "a[more] \\\n  ==1 --hash=sha256:00\n",
  });
  expect(problems).toEqual([]);
  const modules = Object.keys(module?.files ?? {}).filter((path) => path.endsWith(".py"));
  expect(modules).toEqual(["a.py", "b.py", "c.py", "it.py"]);
});

describe("a package that cannot come along is refused by name", () => {
  test.each<[requirements: string, files: Record<string, string>, problem: string, remedy: string]>([
    [
      "tenacity>=9",
      {},
      "requirements.txt:1:1 PackageMissing The package tenacity is not in the function's folder.",
      'Run pip install --target functions/it/vendor "tenacity>=9"',
    ],
    [
      "\nnumpy",
      {},
      "requirements.txt:2:1 UnsupportedPackage numpy cannot be used: it has parts that are compiled for another machine.",
      "Compute with lists, math and statistics.",
    ],
    [
      "tenacity>=10",
      tenacity,
      "requirements.txt:1:1 PackageVersionMismatch The package tenacity is there in version 9.1.2, and >=10 is asked for.",
      'Run pip install --target functions/it/vendor --upgrade "tenacity>=10"',
    ],
    [
      "fast",
      installed("fast", "1", { "fast/__init__.py": "", "fast/core.cpython-312-x86_64-linux-gnu.so": "" }),
      "requirements.txt:1:1 PackageNotPure The package fast has parts that are compiled for one kind of machine: fast/core.cpython-312-x86_64-linux-gnu.so.",
      "Use another package, or one without such parts, if there is one: pip install --target functions/it/vendor --upgrade --platform any --only-binary :all: fast",
    ],
    [
      "a",
      installed("a", "1", { "a.py": "" }, ["b>=2"]),
      "requirements.txt:1:1 PackageMissing The package b, which a needs, is not in the function's folder.",
      'Run pip install --target functions/it/vendor "b>=2"',
    ],
    [
      "plain==1",
      { "vendor/plain/__init__.py": "" },
      "requirements.txt:1:1 PackageVersionMismatch Nothing says which version of plain is in the function's folder, and ==1 is asked for.",
      'Run pip install --target functions/it/vendor --upgrade "plain==1"',
    ],
    [
      "tenacity >> 9",
      {},
      'requirements.txt:1:1 InvalidRequirement "tenacity >> 9" does not say which package is needed.',
      "Write its name, and the versions when they matter: tenacity>=9,<10.",
    ],
    [
      "-r ../other.txt",
      {},
      "requirements.txt:1:1 InvalidRequirement There is no ../other.txt in the function's folder.",
      "Write the packages into this file.",
    ],
  ])("%s", async (requirements, files, problem, remedy) => {
    const { problems, remedies } = await published(using("json"), {
      ...files,
      "requirements.txt": requirements,
    });
    expect(problems).toEqual([problem]);
    expect(remedies).toEqual([remedy]);
  });

  test("also one that the code imports and no requirement names", async () => {
    const files = installed("fast", "1", { "fast/__init__.py": "", "fast/core.so": "" });
    const { problems } = await published(using("fast"), files);
    expect(problems).toEqual([
      expect.stringMatching(/^1:8 PackageNotPure The package fast has parts that are compiled/),
    ]);
  });

  test.each([
    [
      '[project]\ndependencies = [\n  "tenacity>=9",\n]',
      "pyproject.toml:3:4 PackageMissing The package tenacity is not in the function's folder.",
    ],
    ["[project]\ndependencies = 1", "pyproject.toml:2:1 InvalidRequirement dependencies is not a list."],
    [
      "[tool.poetry.dependencies]\nx = '1'",
      "pyproject.toml:1:1 InvalidRequirement Dependencies of Poetry are not read.",
    ],
    ["[project", "pyproject.toml:1:2 InvalidRequirement The file is no TOML:"],
  ])("pyproject.toml: %j", async (text, problem) => {
    const { problems } = await published(using("json"), { "pyproject.toml": text });
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});

test("a package for another Python is refused", async () => {
  const old = installed("old", "1", { "old.py": "" });
  const path = "vendor/old-1.dist-info/METADATA";
  const metadata = old[path]?.replace("Version: 1", "Version: 1\nRequires-Python: >=3.6,<3.9");
  const { problems } = await published(using("old"), { ...old, [path]: metadata ?? "" });
  expect(problems).toEqual([
    expect.stringMatching(
      /^1:8 PackageVersionMismatch The package old is for Python >=3\.6,<3\.9, and functions run on 3\.\d+\.\d+\.$/,
    ),
  ]);
});

test("what Sortie has itself needs no package, and wins over one that is there", async () => {
  const { problems, module } = await published(using("requests"), {
    ...installed("requests", "2.0", { "requests/__init__.py": "" }, ["charset-normalizer"]),
    ...installed("charset_normalizer", "3.4", { "charset_normalizer/md.so": "" }),
    "requirements.txt": "requests==2.32.3",
  });
  expect(problems).toEqual([]);
  expect(Object.keys(module?.files ?? {})).toEqual(["it.py"]);
});

test("a wheel is unpacked when it is for any machine", async () => {
  const files = Object.entries(installed("six", "1.17.0", { "six.py": "x = 1\n" }, [], "")).map(
    ([path, text]) => [path, new TextEncoder().encode(text)] as const,
  );
  const wheel = writeArchive(new Map(files));
  const folder = folderWith({ "functions/it/it.py": using("six"), "functions/it/requirements.txt": "six" });
  mkdirSync(join(folder, "functions/it/vendor"));
  writeFileSync(join(folder, "functions/it/vendor/six-1.17.0-py2.py3-none-any.whl"), wheel);
  writeFileSync(join(folder, "functions/it/vendor/fast-1-cp314-cp314-linux_x86_64.whl"), wheel);
  writeFileSync(join(folder, "functions/it/vendor/broken-1-py3-none-any.whl"), wheel.subarray(0, 50));
  const { functions, problems } = await publish({}, { folder });
  expect(problems.map(({ file, code, message }) => `${file} ${code} ${message}`)).toEqual([
    "functions/it/vendor/broken-1-py3-none-any.whl PackageNotPure The wheel cannot be unpacked: This is not a zip archive, or it is truncated.",
    "functions/it/vendor/fast-1-cp314-cp314-linux_x86_64.whl PackageNotPure The wheel is for one kind of machine, or for another Python.",
  ]);
  const [first] = functions;
  expect(first && decodePythonModule(first.module).files["six.py"]).toBe("x = 1\n");
});
