import { format } from "node:util";
import type { LogLevel } from "../protocol.ts";
import { callInProgress } from "./call.ts";

const levels = {
  debug: "debug",
  trace: "debug",
  log: "info",
  info: "info",
  dir: "info",
  dirxml: "info",
  table: "info",
  group: "info",
  groupCollapsed: "info",
  timeEnd: "info",
  timeLog: "info",
  count: "info",
  warn: "warn",
  error: "error",
} as const satisfies Partial<Record<keyof Console, LogLevel>>;

/**
 * Sends what the function writes to its console, standard output and standard error to the gateway, which masks
 * secrets in it; nothing of it reaches the platform's own log. What is written while the module is loaded belongs
 * to no call and is dropped.
 */
export function redirectConsole(): void {
  for (const [method, level] of Object.entries(levels)) {
    Object.assign(console, { [method]: (...values: unknown[]) => write(level, () => format(...values)) });
  }
  console.assert = (condition?: unknown, ...values: unknown[]) => {
    if (!condition) write("error", () => format("Assertion failed:", ...values));
  };
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    write("error", () => format("Unhandled rejection:", event.reason));
  });
  redirectStream(process.stdout, "info");
  redirectStream(process.stderr, "error");
}

/** Replaces `write`, through which everything that a stream takes goes. */
function redirectStream(stream: NodeJS.WriteStream, level: LogLevel): void {
  stream.write = (chunk: unknown, ...rest: unknown[]): boolean => {
    write(level, () => (typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk as Uint8Array)));
    const done = rest.at(-1);
    if (typeof done === "function") queueMicrotask(() => done());
    return true;
  };
}

function write(level: LogLevel, text: () => string): void {
  callInProgress()?.log.write(level, text);
}
