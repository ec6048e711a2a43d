import { expect, inject, test } from "vitest";
import { unlimited } from "../../src/egress/call.ts";
import { Deadlines } from "../../src/egress/deadline.ts";
import { speaksHttp2 } from "../../src/egress/http2.ts";
import { ManualClock } from "./clock.ts";

const { a, grpc, nobody } = inject("servers");

test.each([
  ["a native gRPC server", grpc, true],
  ["a server of HTTP/1.1", a, false],
  ["an address where nobody listens", nobody, false],
])("%s: HTTP/2 is spoken at %s: %s", async (_name, url, speaks) => {
  expect(await speaksHttp2(new URL(url).host, unlimited)).toBe(speaks);
});

test("a server that says nothing is given up after a second", async () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const silent = { within: <T>(ms: number) => deadlines.within(ms, Promise.withResolvers<T>().promise) };
  const answer = speaksHttp2(new URL(a).host, silent);
  clock.pass(1000);
  expect(await answer).toBe(false);
});
