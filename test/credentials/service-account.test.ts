import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isServiceAccount, readServiceAccountKey } from "../../src/credentials/service-account.ts";
import { TokenError } from "../../src/credentials/token-error.ts";
import { ACCOUNT, keyFile, secretPart } from "./issuer-kit.ts";

/** What is wrong with a key file, in words. */
function complaint(json: string): string {
  try {
    readServiceAccountKey(json, "GOOGLE_SERVICE_ACCOUNT");
  } catch (error) {
    if (error instanceof TokenError) return error.message;
    throw error;
  }
  return "";
}

const without = (name: string) => keyFile({ [name]: undefined });

describe("a service account key", () => {
  test("is the JSON file that Google gives out", async () => {
    const key = readServiceAccountKey(keyFile(), "GOOGLE_SERVICE_ACCOUNT");
    expect(key).toMatchObject({ account: ACCOUNT, keyId: "key-1" });
    expect((await key.privateKey()).type).toBe("private");
  });

  test("may leave out its id and the address of Google's token endpoint", () => {
    const { keyId, tokenUri } = readServiceAccountKey(
      keyFile({ private_key_id: undefined, token_uri: undefined }),
      "K",
    );
    expect([keyId, tokenUri]).toEqual([null, "https://oauth2.googleapis.com/token"]);
  });

  test.each([
    ["no JSON", `{ "private_key": "${secretPart}`, "it is not a JSON object"],
    ["nothing", "", "it is not a JSON object"],
    ["a list", "[]", '"type" is missing'],
    ["a text", JSON.stringify(secretPart), "it is not a JSON object"],
    ["another kind of credentials", keyFile({ type: "authorized_user" }), '"type" is not "service_account"'],
    ["no account", without("client_email"), '"client_email" is missing'],
    ["a person's address", keyFile({ client_email: "a@example.com" }), '"client_email" is not an account'],
    ["no key", without("private_key"), '"private_key" is missing'],
    ["an empty key", keyFile({ private_key: "" }), '"private_key" is empty'],
    ["a key that is a number", keyFile({ private_key: 1 }), '"private_key" is not a text'],
    [
      "a key in the form of PKCS #1",
      keyFile({
        private_key: `-----BEGIN RSA PRIVATE KEY-----\n${secretPart}\n-----END RSA PRIVATE KEY-----`,
      }),
      '"private_key" is not a PEM of PKCS #8',
    ],
    [
      "a token endpoint without TLS",
      keyFile({ token_uri: "http://example.com/token" }),
      '"token_uri" is not an https URL',
    ],
    ["a token endpoint that is no URL", keyFile({ token_uri: "token" }), '"token_uri" is not an https URL'],
  ])("with %s is refused without being quoted", (_, json, reason) => {
    const message = complaint(json);
    expect(message).toContain("GOOGLE_SERVICE_ACCOUNT is not a service account key in JSON: ");
    expect(message).toContain(reason);
    expect(message).not.toContain(secretPart);
  });

  test.each([
    ["nothing in it", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"],
    ["something else in it", `-----BEGIN PRIVATE KEY-----\n${btoa("no key")}\n-----END PRIVATE KEY-----`],
    ["half of it missing", `-----BEGIN PRIVATE KEY-----\n${secretPart}`],
  ])("whose PEM has %s fails when it is used, without being quoted", async (_, pem) => {
    const key = readServiceAccountKey(keyFile({ private_key: pem }), "K");
    const error: unknown = await key.privateKey().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TokenError);
    expect(String(error)).toContain(`The private key in K (${ACCOUNT}) is not a readable RSA key.`);
    expect(String(error)).not.toContain(secretPart);
  });

  test("that is any text is read or refused, and never quoted", () => {
    const field = fc.oneof(fc.string({ minLength: 30 }), fc.jsonValue());
    const file = fc.record(
      { type: field, client_email: field, private_key: field, token_uri: field },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ minLength: 30 }),
          file.map((value) => JSON.stringify(value)),
        ),
        (json) => {
          const message = complaint(json);
          const texts = json.match(/[^"\\]{30,}/g) ?? [];
          expect(texts.some((text) => message.includes(text))).toBe(false);
        },
      ),
    );
  });
});

test.each([
  ["callouts@my-project.iam.gserviceaccount.com", true],
  ["callouts@my-project.example.com.iam.gserviceaccount.com", true],
  ["123456-compute@developer.gserviceaccount.com", true],
  ["my-project@appspot.gserviceaccount.com", true],
  ["someone@example.com", false],
  ["callouts", false],
  ["", false],
  ["a@b.gserviceaccount.com.evil.example", false],
  ["a@b@c.gserviceaccount.com", false],
  ["a b@c.gserviceaccount.com", false],
])("%j is a service account: %s", (email, expected) => {
  expect(isServiceAccount(email)).toBe(expected);
});
