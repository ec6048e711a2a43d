import { describe, expect, test } from "vitest";
import { SecretError } from "../../../src/credentials/secrets/error.ts";
import { generateKeys, readPrivateKey, readPublicKey } from "../../../src/credentials/secrets/keys.ts";
import { openSecret, sealSecret } from "../../../src/credentials/secrets/seal.ts";

const place = { environment: "test", source: "crm", name: "token" };

describe("a pair of keys", () => {
  test("is two lines of JSON, of which the public one has nothing of the private one", async () => {
    const { publicJwk, privateJwk } = await generateKeys();
    const { kid } = JSON.parse(publicJwk);
    expect(Object.keys(JSON.parse(publicJwk)).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    expect(JSON.parse(privateJwk)).toMatchObject({ kid, d: expect.stringMatching(/^[\w-]{43}$/) });
    expect(`${publicJwk}${privateJwk}`).not.toContain("\n");
  });

  test("seals with the one and opens with the other", async () => {
    const { publicJwk, privateJwk } = await generateKeys();
    const jwe = await sealSecret(place, "s3cret", await readPublicKey(publicJwk, "secrets-key.json"));
    expect(await openSecret(jwe, place, await readPrivateKey(`${privateJwk}\n`))).toBe("s3cret");
  });
});

describe("the file with the public key", () => {
  test("must not hold the private one", async () => {
    const { privateJwk } = await generateKeys();
    const reading = readPublicKey(privateJwk, "secrets-key.json");
    await expect(reading).rejects.toThrow(SecretError);
    await expect(reading).rejects.toThrow(
      "secrets-key.json holds the private key, which belongs into the secret SECRETS_KEY of the Worker and nowhere else.",
    );
    await expect(reading).rejects.not.toThrow(JSON.parse(privateJwk).d);
  });

  test.each(["", "{}", "[]", "null", '{"kty":"EC","crv":"P-256","x":"A","y":"B"}'])(
    "cannot be %j",
    async (json) => {
      await expect(readPublicKey(json, "secrets-key.json")).rejects.toThrow(
        'secrets-key.json is not a public key as "sortie secret key" writes it.',
      );
    },
  );
});
