import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Problem } from "../../src/documents/report.ts";
import { RunningInProcess, sortieInProcess } from "../cli/in-process.ts";
import { folderWith } from "../cli/sortie.ts";
import { needsCases } from "../needs.ts";

/** What `sortie check` says about each case. */
const verdicts: Readonly<Record<string, readonly string[]>> = {
  "assignto-type": ["warning InvalidValue"],
  "assignto-type-createnew": ["warning InvalidValue"],
  "basepath-without-slash": ["warning BasePathWithoutSlash"],
  "case-only": [],
  "condition-open": ["warning UnclosedCondition"],
  "createnew-new": ["warning InvalidBoolean"],
  // The target server is the environment's to have.
  "duplicate-path": ["error TargetServerMissing", "warning DuplicateElement"],
  "header-without-name": ["warning MissingName", "warning UnknownAttribute"],
  "keepalive-0": ["warning PropertyWithoutEffect"],
  // A shared flow under a name of its own beside its caller, which is what is checked.
  "sharedflow-name/p": [],
  "localtarget-three": ["warning ConnectionInfoAmbiguous", "warning ProxyNotFound"],
  "unattached-unknown": ["warning UnattachedPolicy"],
};

describe("bundles that real use has shown to fail load", needsCases, () => {
  const folder = process.env.SORTIE_CASES ?? "";
  const names = () =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );

  test("all of them are tested", () => {
    expect(names().sort()).toEqual(
      Object.keys(verdicts)
        .map((path) => path.replace(/\/.*/, ""))
        .sort(),
    );
  });

  test.each(Object.entries(verdicts))("%s", async (name, expected) => {
    const { stdout } = await sortieInProcess(["check", join(folder, name), "--json"], folderWith({}));
    const problems: Problem[] = JSON.parse(stdout);
    expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
  });

  test("a base path without its slash is served with one", async () => {
    const dev = new RunningInProcess(
      ["dev", join(folder, "basepath-without-slash"), "--port", "0"],
      folderWith({}),
    );
    try {
      const url = await dev.ready();
      // The proxy is found, and its host is refused by the egress policy of sortie dev.
      expect((await fetch(`${url}/team/orders/v1`)).status).not.toBe(404);
      expect((await fetch(`${url}/team/orders/v2`)).status).toBe(404);
    } finally {
      await dev.stop();
    }
  });
});
