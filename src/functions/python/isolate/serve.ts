import served from "function.json";
import { type CallAnswer, LONGEST_SHORT_ANSWER, type LogBatch, type ServeCall } from "../../protocol.ts";
import { runCall } from "../../runtime/call.ts";
import { CallLog } from "../../runtime/call-log.ts";
import { replaceFetch } from "../../runtime/network-failures.ts";
import { bridge, printed } from "./bridge.ts";
import { startInterpreter } from "./interpreter.ts";
import { interrupts } from "./interrupts.ts";

/** The Python module `_call`. It raises nothing: failures are JSON of an answer. */
interface PythonCalls {
  start(bridge: object): void;
  load(entry: string, name: string, parameters: string, output: string): string | undefined;
  readonly call: { callPromising(parameters: string, resultBytes: number): Promise<string> };
}

replaceFetch();

let started: Promise<PythonCalls> | null = null;

/** Takes calls of the gateway. Several may run at the same time: each has a stack, a session and a log of its own. */
const serveCall: ServeCall = async ({ session, parameters, sources, limits, deadline }) => {
  const log = new CallLog(session, limits.logLines);
  const given = JSON.stringify(parameters);
  const answer = await withPython(({ call }) =>
    runCall({ session, sources, log, deadline }, () => call.callPromising(given, limits.resultBytes)),
  );
  printed.end(log);
  return written(answer, await log.end());
};
export default serveCall;

/** Reads the function's module without calling it. Resolves with JSON of why it cannot be read. */
export async function load(): Promise<string | null> {
  const answer = await withPython(async () => "");
  return answer === "" ? null : answer;
}

/** JSON of an answer. An interpreter that has ended is followed by a new one, for the next call. */
async function withPython(work: (python: PythonCalls) => Promise<string>): Promise<string> {
  try {
    started ??= startPython();
    return await work(await started);
  } catch (error) {
    started = null;
    if (error instanceof NotLoaded) return error.message;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Python has ended: ${reason}`;
    return JSON.stringify({
      error: { kind: "runtime", name: "Error", message, stack: null },
    } satisfies CallAnswer);
  }
}

/** The function's module cannot be read. The message is JSON of an answer. */
class NotLoaded extends Error {}

async function startPython(): Promise<PythonCalls> {
  const { module, parameters, output } = served;
  const interpreter = await startInterpreter(module.files);
  const calls: PythonCalls = interpreter.pyimport("_call");
  calls.start(bridge);
  interpreter.setInterruptBuffer(interrupts as unknown as Uint8Array);
  const problem = calls.load(
    module.entry,
    module.function,
    JSON.stringify(parameters),
    JSON.stringify(output),
  );
  if (problem !== undefined) throw new NotLoaded(problem);
  return calls;
}

/** Adds lines of the log. Python's JSON is all ASCII, as headers are. */
function written(answer: string, log: LogBatch | undefined): string {
  if (log === undefined) return answer;
  const text = `${answer.slice(0, -1)},"log":${JSON.stringify(log)}}`;
  return text.length > LONGEST_SHORT_ANSWER ? text : text.replace(/[^\x20-\x7e]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
