import { firstBytes } from "../../text/first-bytes.ts";
import { hasMethod, isDataSet, LONGEST_INDEX } from "../data-set.ts";
import type { AuditPlatform, AuditRecord, AuditSink } from "./record.ts";
import type { AuditSettings } from "./settings.ts";

/** Where records go; null for nowhere. A binding that is missing is replaced by the log. */
export function sinkFor(settings: AuditSettings, { bindings, print }: AuditPlatform): AuditSink | null {
  if (settings.destination === "none") return null;
  const binding = settings.destination === "binding" ? bindings[settings.binding] : null;
  if (isDataSet(binding)) return (record) => binding.writeDataPoint(dataPointOf(record));
  if (isQueue(binding)) return (record) => binding.send(record);
  return (record) => print({ level: "info", event: "audit", ...record });
}

/** Whether records can be written to a binding. */
export function isBinding(binding: unknown): boolean {
  return isDataSet(binding) || isQueue(binding);
}

function isQueue(binding: unknown): binding is Queue<AuditRecord> {
  return hasMethod(binding, "send");
}

/**
 * A record as Analytics Engine keeps it, which knows columns by their number only.
 *
 * - `index1`: the environment and who called, `ENVIRONMENT/NAME`, in at most 96 bytes.
 * - `blob1` to `blob11`: connection_id, response_flags, method, destination_host, error, and of metadata
 *   environment, kind, name, proxy, source and user; null where the record has null.
 * - `double1` to `double5`: destination_port, status, duration_ms, bytes_sent and bytes_received; -1 for null.
 */
function dataPointOf(record: AuditRecord): AnalyticsEngineDataPoint {
  const { environment, kind, name, proxy, source, user } = record.metadata;
  return {
    indexes: [firstBytes(`${environment}/${name}`, LONGEST_INDEX)],
    blobs: [
      record.connection_id,
      record.response_flags,
      record.method,
      record.destination_host,
      record.error,
      environment,
      kind,
      name,
      proxy,
      source,
      user,
    ],
    doubles: [
      record.destination_port,
      record.status,
      record.duration_ms,
      record.bytes_sent,
      record.bytes_received,
    ].map((number) => number ?? -1),
  };
}
