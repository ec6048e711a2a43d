import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { noAudit } from "../../src/egress/audit/audit.ts";
import { Deadlines } from "../../src/egress/deadline.ts";
import { Egress } from "../../src/egress/egress.ts";
import { compileEgressPolicy } from "../../src/egress/egress-policy.ts";
import { EgressError } from "../../src/egress/error.ts";
import {
  type BalancedServer,
  LoadBalancer,
  type LoadBalancerConfig,
} from "../../src/egress/load-balancer.ts";
import { baseUrl, readTargetServers, type TargetServer } from "../../src/egress/target-server.ts";
import { ManualClock } from "./clock.ts";

function server(name: string, isEnabled = true): TargetServer {
  return {
    name,
    host: `${name}.example`,
    port: 80,
    protocol: "HTTP",
    grpcTransport: "grpc-web",
    isEnabled,
    sslInfo: null,
  };
}

interface Setup extends Partial<Omit<LoadBalancerConfig, "servers">> {
  servers: Record<string, Partial<BalancedServer>>;
  disabledEntities?: readonly string[];
}

/** A load balancer, the servers that are down at the moment, and the order in which servers were called. */
function balance({ servers, disabledEntities = [], ...options }: Setup) {
  const clock = new ManualClock();
  const down = new Map<string, number | EgressError>();
  const called: string[] = [];
  const balancer = new LoadBalancer(
    {
      algorithm: "RoundRobin",
      maxFailures: 0,
      retryEnabled: true,
      unhealthyCodes: [],
      disableMs: 300_000,
      ...options,
      servers: Object.entries(servers).map(([name, rest]) => ({
        name,
        at: { file: "targets/default.xml", line: 1, column: 1 },
        weight: 1,
        isEnabled: true,
        isFallback: false,
        ...rest,
      })),
    },
    (name) => (name === "missing" ? undefined : server(name, !disabledEntities.includes(name))),
    clock.now,
  );
  const attempt = async ({ name }: TargetServer) => {
    called.push(name);
    const answer = down.get(name) ?? 200;
    if (answer instanceof EgressError) throw answer;
    return new Response(name, { status: answer });
  };
  const send = async (replayable = true) => {
    const { answer, failedServers, isFallback, server } = await balancer.send(attempt, replayable);
    return {
      answer: answer instanceof Response ? answer.status : answer.kind,
      server: server?.name ?? null,
      failedServers,
      isFallback,
    };
  };
  const sendTimes = async (times: number) => {
    called.length = 0;
    for (let time = 0; time < times; time++) await send();
    return called.join(" ");
  };
  return { clock, down, called, send, sendTimes, balancer };
}

const unreachable = new EgressError("unreachable", "down");
const timeout = new EgressError("timeout", "slow");

