import { describe, expect, test } from "vitest";
import { findBundle } from "../../src/bundle/root.ts";
import { Report } from "../../src/documents/report.ts";
import { filesOf } from "./files.ts";

function find(...paths: string[]) {
  const report = new Report();
  const found = findBundle(filesOf(Object.fromEntries(paths.map((path) => [path, ""]))), report);
  return {
    kind: found?.kind,
    places: found?.files.map((file) => file.place),
    problems: report.problems.map(({ code, message }) => `${code} ${message}`),
  };
}

describe("a bundle is found", () => {
  test.each([
    ["at the top", "apiproxy/p.xml", "apiproxy", "p.xml"],
    ["in one parent folder", "orders/apiproxy/p.xml", "apiproxy", "p.xml"],
    ["when the files are already below its root", "proxies/default.xml", "apiproxy", "proxies/default.xml"],
    ["as a shared flow", "sharedflowbundle/s.xml", "sharedflow", "s.xml"],
    ["as a shared flow in a parent folder", "common/sharedflowbundle/s.xml", "sharedflow", "s.xml"],
    ["as a shared flow's own files", "sharedflows/default.xml", "sharedflow", "sharedflows/default.xml"],
  ])("%s", (_, path, kind, place) => {
    expect(find(path)).toEqual({ kind, places: [place], problems: [] });
  });

  test("files beside its root are not part of it", () => {
    expect(find("README.md", "apiproxy/p.xml", "test/apiproxy/p.xml").places).toEqual(["p.xml"]);
  });

  test("what desktop systems leave behind is not part of it", () => {
    const junk = [
      "__MACOSX/apiproxy/._p.xml",
      "apiproxy/.DS_Store",
      "apiproxy/policies/._A.xml",
      "x/Thumbs.db",
    ];
    expect(find("apiproxy/p.xml", ...junk).places).toEqual(["p.xml"]);
  });
});

test("without a bundle, BundleMissing is reported", () => {
  expect(find("README.md", "a/b/apiproxy/p.xml").problems[0]).toMatch(/^BundleMissing/);
  expect(find().problems[0]).toMatch(/^BundleMissing/);
  expect(find("apiproxy").problems[0]).toMatch(/^BundleMissing/);
});

test.each([
  [["apiproxy/p.xml", "sharedflowbundle/s.xml"], '"apiproxy/" and "sharedflowbundle/"'],
  [["a/apiproxy/p.xml", "b/apiproxy/p.xml"], '"a/apiproxy/" and "b/apiproxy/"'],
])("two bundles (%j) are BundleAmbiguous", (paths, named) => {
  const { kind, problems } = find(...paths);
  expect(kind).toBeUndefined();
  expect(problems).toEqual([`BundleAmbiguous There is more than one bundle: ${named}.`]);
});
