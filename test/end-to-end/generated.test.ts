import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { repository } from "../cli/sortie.ts";

test("the generated TypeScript is what `npm run generate` makes of the .proto file", async () => {
  const output = mkdtempSync(join(tmpdir(), "sortie-generated-"));
  const programs = join(repository, "node_modules", ".bin");
  await promisify(execFile)(join(programs, "buf"), ["generate", "--output", output], {
    cwd: repository,
    env: { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH}` },
  });
  const file = "src/policies/callouts/external-callout/wire/external_callout_pb.ts";
  expect(readFileSync(join(repository, file), "utf8")).toBe(readFileSync(join(output, file), "utf8"));
  rmSync(output, { recursive: true });
});
