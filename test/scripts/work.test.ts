import { describe, expect, test } from "vitest";
import { ScriptTimeout } from "../../src/scripts/error.ts";
import { TICKS_PER_MS } from "../../src/scripts/execution.ts";
import { readScript } from "../../src/scripts/read-script.ts";
import { Scripts } from "../../src/scripts/scripts.ts";
import { waysToRun } from "../../src/scripts/sources.ts";

const scripts = new Scripts();

/** Executes a script under a time limit, in milliseconds, and returns how often it has called its host. */
async function calls(text: string, timeLimitMs: number): Promise<number> {
  let count = 0;
  const host = () => {
    count++;
    return null;
  };
  const input = JSON.stringify({ variables: {} });
  const ways = waysToRun([{ file: "main.js", ...readScript(text) }]);
  await scripts.execute({ ways, waits: false }, { ticks: timeLimitMs * TICKS_PER_MS, input, host });
  return count;
}

const text = "var text = new Array(1000001).join('x');";
const array = "var array = []; for (var i = 0; i < 100000; i++) array.push(i);";
const object = "var object = {}; for (var i = 0; i < 50000; i++) object['k' + i] = i;";

describe("a script cannot do more than its time limit allows by", () => {
  test.each([
    ["calls of its host", "for (;;) context.getVariable('x')"],
    ["printing", "for (;;) print('x')"],
    ["looking through a text", `${text} for (;;) text.indexOf('y')`],
    ["splitting a text", `${text} for (;;) text.split('y')`],
    ["replacing in a text", `${text} for (;;) text.replace('y', 'z')`],
    ["changing the case of a text", `${text} for (;;) text.toUpperCase()`],
    ["encoding a text", `${text} for (;;) encodeURIComponent(text)`],
    ["repeating a text", "for (;;) 'x'.repeat(1000000)"],
    ["joining an array", `${array} for (;;) array.join()`],
    ["looking through an array", `${array} for (;;) array.indexOf(-1)`],
    ["sorting an array", `${array} for (;;) array.sort()`],
    ["printing an array", `${array} for (;;) '' + array`],
    ["bytes", "var bytes = new Uint8Array(1000000); for (;;) bytes.indexOf(1)"],
    ["listing keys", `${object} for (;;) Object.keys(object)`],
    ["JSON", `${array} var json = JSON.stringify(array); var parse = JSON.parse; for (;;) parse(json)`],
    ["a text for JSON", `${object} for (;;) JSON.stringify(object)`],
  ])("%s", async (_, source) => {
    await expect(calls(source, 200)).rejects.toThrow(ScriptTimeout);
  });
});

test.each([
  ["1000 calls of the host", "for (var i = 0; i < 1000; i++) context.getVariable('x' + i)"],
  ["JSON of 100 kB both ways", `${array} JSON.stringify(JSON.parse(JSON.stringify(array.slice(0, 20000))))`],
  ["a queue of 10,000", "var q = []; for (var i = 0; i < 10000; i++) q.push(i); while (q.length) q.shift()"],
  [
    "a text built piece by piece",
    "var s = ''; for (var i = 0; i < 100000; i++) s += 'abc'; s.split('b').join('')",
  ],
])("200 ms are enough for %s", async (_, source) => {
  await expect(calls(source, 200)).resolves.toBeGreaterThanOrEqual(0);
});

test.each([
  ["its own size", "var huge = { length: 1e300 }; Array.prototype.indexOf.call(huge, 1)"],
  ["a negative size", "Array.prototype.includes.call({ length: -1e9 }, 1); for (;;) {}"],
  ["a size that is none", "Array.prototype.includes.call({ length: 'x' }, 1); for (;;) {}"],
])("an object that lies about %s gains nothing", async (_, source) => {
  await expect(calls(source, 50)).rejects.toThrow(ScriptTimeout);
});

test("the functions that are counted look as before", async () => {
  const source = `
    var same = 'abc'.indexOf.name === 'indexOf' && 'abc'.indexOf.length === 1 && Object.keys(String.prototype).length === 0;
    if (!same || 'abcabc'.indexOf('b', 2) !== 4 || [3, 1, 2].sort().join('-') !== '1-2-3') throw new Error('no');`;
  await expect(calls(source, 50)).resolves.toBe(0);
});
