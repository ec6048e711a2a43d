import type { Environment } from "../environment/environment.ts";
import type { FunctionRunner } from "../functions/runner.ts";

/** Something of a deployment that cannot be loaded, and what the runtime says about it. */
export interface LoadFailure {
  readonly kind: "environment" | "proxy" | "shared flow" | "function";
  readonly name: string;
  readonly reason: string;
}

/**
 * Loads everything that a generation deploys as requests and calls would, one after the other, and calls nothing.
 */
export async function loadFailures(
  environment: Environment,
  runner: FunctionRunner,
  generation: number,
): Promise<LoadFailure[]> {
  const failures: LoadFailure[] = [];
  const attempt = async <T>(kind: LoadFailure["kind"], name: string, load: () => Promise<T>) => {
    try {
      return await load();
    } catch (error) {
      failures.push({ kind, name, reason: error instanceof Error ? error.message : String(error) });
      return null;
    }
  };
  const snapshot = await attempt("environment", environment.name, () => environment.generation(generation));
  if (snapshot === null) return failures;
  const { proxies, sharedFlows, functions } = snapshot.document;
  for (const proxy of proxies.all) await attempt("proxy", proxy.name, () => snapshot.load(proxy));
  for (const flow of sharedFlows) {
    await attempt("shared flow", flow.name, () => snapshot.loadSharedFlow(flow));
  }
  for (const { name } of functions) {
    const plan = snapshot.functions.find(name);
    if (plan) await attempt("function", name, () => runner.load(plan));
  }
  return failures;
}
