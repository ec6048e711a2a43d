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
  return { answer, kept, result, running, callsIn: () => runner.callsIn("slow").length };
}

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
