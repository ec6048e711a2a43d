import { CompactSign } from "jose";
import { describe, expect, test } from "vitest";
import { Admission } from "../../../../src/cli/bridge/http/admission.ts";
import type { Refusal } from "../../../../src/cli/bridge/http/refusal.ts";
import { CALL_TYPE, type SignedCall } from "../../../../src/egress/bridge/protocol.ts";

const HERE = "https://bridge.example.com:8443";
const NOW = Date.UTC(2026, 0, 1);
const encode = (text: string) => new TextEncoder().encode(text);
const key = encode("a key that the gateway and the bridge share");
const older = encode("the key that was there before this new one");

let count = 0;
const callWith = (changes: Partial<SignedCall> = {}): SignedCall => ({
  aud: HERE,
  at: NOW,
  nonce: `nonce-of-the-test-${count++}`,
  environment: "local",
  source: "Crm",
  method: "GET",
  url: "https://crm.example.com/",
  headers: [],
  body: null,
  ...changes,
});

const sign = (call: unknown, by = key, header: object = { typ: CALL_TYPE }) =>
  new CompactSign(encode(JSON.stringify(call))).setProtectedHeader({ alg: "HS256", ...header }).sign(by);

function admissionAt(now = () => NOW, room?: number): Admission {
  let isStarting = true;
  // It started a minute before.
  const clock = () => (isStarting ? now() - 60_000 : now());
  const admission = new Admission(new Set([HERE]), [key, older], clock, room);
  isStarting = false;
  return admission;
}

const verdict = (work: Promise<unknown>) =>
  work.then(
    () => "admitted",
    (error: Refusal) => error.refusal,
  );

describe("a call", () => {
  test.each([
    ["that was signed just now", {}],
    ["of a clock that is half a minute ahead", { at: NOW + 30_000 }],
    ["of a clock that is half a minute behind", { at: NOW - 30_000 }],
  ])("%s is let in", async (_, changes) => {
    const call = callWith(changes);
    expect(await admissionAt().admit(await sign(call))).toEqual(call);
  });

  test("that an older key has signed is let in, so that keys can be changed", async () => {
    expect(await verdict(admissionAt().admit(await sign(callWith(), older)))).toBe("admitted");
  });

  const tampered = async () => {
    const [header, , signature] = (await sign(callWith())).split(".");
    const other = Buffer.from(JSON.stringify(callWith({ url: "https://other.example.com/" }))).toString(
      "base64url",
    );
    return `${header}.${other}.${signature}`;
  };
  const unsigned = async () => {
    const header = Buffer.from(JSON.stringify({ alg: "none", typ: CALL_TYPE })).toString("base64url");
    return `${header}.${Buffer.from(JSON.stringify(callWith())).toString("base64url")}.`;
  };

  test.each<[string, () => Promise<string | undefined>, string]>([
    ["that is not there", async () => undefined, "malformed"],
    ["that is too long", async () => "x".repeat(50_000), "malformed"],
    ["that is no JWS", async () => "a.b.c", "signature"],
    [
      "of a foreign key",
      async () => sign(callWith(), encode("a key of somebody else, just as long as ours")),
      "signature",
    ],
    ["that was changed on its way", tampered, "signature"],
    ["that nobody signed", unsigned, "signature"],
    ["that is a token of another kind", async () => sign(callWith(), key, { typ: "JWT" }), "signature"],
    ["that holds something else", async () => sign({ sub: "x" }), "malformed"],
    ["for another bridge", async () => sign(callWith({ aud: "https://other.example.com:8443" })), "address"],
    ["of half a minute ago and more", async () => sign(callWith({ at: NOW - 30_001 })), "clock"],
    ["of the future", async () => sign(callWith({ at: NOW + 30_001 })), "clock"],
    ["whose time is no number that there is", async () => sign({ ...callWith(), at: 1e300 }), "clock"],
  ])("%s is refused", async (_, signed, refusal) => {
    expect(await verdict(admissionAt().admit(await signed()))).toBe(refusal);
  });

  test("says how far the clocks are apart only where a gateway has signed it", async () => {
    const late = callWith({ at: NOW - 3_600_000 });
    await expect(admissionAt().admit(await sign(late))).rejects.toThrow(
      "The call was signed at 2025-12-31T23:00:00.000Z, and the clock here says 2026-01-01T00:00:00.000Z: more than 30 seconds apart. Set the clocks.",
    );
    const foreign = await sign(late, encode("a key of somebody else, just as long as ours"));
    await expect(admissionAt().admit(foreign)).rejects.toThrow("not signed with a key of this bridge");
  });

  test("that is sent again is refused as long as its time is not over", async () => {
    let now = NOW;
    const admission = admissionAt(() => now);
    const signed = await sign(callWith({ at: NOW + 30_000 }));
    expect(await verdict(admission.admit(signed))).toBe("admitted");
    for (const later of [0, 1, 29_999, 60_000]) {
      now = NOW + later;
      expect(await verdict(admission.admit(signed))).toBe("replay");
    }
    now = NOW + 60_001;
    expect(await verdict(admission.admit(signed))).toBe("clock");
  });

  test("from before the bridge started is refused: whether it has come already, nobody knows", async () => {
    const admission = new Admission(new Set([HERE]), [key], () => NOW);
    expect(await verdict(admission.admit(await sign(callWith({ at: NOW - 1 }))))).toBe("restart");
    expect(await verdict(admission.admit(await sign(callWith({ at: NOW }))))).toBe("admitted");
  });

  test("is refused while more have come than can be remembered, and none is forgotten for it", async () => {
    let now = NOW;
    const admission = admissionAt(() => now, 2);
    const first = await sign(callWith());
    expect(await verdict(admission.admit(first))).toBe("admitted");
    expect(await verdict(admission.admit(await sign(callWith())))).toBe("admitted");
    expect(await verdict(admission.admit(await sign(callWith())))).toBe("busy");
    expect(await verdict(admission.admit(first))).toBe("replay");
    now += 61_000;
    expect(await verdict(admission.admit(await sign(callWith({ at: now }))))).toBe("admitted");
  });

  test("of a foreign key takes no room", async () => {
    const admission = admissionAt(undefined, 1);
    const foreign = encode("a key of somebody else, just as long as ours");
    for (let attempt = 0; attempt < 5; attempt++)
      await verdict(admission.admit(await sign(callWith(), foreign)));
    expect(await verdict(admission.admit(await sign(callWith())))).toBe("admitted");
  });
});
