import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { buildSync } from "esbuild";
import fc from "fast-check";
import { zipSync } from "fflate";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMPATIBILITY_DATE } from "../../src/functions/compatibility-date.ts";
import { repository } from "../cli/sortie.ts";
import { needsCases, needsCorpus } from "../needs.ts";
import { type Input, type Kind, readingOf } from "./same-reading/readings.ts";

/** Bundles are checked in Node and served in workerd: what one of them refuses, or reads in another way, must not be. */
describe("Node and workerd read the same", () => {
  let workerd: Miniflare;

  beforeAll(async () => {
    workerd = await start();
  });
  afterAll(() => workerd?.dispose());

  async function expectSame(inputs: readonly Input[]): Promise<void> {
    const response = await workerd.dispatchFetch("http://reader.test/", {
      method: "POST",
      body: JSON.stringify(inputs),
    });
    expect(await response.json()).toEqual(inputs.map(readingOf));
  }

  test("of this repository's environment", () =>
    expectSame([["environment", filesIn(join(repository, "policies"), "")]]));

  const corpus = process.env.SORTIE_CORPUS ?? "";
  test.each(foldersIn(corpus))("of the published bundle %s", needsCorpus, (name) =>
    expectSame([["environment", bundleIn(join(corpus, name))]]),
  );

  const cases = process.env.SORTIE_CASES ?? "";
  test.each(foldersIn(cases))("of the small bundle %s", needsCases, (name) =>
    expectSame([["environment", bundleIn(join(cases, name))]]),
  );

  test("of zips, whatever the size and level of an entry, also cut short and damaged", async () => {
    const entry = fc.record({
      size: fc.oneof(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 40_000, max: 41_000 })),
      level: fc.constantFrom(0, 1, 6, 9),
      step: fc.integer({ min: 0, max: 255 }),
    });
    const damage = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), to: fc.option(fc.nat(255)) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { minLength: 1, maxLength: 4 }),
        fc.option(damage),
        (entries, damaged) => {
          const files = Object.fromEntries(
            entries.map(({ size, level, step }, index) => [
              `apiproxy/resources/jsc/${index}.js`,
              [Uint8Array.from({ length: size }, (_, at) => at * step), { level }] as [
                Uint8Array,
                { level: 0 | 1 | 6 | 9 },
              ],
            ]),
          );
          const zip = zipSync(files);
          if (damaged === null) return expectSame([["zip", base64(zip)]]);
          const at = Math.floor(damaged.at * (zip.length - 1));
          if (damaged.to === null) return expectSame([["zip", base64(zip.subarray(0, at))]]);
          zip[at] = damaged.to;
          return expectSame([["zip", base64(zip)]]);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each(Object.entries(pieces) as [Kind, string][])("of any %s", async (kind, words) => {
    const piece = fc.oneof(
      fc.constantFrom(...words.split(" ")),
      fc.constantFrom(" ", "\n", "é", "\u{1F600}", "\ud800"),
    );
    const text = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(""));
    const inputs = fc.array(text, { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(inputs, (texts) => expectSame(texts.map((each) => [kind, each]))),
      { numRuns: 40 },
    );
  });

  test("of what is nested deeply", async () => {
    const depths = [50, 99, 100, 101, 150, 499, 500, 501, 5_000, 50_000];
    const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
    const inputs = depths.flatMap((depth): Input[] => [
      ["xml", nested(depth, "<a>", "</a>")],
      ["message", nested(depth, "<a>", "</a>")],
      ["yaml", nested(depth, "[", "]")],
      ["json", nested(depth, "[", "]")],
      ["json", `[${"0,".repeat(10 * depth)}0]`],
      ["condition", `${nested(depth, "(", "a")}`],
      ["condition", `${"not ".repeat(depth)}a = "b"`],
      ["condition", `${"(".repeat(depth)}a = "b"${")".repeat(depth)}`],
      ["regex", nested(depth, "(", ")")],
      ["jsonPath", `$${nested(depth, "[?(@", ")]")}`],
      ["xpath", nested(depth, "(", ")")],
      ["xpath", `${"a[".repeat(depth)}1${"]".repeat(depth)}`],
      ["template", `{${"escapeJSON(".repeat(depth)}a${")".repeat(depth)}}`],
    ]);
    for (const input of inputs) await expectSame([input]);
  });
});

