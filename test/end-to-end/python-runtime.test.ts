import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

test("the snapshot of Python holds nothing of the machine that builds it: another build gives the same bytes", () => {
  const folder = mkdtempSync(join(tmpdir(), "sortie-python-build-"));
  try {
    const script = join(process.cwd(), "src/functions/python/build/build.ts");
    const env = { ...process.env, SECRET_OF_THE_MACHINE: "never-in-a-snapshot", HOME: folder };
    execFileSync(process.execPath, ["--experimental-strip-types", script], { cwd: folder, env });
    const built = readFileSync(join(folder, "dist/python-runtime.bin"));
    expect(built.equals(readFileSync("dist/python-runtime.bin"))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
