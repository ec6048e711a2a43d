import { describe, expect, test, vi } from "vitest";
import type { TokenContext } from "../../src/credentials/token-request.ts";
import type { DeployedFunctions, FunctionPlan } from "../../src/functions/deployed.ts";
import { FunctionRunner, type RunnerServices, type SessionProps } from "../../src/functions/runner.ts";
import { limits } from "./function-kit.ts";

const published = { name: "slow", parameters: [], sources: [], limits: { ...limits, timeoutMs: 1_000 } };
const plan = { published, isolate: "slow", sources: new Map(), problem: null } as unknown as FunctionPlan;
const deployed = { find: () => plan } as unknown as DeployedFunctions;

/** A call that runs until it is answered, and the session that its function has. */
function begun() {
  const answer = Promise.withResolvers<Response>();
  const sessions: SessionProps[] = [];
  const kept: Promise<unknown>[] = [];
  const services = {
    loader: { get: () => ({ getEntrypoint: () => ({ fetch: () => answer.promise }) }) },
    stubs: { session: (props: SessionProps) => sessions.push(props), outbound: () => ({}) },
    outlets: { log: () => {} },
  } as unknown as RunnerServices;
  const context: TokenContext = {
    now: () => Date.now(),
    within: (_ms, work) => work,
    waitUntil: (work) => kept.push(work),
  };
  const runner = new FunctionRunner(services);
  const call = { name: "slow", parameters: {}, caller: { kind: "anonymous" } as const };
  const result = runner.run(deployed, call, context);
  result.catch(() => {});
  const running = () => sessions.map((session) => runner.running(session) !== null);
  return { answer, kept, result, running, sessions, callsIn: () => runner.callsIn("slow").length };
}

describe("a session that reaches another isolate of the gateway than that of its call", () => {
  const context: TokenContext = { now: () => Date.now(), within: (_ms, work) => work, waitUntil: () => {} };
  const outlets = { log: () => {} } as unknown as RunnerServices["outlets"];
  const other = () => new FunctionRunner({ outlets } as RunnerServices);
  const current = async () => deployed;

  async function kept(): Promise<SessionProps> {
    const { sessions } = begun();
    await vi.waitFor(() => expect(sessions).toHaveLength(1));
    return sessions[0] as SessionProps;
  }

  test("is good for its call's time, with which its requests end", async () => {
    vi.useFakeTimers();
    try {
      const session = await kept();
      const { caller, deadline } = JSON.parse(session.facts);
      const call = await other().adopted(session, current, context);
      expect(call).toMatchObject({ id: session.call, deadline, caller });
      let hasEnded = false;
      call?.ended.then(() => {
        hasEnded = true;
      });
      await vi.advanceTimersByTimeAsync(deadline - Date.now() - 1);
      expect(hasEnded).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(hasEnded).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test("is good no longer, however long the function's isolate keeps it", async () => {
    const session = await kept();
    const { deadline } = JSON.parse(session.facts);
    const late = { ...context, now: () => deadline + 1 };
    expect(await other().adopted(session, current, late)).toBeNull();
  });

  test("is good for no longer than its function may take, however long the call was to", async () => {
    const { deadline } = JSON.parse((await kept()).facts);
    expect(deadline).toBeLessThanOrEqual(Date.now() + published.limits.timeoutMs);
  });

  test("is good for no function that is not deployed any more", async () => {
    expect(await other().adopted(await kept(), async () => null, context)).toBeNull();
  });
});

describe("a call", () => {
  test("runs on when its client has left, so that its end is noticed", async () => {
    const { answer, kept, result, running, callsIn } = begun();
    await vi.waitFor(() => expect(running()).toEqual([true]));
    expect(callsIn()).toBe(1);
    expect(kept).toHaveLength(1);
    answer.reject(new Error("broken"));
    await kept[0];
    expect(running()).toEqual([false]);
    expect(callsIn()).toBe(0);
    await expect(result).rejects.toThrow();
  });

  test("is over when its time is, even if the platform has ended what would end it", async () => {
    const { running, callsIn } = begun();
    await vi.waitFor(() => expect(running()).toEqual([true]));
    const later = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 1_001);
    expect([running(), callsIn()]).toEqual([[false], 0]);
    later.mockRestore();
    expect([running(), callsIn()]).toEqual([[true], 1]);
  });
});
