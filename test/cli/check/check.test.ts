import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { rootCertificates } from "node:tls";
import { zipSync } from "fflate";
import { beforeAll, describe, expect, test } from "vitest";
import type { Problem } from "../../../src/documents/report.ts";
import { sortieInProcess } from "../in-process.ts";
import {
  answeringProxy,
  below,
  type Finished,
  folderWith,
  problemFields,
  repository,
  sortie,
} from "../sortie.ts";

const brokenEnvironment = {
  ...below("apiproxies/good", answeringProxy("good", "fine")),
  ...below("apiproxies/twin", answeringProxy("twin", "fine", "/good")),
  ...below("apiproxies/bad", answeringProxy("bad", "fine")),
  "apiproxies/bad/apiproxy/policies/Unclosed.xml": "<AssignMessage name='Unclosed'>\n  <Set>\n",
  "apiproxies/bad/apiproxy/policies/Unknown.xml": "<TeaPot name='Unknown'/>",
  "apiproxies/bad/apiproxy/policies/NoUrl.xml":
    "<ServiceCallout name='NoUrl'>\n  <HTTPTargetConnection/>\n</ServiceCallout>",
  "apiproxies/bad/apiproxy/notes.txt": "what is this?",
  "environments/test/targetservers.json": '[\n  { "name": "a", "host": "a.example", "port": 70000 }\n]',
  "environments/test/flowhooks.json": '{ "PreProxyFlowHook": { "sharedFlow": "nowhere" } }',
  "environments/test/egress.json": '{ "allow": ["*"] }',
  "environments/test/surprise.json": "{}",
  "environments/other/keyvaluemaps.json": "[",
};

describe("everything that is wrong with an environment is said at once", () => {
  const folder = folderWith(brokenEnvironment);
  let text: Finished;
  let json: Finished;
  let problems: Problem[];

  beforeAll(async () => {
    [text, json] = await Promise.all([
      sortie(["check", "."], folder),
      sortie(["check", ".", "--json"], folder),
    ]);
    problems = JSON.parse(json.stdout);
  });

  test.each([
    ["BasePathConflict", "error", "apiproxies/twin/apiproxy/proxies/default.xml", 1],
    ["InvalidXML", "warning", "apiproxies/bad/apiproxy/policies/Unclosed.xml", 2],
    ["UnknownPolicyType", "warning", "apiproxies/bad/apiproxy/policies/Unknown.xml", 1],
    ["URLMissing", "warning", "apiproxies/bad/apiproxy/policies/NoUrl.xml", 2],
    ["UnknownFile", "warning", "apiproxies/bad/apiproxy/notes.txt", 1],
    ["InvalidTargetServer", "error", "environments/test/targetservers.json", 2],
    ["SharedFlowNotFound", "error", "environments/test/flowhooks.json", 1],
    ["InvalidEgressRule", "error", "environments/test/egress.json", 1],
    ["UnknownFile", "warning", "environments/test/surprise.json", 1],
    ["InvalidJSON", "error", "environments/other/keyvaluemaps.json", 1],
  ])("%s, %s, in %s:%i", (code, severity, file, line) => {
    const found = problems.filter((problem) => problem.code === code && problem.file === file);
    expect(found).toEqual([expect.objectContaining({ severity, line })]);
    const [problem] = found;
    expect(text.stdout).toContain(
      `${file}:${line}:${problem?.column}  ${severity}  ${code}  ${problem?.message}\n`,
    );
    expect(text.stdout).toContain(`    ${problem?.remedy}\n`);
  });

  test("each problem has the same fields in JSON", () => {
    for (const problem of problems) {
      expect(Object.keys(problem).sort()).toEqual(problemFields);
    }
    expect(problems.find(({ code }) => code === "URLMissing")).toMatchObject({ policy: "NoUrl" });
  });

  test("what is said about a policy ends with the page of its type", async () => {
    const folder = folderWith({
      ...answeringProxy("fine", "text"),
      "apiproxy/policies/C.xml": '<CORS name="C"/>',
      "apiproxy/policies/N.xml": '<Nobody name="N"/>',
    });
    const { stdout } = await sortieInProcess(["check", "."], folder);
    const page = join(relative(folder, repository), "docs/policies/CORS.md");
    expect(stdout).toContain(`MissingAllowOrigins`);
    expect(stdout).toContain(`\nWhat runs of CORS: ${page}\n`);
    expect(stdout.match(/What runs of/g)).toHaveLength(1);
    const { stdout: json } = await sortieInProcess(["check", ".", "--json"], folder);
    const found = JSON.parse(json) as { code: string; page: string | null }[];
    expect(found.find(({ code }) => code === "MissingAllowOrigins")?.page).toBe(page);
    expect(found.find(({ code }) => code === "UnknownPolicyType")?.page).toBeNull();
  });

  test("the last line counts them, and the exit status is 1", () => {
    const errors = problems.filter(({ severity }) => severity === "error").length;
    expect(text.stdout).toMatch(new RegExp(`\\n${errors} errors, ${problems.length - errors} warnings.\\n$`));
    expect([text.status, json.status]).toEqual([1, 1]);
  });

  test("what is no terminal gets no colours", () => {
    expect(text.stdout).not.toContain("\u001b");
  });
});

