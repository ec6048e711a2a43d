import { afterEach, beforeEach, expect, test } from "vitest";
import { ScriptError } from "../../src/scripts/error.ts";
import { WORK_PER_MS } from "../../src/scripts/execution.ts";
import { Scripts } from "../../src/scripts/scripts.ts";
import { waysToRun } from "../../src/scripts/sources.ts";
import { readScript } from "../../src/scripts/syntax/read-script.ts";

const name = "Suspending";
const known = Object.getOwnPropertyDescriptor(WebAssembly, name) ?? {};

beforeEach(() => {
  Reflect.deleteProperty(WebAssembly, name);
});

afterEach(() => {
  Object.defineProperty(WebAssembly, name, known);
});

/** Executes a script, and returns what it has asked of its host. */
async function asked(text: string, waits: boolean): Promise<string[]> {
  const requests: string[] = [];
  const ways = waysToRun([{ file: "main.js", ...readScript(text) }]);
  const input = JSON.stringify({ variables: {} });
  const host = (request: string) => {
    requests.push(request);
    return null;
  };
  const execution = { work: 50 * WORK_PER_MS, input, host };
  try {
    await new Scripts().execute({ ways, waits }, execution);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    requests.push(`${error.type}: ${error.message}`);
  }
  return requests;
}

test("where the runtime cannot wait, a script that calls out fails before it has done anything", async () => {
  expect(await asked("print('begun'); httpClient.get('http://a.example').waitForComplete()", true)).toEqual([
    "Error: httpClient cannot be used: this runtime cannot wait for calls",
  ]);
});

test("where the runtime cannot wait, every other script runs", async () => {
  expect(await asked("print('done')", false)).toEqual(['["print","done"]']);
});
