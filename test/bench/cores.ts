/** Keeps what is measured apart from what measures it: the gateway has one core, backend and load the other. */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** The core of the gateway and of its rivals. */
export const gatewayCore = 0;
/** The core of the backend and of the load generator. */
export const loadCore = 1;

const canPin = availableParallelism() > 1 && spawnSync("taskset", ["--version"]).status === 0;

/** The command line that runs `command` on one core; where that is impossible, `command` itself. */
export function pinned(
  core: number,
  command: readonly [string, ...string[]],
): { file: string; args: string[] } {
  const [file, ...args] = command;
  return canPin ? { file: "taskset", args: ["-c", String(core), file, ...args] } : { file, args };
}

/** Moves this process, with its threads, to one core. */
export function pinSelf(core: number): void {
  if (canPin) spawnSync("taskset", ["-acp", String(core), String(process.pid)]);
}