describe("the algorithm", () => {
  test("RoundRobin calls each server in the order of the configuration", async () => {
    const { sendTimes } = balance({ servers: { a: {}, b: {}, c: {} } });
    expect(await sendTimes(7)).toBe("a b c a b c a");
  });

  test("Weighted 1:2 sends two calls to target2 for each one to target1", async () => {
    const servers = { target1: { weight: 1 }, target2: { weight: 2 } };
    const { sendTimes } = balance({ algorithm: "Weighted", servers });
    expect(await sendTimes(6)).toBe("target2 target1 target2 target2 target1 target2");
  });

  test("Weighted gives every server its share in every full round", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        async (weights) => {
          const servers = Object.fromEntries(weights.map((weight, index) => [`s${index}`, { weight }]));
          const { sendTimes } = balance({ algorithm: "Weighted", servers });
          const names = (await sendTimes(weights.reduce((a, b) => a + b))).split(" ");
          expect(weights.map((_, index) => names.filter((name) => name === `s${index}`).length)).toEqual(
            weights,
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  test("LeastConnections calls the server with the fewest calls under way, the first of equals", async () => {
    const { balancer } = balance({ algorithm: "LeastConnections", servers: { a: {}, b: {}, c: {} } });
    const open: { name: string; end: (response: Response) => void }[] = [];
    const start = () => {
      const { promise, resolve } = Promise.withResolvers<Response>();
      return balancer.send(({ name }) => {
        open.push({ name, end: resolve });
        return promise;
      }, true);
    };
    const sent = [start(), start(), start(), start()];
    expect(open.map(({ name }) => name)).toEqual(["a", "b", "c", "a"]);
    open[1]?.end(new Response());
    await sent[1];
    start();
    start();
    expect(open.slice(4).map(({ name }) => name)).toEqual(["b", "b"]);
  });
});

describe("a failure", () => {
  test.each([unreachable, timeout])(
    "without an answer ($kind) is retried on the next server",
    async (error) => {
      const { down, send, called } = balance({ servers: { a: {}, b: {} } });
      down.set("a", error);
      expect(await send()).toEqual({ answer: 200, server: "b", failedServers: ["a"], isFallback: false });
      expect(called).toEqual(["a", "b"]);
    },
  );

  test("is also an answer with a ServerUnhealthyResponse code", async () => {
    const { down, send } = balance({ servers: { a: {}, b: {} }, unhealthyCodes: [500, 503] });
    down.set("a", 503);
    expect(await send()).toMatchObject({ answer: 200, server: "b", failedServers: ["a"] });
  });

  test("is not any other 4xx or 5xx", async () => {
    const { down, send } = balance({ servers: { a: {}, b: {} }, unhealthyCodes: [500] });
    down.set("a", 503);
    expect(await send()).toMatchObject({ answer: 503, server: "a", failedServers: [] });
  });

  test("of every server is the last one's failure", async () => {
    const { down, send } = balance({ servers: { a: {}, b: {} }, unhealthyCodes: [503] });
    down.set("a", 503).set("b", unreachable);
    expect(await send()).toMatchObject({ answer: "unreachable", server: "b", failedServers: ["a", "b"] });
    expect(await send()).toMatchObject({ answer: "unreachable", server: "b", failedServers: ["a", "b"] });
    down.set("b", 503);
    expect(await send()).toMatchObject({ answer: 503, server: "b", failedServers: ["a", "b"] });
  });

  test("is not retried with RetryEnabled false", async () => {
    const { down, send } = balance({ servers: { a: {}, b: {} }, retryEnabled: false });
    down.set("a", unreachable);
    expect(await send()).toMatchObject({ answer: "unreachable", server: "a", failedServers: ["a"] });
  });

  test("is not retried with one server", async () => {
    const { down, send, called } = balance({ servers: { a: {} } });
    down.set("a", unreachable);
    expect(await send()).toMatchObject({ answer: "unreachable", server: "a" });
    expect(called).toEqual(["a"]);
  });

  test("is not retried when the body is a stream, which can be sent once only", async () => {
    const { down, send } = balance({ servers: { a: {}, b: {} } });
    down.set("a", unreachable);
    expect(await send(false)).toMatchObject({ answer: "unreachable", server: "a", failedServers: ["a"] });
  });

  test("of an answer that is replaced lets its body go", async () => {
    const { balancer } = balance({ servers: { a: {}, b: {} }, unhealthyCodes: [503] });
    const cancelled = Promise.withResolvers<void>();
    const body = new ReadableStream({ cancel: () => cancelled.resolve() });
    await balancer.send(
      async ({ name }) => (name === "a" ? new Response(body, { status: 503 }) : new Response()),
      true,
    );
    await cancelled.promise;
  });

  test.each(["refused", "invalid"] as const)("is not a call that was never sent (%s)", async (kind) => {
    const { down, send } = balance({ servers: { a: {}, b: {} }, maxFailures: 1 });
    down.set("a", new EgressError(kind, "not sent"));
    expect(await send()).toMatchObject({ answer: kind, server: "a", failedServers: [] });
    await send();
    expect(await send()).toMatchObject({ answer: kind, server: "a" });
  });

  test("that is a defect is thrown on", async () => {
    const { balancer } = balance({ servers: { a: {}, b: {} } });
    await expect(balancer.send(() => Promise.reject(new RangeError("bug")), true)).rejects.toThrow(
      RangeError,
    );
  });
});

describe("MaxFailures", () => {
  test("0 never takes a server out of rotation", async () => {
    const { down, sendTimes } = balance({ servers: { a: {}, b: {} } });
    down.set("a", unreachable);
    expect(await sendTimes(3)).toBe("a b a b a b");
  });

  test("n takes a server out after n failures in a row and tries it again after five minutes", async () => {
    const { clock, down, sendTimes } = balance({ servers: { a: {}, b: {} }, maxFailures: 2 });
    down.set("a", unreachable);
    expect(await sendTimes(4)).toBe("a b a b b b");
    clock.pass(299_999);
    expect(await sendTimes(2)).toBe("b b");
    clock.pass(1);
    expect(await sendTimes(3)).toBe("a b b b");
    down.clear();
    clock.pass(300_000);
    expect(await sendTimes(4)).toBe("a b a b");
  });

  test("is counted anew after any answer without a listed code", async () => {
    const { down, send, sendTimes } = balance({ servers: { a: {} }, maxFailures: 2, unhealthyCodes: [503] });
    for (const answer of [unreachable, 404, 503, 200, timeout]) {
      down.set("a", answer);
      await send();
    }
    down.clear();
    expect(await sendTimes(1)).toBe("a");
  });

  test("reached by every server leaves none: NoActiveTargets", async () => {
    const { down, send, called } = balance({ servers: { a: {}, b: {} }, maxFailures: 1 });
    down.set("a", unreachable).set("b", unreachable);
    await send();
    called.length = 0;
    expect(await send()).toEqual({
      answer: "noActiveTargets",
      server: null,
      failedServers: [],
      isFallback: false,
    });
    expect(called).toEqual([]);
  });

  test("keeps a server out for TargetDisableSecs when that is given", async () => {
    const { clock, down, sendTimes } = balance({
      servers: { a: {}, b: {} },
      maxFailures: 1,
      disableMs: 10_000,
    });
    down.set("a", unreachable);
    await sendTimes(1);
    down.clear();
    expect(await sendTimes(2)).toBe("b b");
    clock.pass(10_000);
    expect(await sendTimes(2)).toBe("a b");
  });
});

describe("a fallback server", () => {
  test("is called only when all others are out of rotation", async () => {
    const { clock, down, send, sendTimes } = balance({
      servers: { spare: { isFallback: true }, a: {}, b: {} },
      maxFailures: 2,
    });
    expect(await sendTimes(3)).toBe("a b a");
    down.set("a", unreachable).set("b", unreachable);
    expect(await sendTimes(2)).toBe("b a b a spare");
    expect(await send()).toEqual({ answer: 200, server: "spare", failedServers: [], isFallback: true });
    clock.pass(300_000);
    down.clear();
    expect(await send()).toMatchObject({ isFallback: false });
  });

  test("stays in reserve when MaxFailures is 0, because then no server leaves rotation", async () => {
    const { down, send } = balance({ servers: { a: {}, spare: { isFallback: true } } });
    down.set("a", unreachable);
    expect(await send()).toMatchObject({ answer: "unreachable", server: "a", isFallback: false });
  });

  test("that is down as well is the answer", async () => {
    const { down, send } = balance({ servers: { a: {}, spare: { isFallback: true } }, maxFailures: 1 });
    down.set("a", unreachable).set("spare", timeout);
    expect(await send()).toEqual({
      answer: "timeout",
      server: "spare",
      failedServers: ["a", "spare"],
      isFallback: true,
    });
    expect(await send()).toMatchObject({ server: "spare", failedServers: ["spare"] });
  });
});

describe("a disabled server", () => {
  test("is never called, disabled by the load balancer or by the target server", async () => {
    const { sendTimes } = balance({
      servers: { a: { isEnabled: false }, b: {}, c: {}, d: {} },
      disabledEntities: ["c"],
    });
    expect(await sendTimes(4)).toBe("b d b d");
  });

  test("leaves NoActiveTargets when there is no other", async () => {
    const { send } = balance({
      servers: { a: {}, spare: { isFallback: true } },
      disabledEntities: ["a", "spare"],
    });
    expect(await send()).toMatchObject({ answer: "noActiveTargets" });
  });
});

test("a target server that does not exist cannot be balanced over", () => {
  expect(() => balance({ servers: { missing: {} } })).toThrow('There is no target server "missing".');
});

test("calls to real servers move on from one that closes the connection or answers 503", async () => {
  const addresses = Object.entries(inject("servers")).map(([name, url]) => [name, new URL(url)] as const);
  const targetServers = readTargetServers(
    addresses.map(([name, { hostname, port }]) => ({ name, host: hostname, port })),
  );
  const egress = new Egress({
    policy: compileEgressPolicy({ allow: addresses.map(([, url]) => url.origin), advice: "dev" }),
    internet: { fetch: (url, init) => fetch(url, init) },
    connections: new Map(),
    log: () => {},
    audit: noAudit,
  });
  const balancer = new LoadBalancer(
    {
      algorithm: "RoundRobin",
      servers: ["nobody", "a", "b", "c"].map((name) => ({
        name,
        at: { file: "targets/default.xml", line: 1, column: 1 },
        weight: 1,
        isEnabled: true,
        isFallback: false,
      })),
      maxFailures: 1,
      retryEnabled: true,
      unhealthyCodes: [503],
      disableMs: 300_000,
    },
    (name) => targetServers.get(name),
    new ManualClock().now,
  );
  const deadlines = new Deadlines();
  const send = (path: string) =>
    balancer.send(
      (server) =>
        egress.send(
          {
            url: baseUrl(server) + path,
            method: "GET",
            headers: new Headers(),
            body: null,
            timeoutMs: 5000,
            by: "default",
          },
          deadlines,
        ),
      true,
    );
  const first = await send("/sequence/balancer?steps=close,503,200");
  expect(first).toMatchObject({ failedServers: ["nobody", "a", "b"], server: { name: "c" } });
  expect(first.answer instanceof Response && first.answer.headers.get("x-server")).toBe("c");
  const second = await send("/status/200");
  expect(second).toMatchObject({ failedServers: [], server: { name: "c" } });
});
