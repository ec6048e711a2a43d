import fc from "fast-check";
import { SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { readTokenAnswer } from "../../src/credentials/token-answer.ts";
import { TokenError } from "../../src/credentials/token-error.ts";

const now = Date.UTC(2026, 5, 1);
const jwt = (exp: number) => new UnsecuredJWT({ exp }).encode().concat("signature");
const hour = now / 1000 + 3600;

function read(body: unknown, status = 200, secrets: readonly string[] = []) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return readTokenAnswer({ status, text }, { url: "https://oauth2.example/token", secrets }, now);
}

function refusalOf(body: unknown, status = 200, secrets: readonly string[] = []): TokenError {
  try {
    read(body, status, secrets);
  } catch (error) {
    if (error instanceof TokenError) return error;
    throw error;
  }
  throw new Error("there was a token");
}

describe("a token is", () => {
  test.each([
    ["the token endpoint's access token", { access_token: "ya29.a", expires_in: 3600, token_type: "Bearer" }],
    [
      "the token endpoint's access token with a lifetime as a text",
      { access_token: "a", expires_in: "3600" },
    ],
    [
      "the token endpoint's access token beside nothing",
      { access_token: "a", expires_in: 3600, id_token: null, scope: null, error: null, token_type: null },
    ],
    [
      "the token endpoint's ID token beside nothing",
      { id_token: jwt(hour), access_token: null, expires_in: null },
    ],
    ["the token endpoint's ID token", { id_token: jwt(hour) }],
    ["the API's access token", { accessToken: "ya29.a", expireTime: "2026-06-01T01:00:00Z" }],
    ["the API's ID token", { token: jwt(hour) }],
  ])("%s", (_, body) => {
    expect(read(body)).toMatchObject({ issuedAt: now, expiresAt: now + 3_600_000 });
  });

  test.each([201, 203])("one with status %i, too", (status) => {
    expect(read({ access_token: "ya29.a", expires_in: 3600 }, status).value).toBe("ya29.a");
  });

  test("trusted for twelve hours at most", () => {
    expect(read({ access_token: "a", expires_in: 1e9 }).expiresAt).toBe(now + 12 * 3_600_000);
  });
});

describe("no token is", () => {
  test.each([
    ["an empty answer", ""],
    ["HTML", "<!doctype html><title>502</title>"],
    ["an empty object", {}],
    ["null", null],
    ["a token without a lifetime", { access_token: "a" }],
    ["a lifetime that is no number", { access_token: "a", expires_in: "soon" }],
    ["a lifetime that is null", { access_token: "a", expires_in: null }],
    ["a lifetime of nothing", { access_token: "a", expires_in: 0 }],
    ["a token that no header can hold", { access_token: "a\r\nX: y", expires_in: 3600 }],
    ["a token that is too long", { access_token: "a".repeat(20_000), expires_in: 3600 }],
  ])("%s", (_, body) => {
    expect(refusalOf(body).message).toBe("oauth2.example answered without a token.");
  });

  test.each([
    ["an ID token that has expired", { id_token: jwt(now / 1000 - 1) }],
    ["an ID token without an expiry", { id_token: new UnsecuredJWT({}).encode() }],
    ["an ID token that is none", { id_token: "abc" }],
    ["a time that is none", { accessToken: "a", expireTime: "tomorrow" }],
  ])("%s", (_, body) => {
    expect(refusalOf(body).message).toContain("expired already. Is the clock right?");
  });
});

describe("a refusal says", () => {
  test.each([
    [
      400,
      { error: "invalid_grant", error_description: "Invalid JWT Signature." },
      "(invalid_grant: Invalid JWT Signature.)",
      true,
    ],
    [400, { error: "invalid_scope" }, "(invalid_scope)", true],
    [400, { error: "invalid_scope", error_description: null }, "(invalid_scope)", true],
    [400, { error: { status: "INVALID_ARGUMENT", message: null } }, "(INVALID_ARGUMENT)", true],
    [
      401,
      { error: { code: 401, status: "UNAUTHENTICATED", message: "No." } },
      "(UNAUTHENTICATED: No.)",
      true,
    ],
    [403, { error: { status: "PERMISSION_DENIED", message: "Denied" } }, "(PERMISSION_DENIED: Denied)", true],
    [404, "<html>", "status 404.", true],
    [429, { error: { status: "RESOURCE_EXHAUSTED" } }, "(RESOURCE_EXHAUSTED)", false],
    [500, "", "status 500.", false],
    [503, "<html>", "status 503.", false],
    [302, "", "status 302.", false],
  ])("what status %i %j means", (status, body, reason, isFinal) => {
    const error = refusalOf(body, status);
    expect(error.message).toContain(`oauth2.example answered with status ${status}`);
    expect(error.message).toContain(reason);
    expect(error.isFinal).toBe(isFinal);
  });

  test("nothing of what was sent", () => {
    const { message } = refusalOf(
      { error: "bad short%2Btoken", error_description: "c2hvcnQrdG9rZW4=" },
      400,
      ["short+token"],
    );
    expect(message).toBe("oauth2.example answered with status 400 (bad ***: ***).");
  });

  test("nothing of an assertion that it quotes", async () => {
    const assertion = await new SignJWT({ iss: "a" })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new Uint8Array(32).fill(7));
    const { message } = refusalOf({ error: "invalid_grant", error_description: `Bad: ${assertion}` }, 400);
    expect(message).toBe("oauth2.example answered with status 400 (invalid_grant: Bad: …).");
  });
});

test("any answer is a token or refused", () => {
  const body = fc.oneof(fc.string(), fc.json());
  fc.assert(
    fc.property(body, fc.integer({ min: 200, max: 599 }), (text, status) => {
      try {
        expect(typeof read(text, status).value).toBe("string");
      } catch (error) {
        expect(error).toBeInstanceOf(TokenError);
      }
    }),
  );
});
