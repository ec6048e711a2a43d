import { expect, test } from "vitest";
import {
  Deliveries,
  MOST_UNDER_WAY,
  NotLogged,
} from "../../../../src/policies/extensions/message-logging/deliveries.ts";
import { ManualClock } from "../../../egress/clock.ts";
import { flowOf } from "../../policy-kit.ts";

function deliveries() {
  const lines: Record<string, unknown>[] = [];
  const pending: Promise<unknown>[] = [];
  const clock = new ManualClock();
  const flow = flowOf({ exchange: { now: clock.now, waitUntil: (work) => void pending.push(work) } });
  const all = new Deliveries("ML", "p", (line) => void lines.push(line));
  return {
    clock,
    lines,
    begin: (send: () => Promise<void>) => all.begin(flow, send),
    settled: () => Promise.all(pending),
  };
}

test("no more than 100 lines are under way", async () => {
  const { lines, begin, settled } = deliveries();
  const { promise, resolve } = Promise.withResolvers<void>();
  let sent = 0;
  const send = () => {
    sent++;
    return promise;
  };
  for (let line = 0; line < MOST_UNDER_WAY + 3; line++) begin(send);
  expect(sent).toBe(MOST_UNDER_WAY);
  expect(lines).toMatchObject([
    { event: "message-logging.failed", reason: `${MOST_UNDER_WAY} lines have not been sent yet.` },
  ]);
  resolve();
  await settled();
  expect(lines).toMatchObject([{}, { event: "message-logging.recovered", lost: 3 }]);
  begin(send);
  expect(sent).toBe(MOST_UNDER_WAY + 1);
});

test("a line whose request the platform has ended takes no place for ever", () => {
  const { clock, lines, begin } = deliveries();
  for (let line = 0; line < MOST_UNDER_WAY; line++) begin(() => new Promise(() => {}));
  clock.pass(31_000);
  begin(async () => {});
  expect(lines).toEqual([]);
});

test("trouble is said again after it was over, and nothing of what was thrown otherwise", async () => {
  const { lines, begin, settled } = deliveries();
  const fail = (error: Error) => () => Promise.reject(error);
  begin(fail(new Error("Bearer secret")));
  await settled();
  begin(async () => {});
  await settled();
  begin(fail(new NotLogged("It answered 500.")));
  await settled();
  expect(lines.map(({ event, reason, lost }) => [event, reason ?? lost])).toEqual([
    ["message-logging.failed", "The line could not be sent."],
    ["message-logging.recovered", 1],
    ["message-logging.failed", "It answered 500."],
  ]);
});

test("what cannot be put together is thrown at once, and takes nobody's place", () => {
  const { lines, begin } = deliveries();
  for (let line = 0; line < MOST_UNDER_WAY * 2; line++) {
    expect(() =>
      begin(() => {
        throw new Error("too much work");
      }),
    ).toThrow("too much work");
  }
  expect(lines).toEqual([]);
});
