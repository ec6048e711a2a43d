import { connect } from "cloudflare:sockets";
import { expect, inject, test } from "vitest";
import { pipeSocket } from "../../src/egress/socket.ts";

const { b, nobody, silent } = inject("servers");

/** One end of a connection that is open. */
async function openSocket(): Promise<Socket> {
  const near = connect(new URL(b).host, { secureTransport: "off", allowHalfOpen: true });
  await near.opened;
  return near;
}

const never = new Promise<never>(() => {});

test("an address that never answers is let go of when nobody wants it any more", async () => {
  const near = await openSocket();
  const closing = Promise.withResolvers<void>();
  const lost = pipeSocket(near, new URL(silent).host, closing.promise);
  closing.resolve();
  expect(await lost).toBeNull();
  await near.closed;
});

test("an address that cannot be reached rejects", async () => {
  await expect(pipeSocket(await openSocket(), new URL(nobody).host, never)).rejects.toThrow();
});