test("a folder whose name is nearly that of an environment's is warned of", async () => {
  const files = below("apiproxies/fine", answeringProxy("fine", "text"));
  const folder = folderWith({ ...files, "shared-flow/x.xml": "", "docs/x.md": "", "resources/x": "" });
  const { stdout } = await sortieInProcess(["check", "."], folder);
  expect(stdout).toBe(
    "shared-flow:1:1  warning  UnknownFolder  Nothing in the folder is read.\n    Did you mean sharedflows?\n\n0 errors, 1 warning.\n",
  );
  const alone = folderWith(below("apiproxys/fine", answeringProxy("fine", "text")));
  expect((await sortieInProcess(["check", "."], alone)).stderr).toMatch(
    /Rename apiproxys to apiproxies\?\n$/,
  );
});

test("what is wrong with each of very many entries is shown of the first ones, and counted", async () => {
  const products = Array.from({ length: 25 }, (_, index) => ({ name: `p${index}`, proxies: ["a"], odd: 1 }));
  const folder = folderWith({
    ...below("apiproxies/a", answeringProxy("a", "fine")),
    "environments/test/products.json": JSON.stringify([...products, { name: "p0", proxies: ["a"] }]),
  });
  const { stdout } = await sortieInProcess(["check", ".", "--env", "test"], folder);
  expect(stdout.match(/ {2}UnknownField {2}/g)).toHaveLength(20);
  expect(stdout).toContain("  DuplicateApiProduct  ");
  expect(stdout).toContain("\nAnd 5 more UnknownField in this file.\n");
  expect(stdout).toMatch(/1 error, 25 warnings\.\n$/);
  const json = await sortieInProcess(["check", ".", "--env", "test", "--json"], folder);
  expect(JSON.parse(json.stdout)).toHaveLength(26);
});

describe("the exit status is", () => {
  test("0 without errors", async () => {
    const folder = folderWith(answeringProxy("fine", "text"));
    expect(await sortieInProcess(["check", "."], folder)).toEqual({
      status: 0,
      stdout: "0 errors, 0 warnings.\n",
      stderr: "",
    });
  });

  test("0 for the folder policies, which is meant without a path", async () => {
    const folder = folderWith(below("policies/apiproxies/fine", answeringProxy("fine", "text")));
    expect(await sortieInProcess(["check"], folder)).toMatchObject({
      status: 0,
      stdout: "0 errors, 0 warnings.\n",
    });
  });

  test("0 with warnings alone", async () => {
    const folder = folderWith({ ...answeringProxy("fine", "text"), "apiproxy/notes.txt": "" });
    const { status, stdout } = await sortieInProcess(["check", ".", "--json"], folder);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ severity: "warning", file: "apiproxy/notes.txt" }]);
  });

  test.each([
    ["a path that does not exist", ["check", "nowhere"], /nowhere does not exist/],
    ["a file that is no zip", ["check", "notes.txt"], /neither a folder nor a zip file/],
    ["an empty folder", ["check", "empty"], /neither an environment .* nor a bundle/],
    ["no path, and no folder policies", ["check"], /policies does not exist/],
    ["an unknown option", ["check", ".", "--jsn"], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
    ["an unknown command", ["chek"], /unknown command 'chek'\n\(Did you mean check\?\)/],
    [
      "an environment that does not exist",
      ["check", "env", "--env", "prod"],
      /no environments\/prod; there is test/,
    ],
    ["an environment and something else", ["check", "env", "."], /has to be the only PATH/],
  ])("2 for %s", async (_, args, message) => {
    const folder = folderWith({
      ...answeringProxy("fine", "text"),
      "notes.txt": "",
      "empty/.keep": "",
      "env/environments/test/targetservers.json": "[]",
    });
    const { status, stdout, stderr } = await sortieInProcess(args, folder);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("    at ");
  });
});

