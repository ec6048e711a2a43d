import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { ExecutionLimits } from "../../src/webhooks/file-schema.ts";
import { Limiter, type ReachedLimit } from "../../src/webhooks/limiter.ts";

/** Lets executions begin and end at a limiter of its own: `+ID@TIME` begins one, `-ID` ends it. */
async function outcomes(
  steps: readonly string[],
  limits: Partial<ExecutionLimits>,
): Promise<(ReachedLimit | null)[]> {
  const stub = env.WEBHOOK_EXECUTIONS.getByName(crypto.randomUUID());
  return runInDurableObject(stub, (_instance, { storage }) =>
    steps.flatMap((step) => {
      // Each step at a limiter anew: what it knows is all in the storage.
      const limiter = new Limiter(storage.sql);
      const [, kind, id = "", time] = /^([+-])(\w+)(?:@(\d+))?$/.exec(step) ?? [];
      if (kind === "+")
        return [limiter.begin(id, { concurrency: null, rate: null, ...limits }, 1000, Number(time))];
      limiter.end(id);
      return [];
    }),
  );
}

const day = 86_400_000;

test.each<[string, Partial<ExecutionLimits>, string[], (ReachedLimit | null)[]]>([
  ["two at once", { concurrency: 2 }, ["+a@0", "+b@0", "+c@0"], [null, null, "concurrency"]],
  ["one ends", { concurrency: 1 }, ["+a@0", "-a", "+b@0", "+c@0"], [null, null, "concurrency"]],
  [
    "what was refused ends",
    { concurrency: 1 },
    ["+a@0", "+b@0", "-b", "+c@0"],
    [null, ...twice("concurrency")],
  ],
  ["one ends twice", { concurrency: 1 }, ["+a@0", "-a", "-a", "+b@0", "+c@0"], [null, null, "concurrency"]],
  [
    "nobody says that it has ended",
    { concurrency: 1 },
    ["+a@0", "+b@999", "+c@1000"],
    [null, "concurrency", null],
  ],
  [
    "a second",
    rate(2, "second"),
    ["+a@0", "+b@500", "+c@999", "+d@1000", "+e@1499"],
    [null, null, "rate", null, "rate"],
  ],
  ["a minute", rate(1, "minute"), ["+a@0", "+b@59999", "+c@60000"], [null, "rate", null]],
  ["an hour", rate(1, "hour"), ["+a@0", "+b@3599999", "+c@3600000"], [null, "rate", null]],
  ["a day", rate(1, "day"), [`+a@0`, `+b@${day - 1}`, `+c@${day}`], [null, "rate", null]],
  [
    "no burst where two windows meet",
    rate(2, "second"),
    ["+a@900", "+b@999", "+c@1001"],
    [null, null, "rate"],
  ],
  ["a clock that is set back", rate(1, "second"), ["+a@5000", "+b@100", "+c@6000"], [null, "rate", null]],
  [
    "at once refuses before it counts in time",
    { concurrency: 1, ...rate(2, "day") },
    ["+a@0", "+b@0", "-a", "+c@0", "-c", "+d@0"],
    [null, "concurrency", null, "rate"],
  ],
  [
    "in time refuses before it counts at once",
    { concurrency: 2, ...rate(1, "second") },
    ["+a@0", "+b@1", "+c@1000"],
    [null, "rate", null],
  ],
])("%s", async (_, limits, steps, expected) => {
  expect(await outcomes(steps, limits)).toEqual(expected);
});

function rate(executions: number, per: "second" | "minute" | "hour" | "day") {
  return { rate: { executions, per } };
}

function twice(limit: ReachedLimit): ReachedLimit[] {
  return [limit, limit];
}
