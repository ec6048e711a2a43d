import { mkdirSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { readPaths } from "../../../src/cli/check/environment-folder.ts";
import { pathOnDisk } from "../../../src/cli/check/mount.ts";
import { answeringProxy, below, folderWith } from "../sortie.ts";

const proxy = answeringProxy("a", "text");

function sharedFlow(name: string, calls?: string): Record<string, string> {
  return below("sharedflowbundle", {
    [`${name}.xml`]: `<SharedFlowBundle name="${name}"/>`,
    "sharedflows/default.xml": "<SharedFlow name='default'/>",
    ...(calls && {
      "policies/Call.xml": `<FlowCallout name="Call"><SharedFlowBundle>${calls}</SharedFlowBundle></FlowCallout>`,
    }),
  });
}

const calling = (name: string) => ({
  ...proxy,
  "apiproxy/policies/Call.xml": `<FlowCallout name="Call"><SharedFlowBundle>${name}</SharedFlowBundle></FlowCallout>`,
});

function zipOf(files: Record<string, string>): Uint8Array {
  const encoder = new TextEncoder();
  return zipSync(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [path, encoder.encode(text)])),
  );
}

/** The files of an environment, without those of the proxy `a`, and those as one entry. */
function foundIn(root: string, ...paths: string[]): string[] {
  const { files } = readPaths(paths.map((path) => join(root, path)));
  return [...new Set([...files.keys()].map((path) => path.split("/").slice(0, 3).join("/")))].sort();
}

describe("a PATH may be", () => {
  test.each([
    [
      "an environment",
      "env",
      ["apiproxies/a/apiproxy", "environments/test/egress.json", "sharedflows/s/sharedflowbundle"],
    ],
    ["an environment in Apigee's local development layout", "apigee", ["apiproxies/a/apiproxy"]],
    ["a bundle's folder", "bundles/a", ["apiproxies/a/apiproxy"]],
    ["its apiproxy", "bundles/a/apiproxy", ["apiproxies/a/apiproxy"]],
    ["a shared flow's folder", "bundles/s", ["sharedflows/s/sharedflowbundle"]],
    ["its sharedflowbundle", "bundles/s/sharedflowbundle", ["sharedflows/s/sharedflowbundle"]],
    [
      "a folder with a proxy and a shared flow",
      "both",
      ["apiproxies/both/apiproxy", "sharedflows/both/sharedflowbundle"],
    ],
    [
      "a folder with another name than apiproxy",
      "bare",
      ["apiproxies/bare/a.xml", "apiproxies/bare/policies", "apiproxies/bare/proxies"],
    ],
    ["a zip", "zips/a.zip", ["apiproxies/a.zip"]],
  ])("%s", (_, path, expected) => {
    const root = folderWith({
      ...below("env/apiproxies/a", proxy),
      ...below("env/sharedflows/s", sharedFlow("s")),
      "env/environments/test/egress.json": "{}",
      "env/README.md": "not of the environment",
      "env/apiproxies/a/.DS_Store": "junk",
      ...below("apigee/src/main/apigee/apiproxies/a", proxy),
      ...below("bundles/a", proxy),
      "bundles/a/pom.xml": "not of the bundle",
      ...below("bundles/s", sharedFlow("s")),
      ...below("both", { ...proxy, ...sharedFlow("s") }),
      ...Object.fromEntries(
        Object.entries(proxy).map(([file, text]) => [file.replace("apiproxy", "bare"), text]),
      ),
      "zips/a.zip": zipOf(proxy),
    });
    expect(foundIn(root, path)).toEqual(expected);
  });
});

