import { describe, expect, test } from "vitest";
import { formatWorkerLog } from "../../src/cli/print-worker-log.ts";

const record = {
  level: "info",
  event: "audit",
  method: "GET",
  destination_host: "api.example.com",
  destination_port: 443,
  status: 200,
  error: null,
  duration_ms: 12,
  bytes_sent: 0,
  bytes_received: 345,
  metadata: { kind: "function", name: "shippingDays" },
};
const line = (content: object) => ({ level: "log", message: JSON.stringify(content) });

describe("the record of a call", () => {
  test("of a function is a short line", () => {
    expect(formatWorkerLog(line(record), "of functions")).toBe(
      "[call] shippingDays: GET api.example.com:443 answered 200 after 12 ms, 345 bytes received",
    );
  });

  test("without an answer says why", () => {
    const refused = { ...record, status: null, error: "refused", bytes_sent: 7, bytes_received: null };
    expect(formatWorkerLog(line(refused), "of functions")).toBe(
      "[call] shippingDays: GET api.example.com:443 refused after 12 ms, 7 bytes sent",
    );
  });

  test("of a flow is shown only on request", () => {
    const ofFlow = { ...record, metadata: { kind: "policy", name: "SC-GetStock" } };
    expect(formatWorkerLog(line(ofFlow), "of functions")).toBeNull();
    expect(formatWorkerLog(line(ofFlow), "all")).toMatch(/^\[call\] SC-GetStock: GET /);
  });
});

test("a refused call says what would allow it", () => {
  const refusal = { event: "egress.refused", by: "SC", reason: "it is not in the list", remedy: "Add it." };
  expect(formatWorkerLog(line(refusal), "of functions")).toBe("[refused] SC: it is not in the list. Add it.");
});

test.each(["text", "null", "[1]", '"text"', '{"event":"audit"}', '{"level":"error","event":"other"}'])(
  "whatever else is written stays what it is: %s",
  (message) => {
    expect(formatWorkerLog({ level: "error", message }, "of functions")).toBe(`[error] ${message}`);
  },
);