test("problems in a zip are reported with the zip's path before theirs", async () => {
  const encoder = new TextEncoder();
  const files = { ...answeringProxy("zipped", "text"), "apiproxy/policies/Tea.xml": "<TeaPot name='Tea'/>" };
  const zip = zipSync(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [path, encoder.encode(text)])),
  );
  const folder = folderWith({ "in/zipped.zip": zip, "in/broken.zip": "no zip" });
  const { stdout } = await sortieInProcess(["check", "in/zipped.zip", "in/broken.zip"], folder);
  expect(stdout).toContain("in/zipped.zip/apiproxy/policies/Tea.xml:1:1  warning  UnknownPolicyType");
  expect(stdout).toContain("in/broken.zip:1:1  error  InvalidArchive");
});

describe("sources are checked with the environment", () => {
  const source = `apiName: Shipping
configuration:
  type: rest
  domains: [{ host: api.example.com }]
`;
  const certificates = (pem: string) =>
    `  serverCertificates:\n    root: |\n${pem.trim().replace(/^/gm, "      ")}\n`;
  const check = async (files: Record<string, string>) => {
    const folder = folderWith({ ...below("apiproxies/a", answeringProxy("a", "fine")), ...files });
    const { status, stdout } = await sortieInProcess(["check", ".", "--json"], folder);
    const problems: Problem[] = JSON.parse(stdout);
    return {
      status,
      problems: problems.map(({ code, severity, file, line }) => `${severity} ${code} ${file}:${line}`),
    };
  };

  test("and may be without problems", async () => {
    const aliases = { "environments/test/aliases.json": '{"carrier": "Shipping"}' };
    expect(await check({ "sources/shipping.yaml": source, ...aliases })).toEqual({ status: 0, problems: [] });
  });

  test("for all environments, each problem once", async () => {
    const files = {
      "sources/shipping.yaml": source.replace("host", "hots"),
      "environments/test/aliases.json": '{"carrier": "Shipping"}',
      "environments/prod/aliases.json": '{\n"carrier": "Billing"}',
      "sources/billing.yaml": source.replace("Shipping", "Billing").concat("environments: [test, pord]\n"),
    };
    expect(await check(files)).toEqual({
      status: 1,
      problems: [
        "warning UnknownEnvironment sources/billing.yaml:5",
        "error InvalidValue sources/shipping.yaml:4",
        "warning UnknownField sources/shipping.yaml:4",
      ],
    });
  });

  test("a certificate of a public authority is needless, and any other one is not trusted", async () => {
    const [authority = ""] = rootCertificates;
    const own = readFileSync(join(repository, "test/servers/certificates/localhost.cert.pem"), "utf8");
    expect(
      await check({
        "sources/a.yaml": source + certificates(authority),
        "sources/b.yaml": source.replace("Shipping", "B") + certificates(own),
      }),
    ).toEqual({
      status: 1,
      problems: [
        "warning CertificateWithoutEffect sources/a.yaml:6",
        "error ServerCertificateNotSupported sources/b.yaml:6",
      ],
    });
  });
});
