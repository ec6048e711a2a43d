import { expect, test, vi } from "vitest";
import { QUIET_MS, whenQuiet } from "../../../src/cli/dev/when-quiet.ts";
import { ManualClock } from "../../egress/clock.ts";

function watched(changed = vi.fn(async () => {})) {
  const clock = new ManualClock();
  return { clock, changed, changes: whenQuiet(changed, clock) };
}

test("many quick changes are one, which counts once files have been left alone", async () => {
  const { clock, changed, changes } = watched();
  for (let change = 0; change < 20; change++) {
    changes.note();
    clock.pass(QUIET_MS - 1);
  }
  expect(changed).not.toHaveBeenCalled();
  clock.pass(1);
  await changes.close();
  expect(changed).toHaveBeenCalledOnce();
});

test("what changes meanwhile counts afterwards, and never two at a time", async () => {
  const first = Promise.withResolvers<void>();
  const { clock, changed, changes } = watched(vi.fn(async () => {}).mockReturnValueOnce(first.promise));
  for (let change = 0; change < 2; change++) {
    changes.note();
    clock.pass(QUIET_MS);
    await Promise.resolve();
  }
  expect(changed).toHaveBeenCalledOnce();
  first.resolve();
  await changes.close();
  expect(changed).toHaveBeenCalledTimes(2);
});

test("what has not counted yet when the watch ends does not count", async () => {
  const { clock, changed, changes } = watched();
  changes.note();
  await changes.close();
  clock.pass(QUIET_MS);
  expect(changed).not.toHaveBeenCalled();
});
