import { STATUS_CODES } from "node:http";

/** The reason phrase that belongs to a status; empty for a status that has none. */
export function standardReason(status: number): string {
  return STATUS_CODES[status] ?? "";
}
