import { describe, expect, test } from "vitest";
import { declaredIn, placed, publish, version2 } from "./kit.ts";

describe("the default export of the entry file is the function", () => {
  test.each([
    "export default async function it(a: string): Promise<void> {}",
    "export default async function (a: string): Promise<void> {}",
    "export default async (a: string): Promise<void> => {};",
    "export default (async (a: string): Promise<void> => {}) as unknown;",
    "async function other(a: string): Promise<void> {}\nexport default other;",
    "const other = async (a: string): Promise<void> => {};\nexport default other;",
    "export const other = async function (a: string): Promise<void> {};\nexport default other;",
    "export async function other(a: string): Promise<void> {}\nexport { other as default };",
  ])("%s", (code) => {
    const { functions, problems } = declaredIn(code);
    expect(problems).toEqual([]);
    expect(functions).toMatchObject([
      {
        name: "it",
        language: "typescript-v2",
        call: "user.default",
        signature: { parameters: [{ name: "a", type: { type: "string" }, optional: false }], output: null },
      },
    ]);
  });
});

describe("the entry file is the first that there is of", () => {
  const entries = ["it.ts", "index.ts", "src/it.ts", "src/index.ts"];
  test.each(entries)("%s", async (entry) => {
    const later = entries.slice(entries.indexOf(entry));
    const files = later.map((path) => [
      `functions/it/${path}`,
      `export const config = { apiName: ${JSON.stringify(path.replace(/\W/g, "_"))} };\n${version2("", "void")}`,
    ]);
    const { functions, problems } = await publish(Object.fromEntries(files));
    expect(problems).toEqual([]);
    expect(functions.map(({ published }) => published.name)).toEqual([entry.replace(/\W/g, "_")]);
  });
});

test("a function is called what its folder is called, or config.apiName", async () => {
  const { functions } = await publish({
    "functions/first-one/index.ts": version2("", "void"),
    "functions/second/index.ts": version2("", "void", 'export const config = { apiName: "another" };'),
    "functions/_shared/index.ts": "export {};",
    "functions/tsconfig.json": "{}",
  });
  expect(functions.map(({ published }) => published.name)).toEqual(["first-one", "another"]);
});

test("code that is in no folder is warned about", async () => {
  const { problems } = await publish({
    "functions/one/one.ts": version2("", "void"),
    "functions/two.ts": version2("", "void"),
    "functions/sortie-env.d.ts": "",
  });
  expect(problems.map(placed)).toEqual([
    "functions/two.ts:1:1 UnknownFile The file has no effect: a function has a folder.",
  ]);
});

describe("deployments.json says which functions are deployed, and how", () => {
  const files = (functions: unknown) => ({
    "functions/good/index.ts": version2("", "void"),
    "functions/bad/index.ts": "export default 1;",
    "environments/test/deployments.json": JSON.stringify({ functions }),
  });

  test("what is not named need not be right", async () => {
    const { functions, problems } = await publish(files(["good"]));
    expect(problems.map(placed)).toEqual([
      "environments/test/deployments.json:1:14 NotDeployed deployments.json does not name everything in functions/, and leaves out bad.",
    ]);
    expect(functions.map(({ published }) => published.name)).toEqual(["good"]);
  });

  test("mode and limits", async () => {
    const { functions } = await publish(
      files([
        {
          name: "good",
          mode: "deployed",
          timeoutSeconds: 280,
          cpuMs: 50,
          subRequests: 3,
          resultBytes: 1024,
          logLines: 10,
        },
      ]),
    );
    expect(functions[0]?.published).toMatchObject({
      mode: "deployed",
      limits: { timeoutMs: 280_000, cpuMs: 50, subRequests: 3, resultBytes: 1024, logLines: 10 },
    });
  });

  test("a name that no function has", async () => {
    const { problems } = await publish(files(["good", "bda"]));
    expect(problems.filter(({ severity }) => severity === "error")).toMatchObject([
      {
        code: "FunctionNotFound",
        message: "bda is to be deployed, but no function has that name.",
        remedy: "Did you mean bad? Otherwise add functions/bda, or take its name out.",
        line: 1,
        column: 22,
      },
    ]);
  });

  test("a function with errors is there nevertheless", async () => {
    const { problems } = await publish(files(["bad"]));
    expect(problems.map(({ code }) => code)).toEqual(["NotDeployed", "UnsupportedDefaultExport"]);
  });

  test.each<[unknown, string]>([
    [
      [{ name: "good", timeoutSeconds: 281 }],
      "1:47 InvalidSetting functions[0].timeoutSeconds must be a whole number from 1 to 280.",
    ],
    [
      [{ name: "good", timeoutSeconds: 0 }],
      "1:47 InvalidSetting functions[0].timeoutSeconds must be a whole number from 1 to 280.",
    ],
    [
      [{ name: "good", mode: "fast" }],
      '1:37 InvalidSetting functions[0].mode must be "serverless" or "deployed".',
    ],
    [
      [{ name: "good", memory: 1 }],
      "1:30 UnknownField The field functions[0].memory is not known and has no effect.",
    ],
    [[1], "1:15 InvalidSetting functions[0] must be an object, and is a number."],
  ])("%j is no way to deploy one", async (functions, expected) => {
    const { problems } = await publish(files(functions));
    expect(problems.map(placed)[0]).toBe(`environments/test/deployments.json:${expected}`);
  });
});
