import { expect, test } from "vitest";
import type { LogBatch, Session } from "../../../src/functions/protocol.ts";
import { PrintedLines } from "../../../src/functions/python/isolate/printed-lines.ts";
import { CallLog } from "../../../src/functions/runtime/call-log.ts";

const session = { log: async (_: LogBatch) => {} } as Session;
const lines = async (log: CallLog) => (await log.end())?.lines;

test("what calls print at the same time are lines of each, also where they have no end", async () => {
  const printed = new PrintedLines();
  const [one, other] = [new CallLog(session, 10), new CallLog(session, 10)];
  printed.write(one, "info", "a");
  printed.write(other, "info", "x\ny");
  printed.write(one, "error", "e");
  printed.write(one, "info", "b\n\nc");
  for (const log of [one, other]) printed.end(log);
  expect(await lines(one)).toEqual([
    ["info", "ab"],
    ["info", ""],
    ["error", "e"],
    ["info", "c"],
  ]);
  expect(await lines(other)).toEqual([
    ["info", "x"],
    ["info", "y"],
  ]);
});
