import { describe, expect, test } from "vitest";
import type { AuditSettings } from "../../../src/egress/audit/settings.ts";
import { audited, origin, servers } from "./kit.ts";

const toBinding: AuditSettings = { destination: "binding", binding: "AUDIT" };
const noLimit = { within: <T>(_ms: number, work: Promise<T>) => work };

function callOf(by = origin) {
  return {
    url: `${servers.a}/bytes/10`,
    method: "GET",
    headers: new Headers(),
    body: null,
    timeoutMs: 5000,
    by,
  };
}

test("with the destination none, nothing is recorded", async () => {
  const { audit, egress, printed } = audited({ destination: "none" });
  await egress.send(callOf(), noLimit);
  expect(audit.recorder).toBeNull();
  expect(printed).toEqual([]);
});

test("a queue gets each record", async () => {
  const sent: unknown[] = [];
  const { egress, printed, settled } = audited(toBinding, {
    AUDIT: { send: async (one: unknown) => sent.push(one) },
  });
  await egress.send(callOf(), noLimit);
  await settled();
  expect(sent).toEqual([expect.objectContaining({ connection_id: "call-1", status: 200 })]);
  expect(printed).toEqual([]);
});

test("an Analytics Engine data set gets each record as a data point", async () => {
  const points: unknown[] = [];
  const { egress } = audited(toBinding, {
    AUDIT: { writeDataPoint: (point: unknown) => points.push(point) },
  });
  await egress.send(callOf({ ...origin, name: "é".repeat(60) }), noLimit);
  const { hostname, port } = new URL(servers.a);
  expect(points).toEqual([
    {
      indexes: [`test/${"é".repeat(45)}`],
      blobs: [
        "call-1",
        "success",
        "GET",
        hostname,
        null,
        "test",
        "policy",
        "é".repeat(60),
        "orders-v1",
        null,
        null,
      ],
      doubles: [Number(port), 200, 0, 0, 10],
    },
  ]);
});

describe("a binding that", () => {
  test.each([
    ["is missing", undefined],
    ["is something else", { get: () => null }],
    ["is a text", "AUDIT"],
  ])("%s is said once, and records go to the log", async (_, binding) => {
    const { egress, printed, log } = audited(toBinding, { AUDIT: binding });
    await egress.send(callOf(), noLimit);
    await egress.send(callOf(), noLimit);
    expect(printed).toHaveLength(2);
    expect(log).toEqual([
      {
        level: "error",
        event: "audit.binding-missing",
        binding: "AUDIT",
        reason: expect.stringContaining("The Worker has no binding AUDIT"),
      },
    ]);
  });

  const broken = new Error("the queue is full");
  test.each<[string, object]>([
    ["rejects", { send: () => Promise.reject(broken) }],
    [
      "throws",
      {
        writeDataPoint: () => {
          throw broken;
        },
      },
    ],
    ["never answers", { send: () => new Promise(() => {}) }],
  ])("%s neither fails nor delays a call, and no record is lost", async (how, AUDIT) => {
    const { egress, log, settled } = audited(toBinding, { AUDIT });
    expect((await egress.send(callOf(), noLimit)).status).toBe(200);
    if (how === "never answers") return;
    await settled();
    expect(log).toEqual([
      {
        level: "error",
        event: "audit.failed",
        reason: "the queue is full",
        record: expect.objectContaining({ status: 200 }),
      },
    ]);
  });
});

test("a later deployment changes the destination of all doors", async () => {
  const { audit, egress, printed } = audited({ destination: "none" });
  audit.follow({ destination: "log" }, "prod");
  await egress.send(callOf(), noLimit);
  expect(printed).toMatchObject([{ metadata: { environment: "prod" } }]);
});
