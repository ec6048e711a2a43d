import { inject } from "vitest";
import { Audit } from "../../../src/egress/audit/audit.ts";
import type { AuditPlatform, CallOrigin } from "../../../src/egress/audit/record.ts";
import type { AuditSettings } from "../../../src/egress/audit/settings.ts";
import type { Connection } from "../../../src/egress/call.ts";
import { Egress } from "../../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../../src/egress/egress-policy.ts";
import { internet } from "../../../src/egress/internet.ts";
import { ManualClock } from "../clock.ts";

export const servers = inject("servers");

export const origin: CallOrigin = {
  kind: "policy",
  name: "SC-GetStock",
  proxy: "orders-v1",
  source: null,
  user: null,
};

/** An egress whose calls are recorded, with a clock that stands until the test moves it. */
export function audited(
  settings: AuditSettings = { destination: "log" },
  bindings: AuditPlatform["bindings"] = {},
  connection: Connection = internet,
) {
  const clock = new ManualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678));
  const printed: Record<string, unknown>[] = [];
  const log: Record<string, unknown>[] = [];
  const pending: Promise<unknown>[] = [];
  let calls = 0;
  const audit = new Audit({
    bindings,
    print: (line) => printed.push(line),
    log: (line) => log.push(line),
    waitUntil: (work) => void pending.push(work),
    now: clock.now,
    uuid: () => `call-${++calls}`,
  });
  audit.follow(settings, "test");
  const { a, b, nobody } = servers;
  const policy = compileEgressPolicy({
    allow: [a, b, nobody, a.replace("http:", "https:")],
    advice: { list: "egress.json" },
  });
  const egress = new Egress({
    policy,
    internet: connection,
    connections: new Map(),
    log: (line) => log.push(line),
    audit,
  });
  return {
    audit,
    egress,
    clock,
    printed,
    log,
    /** Settles when everything in the background has ended. */
    async settled(): Promise<void> {
      while (pending.length > 0) await pending.shift();
    },
  };
}
