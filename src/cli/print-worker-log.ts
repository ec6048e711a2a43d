/**
 * A line that the gateway wrote to its console, for a person: a refused call becomes a sentence that says
 * which option would allow it, everything else stays what it is.
 */
export function formatWorkerLog({ level, message }: { level: string; message: string }): string {
  const line = parseLine(message);
  if (line?.event !== "egress.refused") return `[${level}] ${message}`;
  return `[refused] ${line.by}: ${line.reason}. ${line.remedy}`;
}

function parseLine(message: string): Record<string, unknown> | null {
  try {
    const line: unknown = JSON.parse(message);
    return typeof line === "object" && line !== null ? { ...line } : null;
  } catch {
    return null;
  }
}
