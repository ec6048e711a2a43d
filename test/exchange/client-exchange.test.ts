import { describe, expect, test, vi } from "vitest";
import { systemClock } from "../../src/egress/deadline.ts";
import { EgressError } from "../../src/egress/error.ts";
import { Address } from "../../src/exchange/address.ts";
import { ClientExchange, LocalExchange } from "../../src/exchange/client-exchange.ts";
import { Fault } from "../../src/flow/fault.ts";

const pending: Promise<unknown>[] = [];
const lifetime = { waitUntil: (work: Promise<unknown>) => void pending.push(work) };

function exchangeOf(url: string, init: RequestInit<IncomingRequestCfProperties> = {}) {
  return new ClientExchange(new Request(url, init), new Address(url, new URL(url)), lifetime, systemClock);
}

const cf = (facts: Record<string, unknown>) => ({ cf: facts as unknown as IncomingRequestCfProperties });

describe("the client is", () => {
  test.each([
    [
      "who Cloudflare says it is",
      { headers: { "cf-connecting-ip": "192.0.2.7" }, ...cf({ country: "CH" }) },
      "192.0.2.7",
      null,
      "CH",
    ],
    ["the peer of a self-hosted workerd", cf({ clientIp: "198.51.100.1:4711" }), "198.51.100.1", 4711, null],
    ["the peer with an IPv6 address", cf({ clientIp: "[2001:db8::1]:4711" }), "[2001:db8::1]", 4711, null],
    ["unknown when nobody says", {}, "", null, null],
  ])("%s", (_, init, ip, port, country) => {
    const { client } = exchangeOf("https://api.example.com:8443/v1?x", init);
    expect({ ip: client.ip, port: client.port, country: client.country }).toEqual({ ip, port, country });
    expect([client.host, client.scheme]).toEqual(["api.example.com:8443", "https"]);
  });

  test("where the gateway is reached from, when nobody says", () => {
    const url = "http://localhost:8787/";
    const client = (init: RequestInit = {}) =>
      new ClientExchange(
        new Request(url, init),
        new Address(url, new URL(url)),
        lifetime,
        systemClock,
        null,
        "127.0.0.1",
      ).client;
    expect([client().ip, client().port]).toEqual(["127.0.0.1", null]);
    expect(client({ headers: { "cf-connecting-ip": "192.0.2.7" } }).ip).toBe("192.0.2.7");
  });

  test("on http when the URL is", () => {
    expect(exchangeOf("http://api.example.com/").client.scheme).toBe("http");
  });
});

test("an exchange keeps one id, which proxies that call each other share one level deeper", () => {
  const outer = exchangeOf("http://api.example.com/");
  const inner = new LocalExchange(new LocalExchange(outer));
  expect(outer.id).toMatch(/^[0-9a-f-]{36}$/);
  expect([inner.id, inner.client]).toEqual([outer.id, outer.client]);
  expect([outer.depth, inner.depth]).toEqual([0, 2]);
  expect(outer.uuid()).not.toBe(outer.uuid());
});

test("work in the background that fails is logged and harms nothing", async () => {
  const log = vi.spyOn(console, "warn").mockImplementation(() => {});
  const exchange = exchangeOf("http://api.example.com/");
  const cause = new EgressError("unreachable", "api.example.com is not reachable.");
  Object.assign(cause, { by: "SC", host: "api.example.com" });
  const fault = new Fault("steps.servicecallout.ExecutionFailed", "Host not reachable", { cause }).raisedBy(
    "SC",
  );
  new LocalExchange(exchange).waitUntil(Promise.reject(fault));
  await Promise.all(pending);
  expect(JSON.parse(log.mock.calls[0]?.[0])).toEqual({
    level: "warn",
    event: "background-failure",
    messageid: exchange.id,
    error: "Host not reachable",
    cause: "api.example.com is not reachable.",
    policy: "SC",
    code: "steps.servicecallout.ExecutionFailed",
    call: {
      by: "SC",
      host: "api.example.com",
      kind: "unreachable",
      reason: "api.example.com is not reachable.",
    },
  });
  log.mockRestore();
});
