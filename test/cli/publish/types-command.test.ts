import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sortieInProcess } from "../in-process.ts";
import { repository, writeIn } from "../sortie.ts";
import { documented } from "./documented.ts";
import { folderWithPackages } from "./kit.ts";

const source = (name: string) => `apiName: ${name}
configuration:
  type: rest
  domains: [{ host: api.example.com }]
worker: { networkEgressPolicies: [{ address: api.example.com, port: 443 }] }
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
codeImport: { enabled: true }
`;

/** What the TypeScript compiler says about the functions in a folder. */
function compile(folder: string): string {
  const tsc = join(repository, "node_modules", ".bin", "tsc");
  const { stdout, stderr, status } = spawnSync(tsc, ["-p", "functions"], { cwd: folder, encoding: "utf8" });
  return status === 0 ? "" : stdout + stderr;
}

describe("sortie types", () => {
  const folder = folderWithPackages({
    "sources/mine.yaml": source("MySource"),
    "webhooks/find.yaml": `source: MySource
inputs: { id: { type: long }, note: { type: string, optional: true } }
calls: [{ name: get, method: GET, path: /x, query: { id: "{input.id}", note: "{input.note}" } }]
outputs: { name: { type: string, from: get.name }, sizes: { type: list, element: { type: double }, optional: true, from: get.sizes } }
`,
    "webhooks/ping.yaml": "source: MySource\ncalls: [{ name: get, method: GET, path: /x }]",
    ...Object.fromEntries(
      Object.entries(documented).map(([name, code]) => [`functions/${name}/${name}.ts`, code]),
    ),
    "functions/more/more.ts": `import { MySource } from "@foundry/external-systems/sources";
import { Sources } from "@foundry/external-systems";
import {
  ExternalSystems, Function, FunctionsMap, Integer, isErr, LocalDate, Query, Timestamp, UserFacingError,
} from "@foundry/functions-api";
import type { FunctionsResult, Long } from "@foundry/functions-api";

export class More {
  @ExternalSystems({ sources: [MySource, Sources.MySource] })
  @Query({ apiName: "more" })
  public async more(day: LocalDate, at: Timestamp, count: Integer, id: Long): Promise<FunctionsMap<string, Integer>> {
    const outcome = attempt(count);
    const found = await MySource.webhooks.find.call({ id });
    if (isErr(found)) throw new UserFacingError(found.error.name + String(count));
    const { name, sizes = [] } = found.value.output;
    const total: number = (sizes ?? []).reduce((sum, size) => sum + size, 0);
    if (isErr(await MySource.webhooks.ping.call())) throw new UserFacingError("no answer");
    if (name.trim() === String(total)) throw new UserFacingError("nobody");
    if (isErr(outcome)) throw new UserFacingError(outcome.error.message);
    return new FunctionsMap([[day.plusDays(outcome.value).toISOString() + at.toISOString() + id, count]]);
  }
  @Function() none(): void {}
}
function attempt(value: Integer): FunctionsResult<number> {
  return { type: "ok", value };
}
`,
    "functions/again/again.ts": `import { Aliases, UserFacingError } from "@osdk/functions";
import type { DateISOString, FunctionConfig, Integer } from "@osdk/functions";
export const config: FunctionConfig = { sources: ["mySourceAlias"] };
export default async function again(day: DateISOString, count?: Integer): Promise<string> {
  if (!count) throw new UserFacingError("How many?");
  return Aliases.source("mySourceAlias").rid + day;
}
`,
  });

  test("makes the documented examples type-check", async () => {
    const { stdout, status } = await sortieInProcess(["types", "."], folder);
    expect([status, stdout]).toEqual([0, "wrote functions/sortie-env.d.ts\nwrote functions/tsconfig.json\n"]);
    expect(compile(folder)).toBe("");
  });

  test("and mistakes fail to", async () => {
    writeIn(
      folder,
      "functions/wrong/wrong.ts",
      `import { getSource, getAgent } from "@palantir/functions-sources";
import { Nowhere } from "@foundry/external-systems/sources";
export default async function wrong(): Promise<number> {
  const source = await getSource(1);
  return source.secrets["a"] ?? Nowhere;
}
`,
    );
    const errors = [...compile(folder).matchAll(/wrong\.ts\((\d+,\d+)\): error (TS\d+)/g)].map(
      ([, place, code]) => `${place} ${code}`,
    );
    expect(errors).toEqual(["1,21 TS2305", "2,10 TS2305", "4,34 TS2345", "5,3 TS2322"]);
  });

  test("webhooks are called with what their files say, and give what those say", () => {
    writeIn(
      folder,
      "functions/wrong/wrong.ts",
      `import { MySource } from "@foundry/external-systems/sources";
export async function wrong(): Promise<void> {
  await MySource.webhooks.find.call();
  await MySource.webhooks.find.call({ id: 7 });
  await MySource.webhooks.fnd.call({ id: "7" });
  const found = await MySource.webhooks.find.call({ id: "7", note: null });
  if (found.type === "ok") found.value.output.name.toFixed();
}
`,
    );
    const errors = [...compile(folder).matchAll(/wrong\.ts\((\d+),\d+\): error (TS\d+)/g)].map(
      ([, line, code]) => `${line} ${code}`,
    );
    expect(errors).toEqual(["3 TS2554", "4 TS2322", "5 TS2551", "7 TS2551"]);
  });

  test("leaves a tsconfig.json as it is", async () => {
    writeIn(folder, "functions/tsconfig.json", "{}");
    const { stdout } = await sortieInProcess(["types", "."], folder);
    expect(stdout).toBe("wrote functions/sortie-env.d.ts\n");
    expect(readFileSync(join(folder, "functions/tsconfig.json"), "utf8")).toBe("{}");
  });
});