describe("shared flows that a bundle calls are found", () => {
  test.each([
    ["beside it", "a", below("s", sharedFlow("s"))],
    ["in a folder sharedflows beside it", "a", below("sharedflows/s", sharedFlow("s"))],
    ["in a folder sharedflows beside its parent", "proxies/a", below("sharedflows/s", sharedFlow("s"))],
  ])("%s", (_, bundle, files) => {
    const root = folderWith({ ...below(bundle, calling("s")), ...files });
    expect(foundIn(root, bundle)).toEqual(["apiproxies/a/apiproxy", "sharedflows/s/sharedflowbundle"]);
  });

  test("as a zip", () => {
    const root = folderWith({ ...below("a", calling("s")), "s.zip": zipOf(sharedFlow("s")) });
    expect(foundIn(root, "a")).toEqual(["apiproxies/a/apiproxy", "apiproxies/s.zip"]);
  });

  test("with those that they call, and each once", () => {
    const root = folderWith({
      ...below("a", calling("s")),
      ...below("s", sharedFlow("s", "t")),
      ...below("t", sharedFlow("t", "s")),
    });
    expect(foundIn(root, "a")).toEqual([
      "apiproxies/a/apiproxy",
      "sharedflows/s/sharedflowbundle",
      "sharedflows/t/sharedflowbundle",
    ]);
    expect(foundIn(root, "a", "t", "s")).toEqual(foundIn(root, "a"));
  });

  test("by a name that is no path", () => {
    const root = folderWith({ ...below("x/a", calling("../s")), ...below("s", sharedFlow("s")) });
    expect(foundIn(root, "x/a")).toEqual(["apiproxies/a/apiproxy"]);
  });
});

describe("is refused:", () => {
  test.each([
    ["the same bundle twice", ["a", "a/apiproxy"], /is named twice/],
    ["two bundles of one name", ["a", "other/a"], /have the same name/],
    ["a file that is no zip", ["a/apiproxy/a.xml"], /neither a folder nor a zip/],
    ["a folder with nothing of use", ["a/apiproxy/policies"], /is neither an environment/],
    ["a bundle without files", ["void"], /holds no files/],
    ["a link that leads elsewhere", ["linked"], /is a link that leads out/],
    ["a zip that is larger than a bundle may be", ["large.zip"], /is larger than 15728640 bytes/],
  ])("%s", (_, paths, message) => {
    const root = folderWith({
      ...below("a", proxy),
      ...below("other/a", proxy),
      ...below("linked", proxy),
      "secret.xml": "secret",
      "large.zip": new Uint8Array(16 * 1024 * 1024),
    });
    mkdirSync(join(root, "void/apiproxy"), { recursive: true });
    symlinkSync(join(root, "secret.xml"), join(root, "linked/apiproxy/policies/Link.xml"));
    expect(() => readPaths(paths.map((path) => join(root, path)))).toThrow(message);
  });
});

test.each(["nowhere.xml", "Link.xml"])("a link that leads nowhere is refused by name: to %s", (target) => {
  const root = folderWith(below("a", proxy));
  symlinkSync(target, join(root, "a/apiproxy/policies/Link.xml"));
  expect(() => readPaths([join(root, "a")])).toThrow(/Link\.xml is a link that leads out/);
});

test("a link to a file in the same folder is read", () => {
  const root = folderWith(below("a", proxy));
  symlinkSync("Answer.xml", join(root, "a/apiproxy/policies/Again.xml"));
  expect(readPaths([join(root, "a")]).files.has("apiproxies/a/apiproxy/policies/Again.xml")).toBe(true);
});

test.each([
  ["env", "apiproxies/a/apiproxy/a.xml", "env/apiproxies/a/apiproxy/a.xml"],
  ["a/apiproxy", "apiproxies/a/apiproxy/a.xml", "a/apiproxy/a.xml"],
  ["a/apiproxy", "apiproxies/a/", "a"],
  ["a.zip", "apiproxies/a.zip/apiproxy/a.xml", "a.zip/apiproxy/a.xml"],
  ["a.zip", "apiproxies/a.zip/bundle.zip", "a.zip"],
])("of %s, %s is %s on disk", (path, file, expected) => {
  const root = folderWith({
    ...below("env/apiproxies/a", proxy),
    ...below("a", proxy),
    "a.zip": zipOf(proxy),
  });
  const { mounts } = readPaths([join(root, path)]);
  expect(pathOnDisk(mounts, file)).toBe(relative(process.cwd(), join(root, expected)));
});