/** What texts of each kind consist of. */
const pieces = {
  xml: "< > / <a> </a> <a <b/> b=' ' \" & &amp; &#x0; &#65; <!-- --> <![CDATA[ ]]> <?xml ?> <!DOCTYPE ]> xmlns:p='u' <p:c> </p:c>",
  message:
    "< > / <a> </a> <a <b/> b=' ' \" & &amp; &#x0; &#65; <!-- --> <![CDATA[ ]]> <?p ?> <!DOCTYPE ]> xmlns:p='u' <p:c> </p:c>",
  yaml: "a: b - [ ] { } : , ' \" # | > & * ! ~ null 1 0x1f 1e3 yes \n \n\u0020\u0020 --- ... ? % @ <<: 2020-01-01 .inf",
  json: '{ } [ ] : , "a" "a": 1 -0 1e400 0.1 null true fals // /* */ \\u0041 "\\ud800" \\',
  template:
    "{ } {a} {none} {n} {a:b} ( ) ' , escapeJSON( {toUpperCase(a)} {substring(a,1, 2)} {replaceAll('abc','[ab]','$0')} {jsonPath($.a,'{}')} {sha256Hex(a)} {timeFormatUTCMs('yyyy',0)} {firstnonnull(none,'x')}",
  condition:
    '( ) a "text" = != > >= < and or not ! ~ ~~ Matches MatchesPath JavaRegex StartsWith In :=| n yes null none request.verb "G*" "/orders/*" "(a" 7 7.0 "a%2Ab"',
  jsonPath:
    "$ @ . .. [ ] ( ) ? * ' \" a b 'd' 'e\u0020f' , : 0 -1 == != < =~ /x/i in && || ! length() sum() size empty true null",
  xpath:
    "/ // . .. @ * [ ] ( ) | = < + - $ :: : , ' a b p:a and div mod 1 2 text() comment() last() position() count( string( not( id( '1' ancestor:: following::",
  regex:
    "a b . * + ? | ( ) (?i) (?s) (?: (?= (?< [ ] [^ - ^ $ \\d \\w \\s \\b \\p{Lu} \\p{Alpha} \\Q \\E {2} {1,3} && \\u0041 \\x41 \\1 *+ ++",
} satisfies Partial<Record<Kind, string>>;

/** The readers as the Worker has them. */
async function start(): Promise<Miniflare> {
  const { outputFiles } = buildSync({
    entryPoints: [join(import.meta.dirname, "same-reading", "worker.ts")],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd"],
    external: ["node:*", "cloudflare:*", "*/quickjs.wasm"],
    loader: { ".sandbox.js": "text" },
  });
  const contents = outputFiles[0]?.text.replaceAll(/"[^"\n]*\/quickjs\.wasm"/g, '"./quickjs.wasm"') ?? "";
  return new Miniflare({
    cf: false,
    telemetry: { enabled: false },
    workers: [
      {
        config: {
          name: "reader",
          compatibilityDate: COMPATIBILITY_DATE,
          compatibilityFlags: ["nodejs_compat", "no_nodejs_global_timers", "enable_request_signal"],
          manifest: {
            mainModule: "reader.js",
            modules: {
              "reader.js": { type: "esm", contents },
              "quickjs.wasm": {
                type: "wasm",
                contents: new Uint8Array(readFileSync(join(repository, "dist/worker/quickjs.wasm"))),
              },
            },
          },
        },
      },
    ],
  });
}

function foldersIn(folder: string): string[] {
  if (folder === "") return ["that is there"];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

/** The files below a folder, in base64 and by their path in an environment. */
function filesIn(folder: string, at: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.flatMap((entry) => (entry.isFile() ? [resolve(entry.parentPath, entry.name)] : []));
  return Object.fromEntries(
    paths
      .sort()
      .map((path) => [at + relative(folder, path).replaceAll("\\", "/"), base64(readFileSync(path))]),
  );
}

/** An environment with one bundle, whatever its folder has beside it. */
function bundleIn(folder: string): Record<string, string> {
  const isSharedFlow = readdirSync(folder).includes("sharedflowbundle");
  return filesIn(folder, isSharedFlow ? "sharedflows/bundle/" : "apiproxies/bundle/");
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
