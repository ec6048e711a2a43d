import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ScriptError, ScriptSyntaxError, ScriptTimeout } from "../../src/scripts/error.ts";
import { WORK_PER_MS } from "../../src/scripts/execution.ts";
import { Machine } from "../../src/scripts/machine.ts";
import { Scripts } from "../../src/scripts/scripts.ts";
import { waysToRun } from "../../src/scripts/sources.ts";
import { readScript } from "../../src/scripts/syntax/read-script.ts";

const scripts = new Scripts();

/** Executes a script that may do as much as a time limit of 50 ms, and returns what it has asked of its host. */
async function execute(text: string, variables: Record<string, unknown> = {}): Promise<unknown[][]> {
  const ways = waysToRun([{ file: "main.js", ...readScript(text) }]);
  const asked: unknown[][] = [];
  await scripts.execute(
    { ways, waits: false },
    {
      work: 50 * WORK_PER_MS,
      input: JSON.stringify({ variables }),
      host: (request) => {
        asked.push(JSON.parse(request));
        return null;
      },
    },
  );
  return asked;
}

describe("values", () => {
  test("go in and come out unchanged", async () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0);
    const value = fc.oneof(fc.string({ unit: "binary" }), fc.boolean(), number, fc.constant(null));
    await fc.assert(
      fc.asyncProperty(value, async (given) => {
        const asked = await execute("context.setVariable('out', context.getVariable('in'))", { in: given });
        expect(asked).toEqual([["set", "out", given]]);
      }),
      { numRuns: 200 },
    );
  });
});

test("any text is refused as no script, or runs, or fails as a script", async () => {
  const words =
    "context . getVariable ( ) { } [ ] ; , = + 'a' 1 x function var for each in if return throw new while try catch this request headers JSON => .@a .. :: * new XML <a/>".split(
      " ",
    );
  const text = fc.array(fc.constantFrom(...words), { maxLength: 14 }).map((parts) => parts.join(" "));
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      try {
        await execute(source);
      } catch (error) {
        const isExpected = [ScriptSyntaxError, ScriptError, ScriptTimeout].some(
          (type) => error instanceof type,
        );
        if (!isExpected) throw error;
      }
    }),
    { numRuns: 300 },
  );
  expect(await execute("print('still here')")).toEqual([["print", "still here"]]);
});

describe("25,000 executions leave nothing behind, and take no more memory than one, of a script that", () => {
  test.each([
    [
      "keeps what it can",
      "kept = (typeof kept === 'undefined' ? [] : kept).concat(new Array(500)); if (kept.length !== 500) throw new Error(kept.length); context.getVariable('x'); Array.prototype.kept = kept",
      50,
      "",
    ],
    [
      "sets variables",
      "for (var i = 0; i < 5; i++) context.setVariable('a' + Math.random(), { i: i })",
      50,
      "",
    ],
    ["fails", "var all = [{}, {}]; all[0].self = all; nothing(all)", 50, "ScriptError"],
    [
      "is stopped",
      "var all = []; for (;;) all.push(new Date().toString() + 2n ** 99n)",
      0.02,
      "ScriptTimeout",
    ],
  ])("%s", async (_, text, timeLimitMs, expected) => {
    const machine = await Machine.start({ waits: false });
    const { whole } = waysToRun([{ file: "main.js", ...readScript(text) }]);
    const loaded = machine.load({ preloaded: [], main: whole });
    if (loaded === null) throw new Error("the script could not be loaded");
    const input = JSON.stringify({ variables: {} });
    const host = (request: string) => (request === '["seed"]' ? "[1,2,3,4]" : null);
    const execution = { work: timeLimitMs * WORK_PER_MS, input, host };
    const ends = new Set<string>();
    for (let time = 0; time < 25_000; time++) {
      try {
        machine.run(loaded, execution);
        ends.add("");
      } catch (error) {
        ends.add((error as Error).name);
      }
    }
    expect([...ends]).toEqual([expected]);
    expect(machine.hasGrown).toBe(false);
  });
});

test("a script may hold a list of any length", () => {
  expect(readScript(`var list = [${"0,".repeat(300_000)}];`).declared.variables).toEqual(["list"]);
});
