import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { commandsIn, readBlocks } from "../../end-to-end/documentation/markdown.ts";
import { sortieInProcess } from "../in-process.ts";
import { folderWith, repository, sortie } from "../sortie.ts";
import { startServer } from "../upstream.ts";

const upstream = await startServer();
afterAll(() => upstream.stop());

const [hostname, port] = ["127.0.0.1", upstream.port];

const folder = folderWith({
  "environments/local/deployments.json": '{"functions": ["shippingDays"]}',
  "sources/Carrier.yaml": `apiName: Carrier
configuration:
  type: rest
  domains: [{ scheme: HTTP, host: ${hostname}, port: ${port} }]
worker: { networkEgressPolicies: [{ address: ${hostname}, port: ${port} }] }
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
codeImport: { enabled: true }
`,
  "functions/shippingDays/shippingDays.ts": `import { UserFacingError, type Integer } from "@osdk/functions";
import { getFetch, getHttpsConnection, getSource } from "@palantir/functions-sources";

export const config = { sources: ["Carrier"] };

export default async function shippingDays(country: string, weights: Integer[], fast?: boolean): Promise<string> {
  console.log("asked for", country, weights, fast);
  if (country === "XX") throw new Error("no such country");
  if (country === "YY") throw new UserFacingError("We do not ship there");
  const source = await getSource("Carrier");
  const fetch = await getFetch(source);
  const response = await fetch(getHttpsConnection(source).url + "/days");
  return String(response.status);
}
`,
});

test("the example of the help is one that a page has its reader run", async () => {
  const { stdout } = await sortieInProcess(["call", "--help"]);
  const [, page = "", command = ""] = /^Example, with the function of (\S+): (.*)$/m.exec(stdout) ?? [];
  const blocks = readBlocks(readFileSync(join(repository, page), "utf8"));
  const commands = blocks.filter(({ language }) => language === "console").flatMap(commandsIn);
  expect(commands.map(({ command }) => command)).toContain(`npx ${command}`);
});

const called = ["call", "shippingDays", folder];
const call = (...args: readonly string[]) => sortieInProcess([...called, ...args]);

test("the working copy runs, and its log, its calls and its result are printed", async () => {
  const { status, stdout, stderr } = await sortie([
    ...called,
    ...["--param", "country=CH", "--param", "weights=[1,2]", "--param", "fast=true", "--as", "alice"],
  ]);
  expect(stderr).toContain("[info] shippingDays: asked for CH [ 1, 2 ] true");
  expect(stderr).toMatch(new RegExp(`\\[call\\] shippingDays: GET ${hostname}:${port} answered 200 after`));
  expect(stdout).toBe('"200"\n');
  expect(status).toBe(0);
});

describe("a function that fails", () => {
  test("has exit status 1, and its stack names the file on disk", async () => {
    const { status, stdout, stderr } = await call("--param", "country=XX", "--param", "weights=[]");
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /\[failed\] shippingDays: no such country\n {4}at shippingDays \(functions\/shippingDays\/shippingDays\.ts:8:/,
    );
    expect(stderr).toContain('"errorName": "QueryRuntimeError"');
  });

  test("with a text for users shows that", async () => {
    const { status, stderr } = await call("--param", "country=YY", "--param", "weights=[]");
    expect(status).toBe(1);
    expect(stderr).toContain('"message": "We do not ship there"');
  });
});

test.each([
  [
    "a parameter of another type",
    ["--param", "country=CH", "--param", "weights=1"],
    "expected List<Integer>",
  ],
  ["a parameter that is missing", ["--param", "weights=[]"], '"errorName": "MissingParameter"'],
  ["a parameter that is not there", ["--param", "a=1", "--param", "b=2"], '"unknownParameters"'],
])("%s is refused", async (_, parameters, text) => {
  const { status, stderr } = await call(...parameters);
  expect(status).toBe(1);
  expect(stderr).toContain(text);
});

test.each([
  [
    "a function that is not there",
    ["call", "other", folder],
    "There is no function other; there is shippingDays.",
  ],
  ["a parameter without a value", ["call", "shippingDays", folder, "--param", "x"], "Write NAME=VALUE."],
])("%s: exit status 2", async (_, args, text) => {
  const { status, stderr } = await sortieInProcess(args);
  expect(status).toBe(2);
  expect(stderr).toContain(text);
});
