import type { AuditRecord } from "../../egress/audit/record.ts";
import type { RequestLine } from "../../exchange/dev-requests.ts";
import { stackInSource } from "../publish/source-stack.ts";
import { onOneLine, visible } from "../visible.ts";

/**
 * A line that the gateway wrote to its console, for a person: a refused call becomes a sentence that says
 * which option would allow it, the record of a call a short one, and everything else stays what it is.
 *
 * @param calls whose calls are shown; those of functions always are
 * @param sourceMapOf the source map of a function, by its name
 * @returns null for what is not shown
 */
export function formatWorkerLog(
  line: { level: string; message: string },
  calls: "of functions" | "all",
  sourceMapOf: (name: unknown) => string | undefined = () => undefined,
): string | null {
  const text = textOf(line, calls, sourceMapOf);
  return text === null ? null : visible(text);
}

function textOf(
  { level, message }: { level: string; message: string },
  calls: "of functions" | "all",
  sourceMapOf: (name: unknown) => string | undefined,
): string | null {
  const line = parseLine(message);
  if (isRequest(line)) return formatRequest(line, new Date());
  if (line?.event === "function.failed") return formatFunctionFailure(line, sourceMapOf(line.function));
  if (line?.event === "egress.refused") return `[refused] ${line.by}: ${line.reason}. ${line.remedy}`;
  if (line?.event === "grpc.native-server") return `[failed] ${line.by}: ${line.reason}. ${line.remedy}`;
  if (line?.event === "message-logging.failed") return `[failed] ${line.policy}: ${line.reason}`;
  if (line?.event === "analytics") return formatCollected(line);
  if (line?.event === "function.log") {
    return `[${line.level}] ${line.function}: ${inSource(String(line.text), sourceMapOf(line.function))}`;
  }
  if (line?.event === "script.printed") return `[print] ${line.proxy} ${line.policy}: ${line.text}`;
  if (!isAudit(line)) return `[${level}] ${message}`;
  return calls === "all" || line.metadata.kind === "function" || line.metadata.kind === "webhook"
    ? formatCall(line)
    : null;
}

/** A request in one line: what was asked, of which proxy, how it was answered, and what went wrong on the way. */
export function formatRequest(line: RequestLine, now: Date): string {
  const { method, path, proxy, status, ms, faults, calls } = line;
  const time = now.toTimeString().slice(0, "HH:MM:SS".length);
  const wrong = [...faults.map(formatFault), ...calls.map(formatFailure)];
  return onOneLine([`${time} ${method} ${path} ${proxy ?? "-"} ${status} ${ms} ms`, ...wrong].join("; "));
}

/** The message of some begins with their code. */
function formatFault({ code, policy, message, reason }: RequestLine["faults"][number]): string {
  const text = message.startsWith(`${code}: `) ? message.slice(`${code}: `.length) : message;
  return `fault ${code}${policy ? ` in ${policy}` : ""}: ${text}${reason ? ` (${reason})` : ""}`;
}

/** Which call failed, and why: the platform does not tell a port without a server from a server that hangs up. */
function formatFailure({ by, host, kind, reason }: RequestLine["calls"][number]): string {
  const why = kind === "unreachable" ? "nothing listens there, or it ended the connection" : reason;
  return `call${by ? ` of ${by}` : ""}${host ? ` to ${host}` : ""} failed (${kind}): ${why}`;
}

/** The record of a call in one short line. */
function formatCall(record: AuditRecord): string {
  const { metadata, method, destination_host, destination_port, status, error, duration_ms } = record;
  const { bytes_sent, bytes_received } = record;
  const result = [...(status === null ? [] : [`answered ${status}`]), ...(error === null ? [] : [error])];
  const bytes = [...amount(bytes_sent, "sent"), ...amount(bytes_received, "received")];
  const facts = [[result.join(", "), `after ${duration_ms} ms`].join(" ").trim(), ...bytes].join(", ");
  return `[call] ${metadata.name}: ${method} ${destination_host}:${destination_port ?? "?"} ${facts}`;
}

/** What a request has collected for analytics, as JSON on one line. */
function formatCollected({
  proxy,
  captured,
  statistics,
  dataCapturePolicyErrors: errors,
}: Record<string, unknown>) {
  const values = JSON.stringify({ ...Object(statistics), ...Object(captured) });
  return onOneLine(`[analytics] ${proxy}: ${values}${errors === undefined ? "" : ` errors: ${errors}`}`);
}

/** Why a call of a function failed, with the stack in the files that it was made from. */
function formatFunctionFailure(line: Record<string, unknown>, sourceMap: string | undefined): string {
  const stack = typeof line.stack === "string" ? line.stack : "";
  const places = stack.startsWith(TRACEBACK) ? framesIn(stack) : callersIn(inSource(stack, sourceMap));
  return `[failed] ${line.function}: ${line.message}${places}`;
}

/** What a stack of Python's begins with. */
const TRACEBACK = "Traceback (most recent call last):";

/** The places of a traceback, the innermost last, with their code. */
function framesIn(traceback: string): string {
  const lines = traceback.split("\n").filter((line) => line.startsWith("  "));
  return lines.map((line) => `\n  ${line}`).join("");
}

function callersIn(stack: string): string {
  const [, ...frames] = stack.split("\n    at ");
  return frames.map((frame) => `\n    at ${frame}`).join("");
}

function inSource(text: string, sourceMap: string | undefined): string {
  return sourceMap === undefined ? text : stackInSource(text, sourceMap);
}

function amount(bytes: number | null, direction: string): string[] {
  return bytes === null || bytes === 0 ? [] : [`${bytes} bytes ${direction}`];
}

function isRequest(line: object | null): line is RequestLine {
  return line !== null && "event" in line && line.event === "request" && "faults" in line;
}

/** The gateway is the only one that writes lines with this event, and writes them whole. */
function isAudit(line: object | null): line is AuditRecord {
  return line !== null && "event" in line && line.event === "audit" && "metadata" in line;
}

function parseLine(message: string): Record<string, unknown> | null {
  try {
    const line: unknown = JSON.parse(message);
    return typeof line === "object" && line !== null ? { ...line } : null;
  } catch {
    return null;
  }
}
