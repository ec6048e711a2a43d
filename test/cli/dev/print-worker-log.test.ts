import { describe, expect, test } from "vitest";
import { formatRequest, formatWorkerLog } from "../../../src/cli/dev/print-worker-log.ts";
import type { RequestLine } from "../../../src/exchange/dev-requests.ts";

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

  test("that is no HTTP has no status", () => {
    const socket = { ...record, method: "CONNECT", status: null, bytes_sent: 5, bytes_received: 0 };
    expect(formatWorkerLog(line(socket), "all")).toBe(
      "[call] shippingDays: CONNECT api.example.com:443 after 12 ms, 5 bytes sent",
    );
  });

  test("of a flow is shown only on request", () => {
    const ofFlow = { ...record, metadata: { kind: "policy", name: "SC-GetStock" } };
    expect(formatWorkerLog(line(ofFlow), "of functions")).toBeNull();
    expect(formatWorkerLog(line(ofFlow), "all")).toMatch(/^\[call\] SC-GetStock: GET /);
  });
});

test("a native gRPC server without the bridge is named, with the remedy", () => {
  const native = {
    event: "grpc.native-server",
    by: "EC-Check",
    reason: "The target server greeter (127.0.0.1:50051) speaks gRPC's own HTTP/2, which Workers cannot send",
    remedy: "Run: sortie bridge --listen PORT --to 127.0.0.1:50051, and …",
  };
  expect(formatWorkerLog(line(native), "of functions")).toBe(
    `[failed] EC-Check: ${native.reason}. ${native.remedy}`,
  );
});

test("a line that did not reach its log says why", () => {
  const failed = {
    event: "message-logging.failed",
    policy: "ML-Log",
    proxy: "p",
    reason: "It answered 503.",
  };
  expect(formatWorkerLog(line(failed), "of functions")).toBe("[failed] ML-Log: It answered 503.");
});

test("what a request has collected is one line", () => {
  const collected = {
    event: "analytics",
    proxy: "p",
    captured: { dc_x: "a\nb" },
    statistics: { verb: "GET" },
  };
  expect(formatWorkerLog(line(collected), "of functions")).toBe(
    '[analytics] p: {"verb":"GET","dc_x":"a\\nb"}',
  );
  const errors = '[{"errorType":"TypeMismatch"}]';
  expect(formatWorkerLog(line({ ...collected, dataCapturePolicyErrors: errors }), "all")).toContain(
    `errors: ${errors}`,
  );
});

test("a refused call says what would allow it", () => {
  const refusal = { event: "egress.refused", by: "SC", reason: "it is not in the list", remedy: "Add it." };
  expect(formatWorkerLog(line(refusal), "of functions")).toBe("[refused] SC: it is not in the list. Add it.");
});

describe("a request", () => {
  const request: RequestLine = {
    event: "request",
    method: "GET",
    path: "/v1/orders/7",
    proxy: "orders-v1",
    status: 503,
    ms: 12,
    faults: [],
    calls: [],
  };
  const now = new Date(2026, 2, 4, 5, 6, 7);
  const fault = {
    policy: "SC-Stock",
    code: "steps.servicecallout.ExecutionFailed",
    message: "Host not reachable",
  };
  const call = {
    by: "SC-Stock",
    host: "localhost:9",
    kind: "unreachable",
    reason: "It is not reachable.",
  } as const;

  test.each<[Partial<RequestLine>, string]>([
    [{}, "05:06:07 GET /v1/orders/7 orders-v1 503 12 ms"],
    [{ proxy: null, status: 404 }, "05:06:07 GET /v1/orders/7 - 404 12 ms"],
    [
      { faults: [fault] },
      "05:06:07 GET /v1/orders/7 orders-v1 503 12 ms; fault steps.servicecallout.ExecutionFailed in SC-Stock: Host not reachable",
    ],
    [
      { faults: [{ ...fault, policy: null, code: "flow.APITimedOut", message: "API timed out" }] },
      "05:06:07 GET /v1/orders/7 orders-v1 503 12 ms; fault flow.APITimedOut: API timed out",
    ],
    [
      { faults: [{ ...fault, reason: "it was asleep" }] },
      "05:06:07 GET /v1/orders/7 orders-v1 503 12 ms; fault steps.servicecallout.ExecutionFailed in SC-Stock: Host not reachable (it was asleep)",
    ],
    [
      { faults: [{ policy: null, code: "AuthorizationRequired", message: "AuthorizationRequired: 401" }] },
      "05:06:07 GET /v1/orders/7 orders-v1 503 12 ms; fault AuthorizationRequired: 401",
    ],
    [
      { calls: [call] },
      "05:06:07 GET /v1/orders/7 orders-v1 503 12 ms; call of SC-Stock to localhost:9 failed (unreachable): nothing listens there, or it ended the connection",
    ],
    [
      { calls: [{ ...call, kind: "timeout", reason: "No answer within 9 ms." }] },
      "05:06:07 GET /v1/orders/7 orders-v1 503 12 ms; call of SC-Stock to localhost:9 failed (timeout): No answer within 9 ms.",
    ],
    [
      {
        calls: [
          { ...call, by: null, host: null, kind: "noActiveTargets", reason: "No server is in rotation." },
        ],
      },
      "05:06:07 GET /v1/orders/7 orders-v1 503 12 ms; call failed (noActiveTargets): No server is in rotation.",
    ],
    [
      { faults: [{ ...fault, message: "a\n05:06:08 GET / p 200 1 ms" }] },
      "05:06:07 GET /v1/orders/7 orders-v1 503 12 ms; fault steps.servicecallout.ExecutionFailed in SC-Stock: a\\n05:06:08 GET / p 200 1 ms",
    ],
  ])("%j", (facts, expected) => {
    expect(formatRequest({ ...request, ...facts }, now)).toBe(expected);
  });

  test("is shown as the Worker writes it", () => {
    expect(formatWorkerLog(line(request), "of functions")).toMatch(
      /^\d\d:\d\d:\d\d GET \/v1\/orders\/7 orders-v1 503 12 ms$/,
    );
  });
});

test.each([
  [
    { event: "function.log", level: "info", function: "f", text: "a\n[refused] SC: b" },
    "[info] f: a\n    [refused] SC: b",
  ],
  [
    { event: "function.log", level: "info", function: "f", text: "a\r\u001b[2K" },
    "[info] f: a\\u000d\\u001b[2K",
  ],
  [
    { event: "function.failed", function: "f", message: "a\n[call] b", stack: "" },
    "[failed] f: a\n    [call] b",
  ],
  [
    {
      event: "function.failed",
      function: "f",
      message: "ZeroDivisionError: division by zero",
      stack:
        'Traceback (most recent call last):\n  File "f.py", line 7, in f\n    return 1 // x\n           ~~^^~~\nZeroDivisionError: division\n[call] b',
    },
    '[failed] f: ZeroDivisionError: division by zero\n    File "f.py", line 7, in f\n      return 1 // x\n             ~~^^~~',
  ],
  [
    { event: "egress.refused", by: "SC", reason: "a\n[call] b", remedy: "c" },
    "[refused] SC: a\n    [call] b. c",
  ],
])("no text of others stands at the beginning of a line, or hides one: %j", (content, expected) => {
  expect(formatWorkerLog(line(content), "of functions")).toBe(expected);
});

test.each(["text", "null", "[1]", '"text"', '{"event":"audit"}', '{"level":"error","event":"other"}'])(
  "whatever else is written stays what it is: %s",
  (message) => {
    expect(formatWorkerLog({ level: "error", message }, "of functions")).toBe(`[error] ${message}`);
  },
);
