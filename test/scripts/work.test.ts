import { describe, expect, test } from "vitest";
import { ScriptTimeout } from "../../src/scripts/error.ts";
import { WORK_PER_MS } from "../../src/scripts/execution.ts";
import { Scripts } from "../../src/scripts/scripts.ts";
import { waysToRun } from "../../src/scripts/sources.ts";
import { readScript } from "../../src/scripts/syntax/read-script.ts";

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
  await scripts.execute({ ways, waits: false }, { work: timeLimitMs * WORK_PER_MS, input, host });
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
    ["comparing texts", `${text} var other = text + 'y'; for (;;) text === other.slice(0, -1)`],
    ["ordering texts", `${text} var other = text.slice(1) + 'x'; for (;;) text < other`],
    ["joining texts", `${text} for (;;) (text + text).charCodeAt(0)`],
    ["a text as a key", `${text} var o = {}; for (;;) o[text]`],
    ["a text as the key of a map", `${text} var map = new Map(); for (;;) map.get(text)`],
    ["a large regular expression's text", `${text} for (;;) /y/.test(text)`],
    ["normalizing", "var text = 'e\u0301'.repeat(100000); for (;;) text.normalize('NFC')"],
    ["products of large numbers", "var n = 2n ** 500000n - 1n; for (;;) n * n"],
    ["powers", "for (;;) 3n ** 300000n"],
    ["quotients", "var n = 2n ** 500000n - 1n; for (;;) (n * n) / n"],
    ["writing a large number", "var n = 2n ** 500000n - 1n; for (;;) n.toString()"],
    ["reading a large number", "var text = '9'.repeat(100000); for (;;) BigInt(text)"],
    ["an object that says it is long", "Array.prototype.forEach.call({ length: 9e15 }, function () {})"],
    ["lengths", "var list = []; for (;;) { list.length = 4e9; list.indexOf(1); }"],
    ["filling", "var bytes = new Uint8Array(5000000); for (;;) bytes.fill(1)"],
    ["copying", "var bytes = new Uint8Array(5000000); for (;;) bytes.set(bytes.subarray(0, -1), 1)"],
    ["spreading", `${array} for (;;) [...array]`],
    ["arguments", "var all = new Array(60000); for (;;) Math.max.apply(null, all)"],
    ["compiling", "var text = 'x = 1;'.repeat(10000); for (;;) eval(text)"],
    ["compiling regular expressions", "var text = '(?:a|b)'.repeat(5000); for (;;) new RegExp(text)"],
    ["rubbish", "for (;;) { var one = {}; one.self = one; }"],
    ["names", "for (var i = 0; ; i++) Symbol.for('s' + (i % 1000))"],
  ])("%s", async (_, source) => {
    await expect(calls(source, 50)).rejects.toThrow(ScriptTimeout);
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

test("what ended in the middle of something leaves nothing for the next one", async () => {
  await expect(calls("var n = 2n ** 500000n - 1n; for (;;) left = n * n", 20)).rejects.toThrow(ScriptTimeout);
  await expect(calls("if (typeof left !== 'undefined') print(left)", 20)).resolves.toBe(0);
});

test("what cannot be caught is the end of the work", async () => {
  const source =
    "for (;;) try { var n = 2n ** 500000n; for (;;) n * n } catch (error) { print(error) } finally { print() }";
  await expect(calls(source, 50)).rejects.toThrow(ScriptTimeout);
});
