import { expect, test } from "vitest";
import { Keyring } from "../../src/credentials/keyring.ts";
import { ACCOUNT, keyFile, OTHER, secretPart, servers } from "./issuer-kit.ts";

test("every secret GOOGLE_SERVICE_ACCOUNT… holds the key of one account", () => {
  const keyring = new Keyring({
    GOOGLE_SERVICE_ACCOUNT: keyFile(),
    GOOGLE_SERVICE_ACCOUNT_OTHER: keyFile({ client_email: OTHER }),
    GOOGLE_SERVICE_ACCOUNTING: "something else",
    CONFIG: {},
  });
  expect(keyring.keyFor(ACCOUNT).account).toBe(ACCOUNT);
  expect(keyring.keyFor(OTHER).account).toBe(OTHER);
  expect(keyring.problems).toEqual([]);
  expect(keyring.tokenUris).toEqual([`${servers.google}/token`, `${servers.google}/token`]);
});

test("the gateway's own key speaks for accounts that have none", () => {
  const keyring = new Keyring({ GOOGLE_SERVICE_ACCOUNT: keyFile() });
  expect(keyring.keyFor("unknown@p.iam.gserviceaccount.com").account).toBe(ACCOUNT);
});

test("another account's key speaks for nobody else", () => {
  const keyring = new Keyring({ GOOGLE_SERVICE_ACCOUNT_OTHER: keyFile({ client_email: OTHER }) });
  expect(() => keyring.keyFor(ACCOUNT)).toThrow(
    `There is no key for the service account ${ACCOUNT}. Put one into the secret GOOGLE_SERVICE_ACCOUNT.`,
  );
});

test("a secret that cannot be used is named in what it makes impossible", () => {
  const keyring = new Keyring({ GOOGLE_SERVICE_ACCOUNT: `{"private_key":"${secretPart}` });
  const [problem = ""] = keyring.problems;
  expect(problem).toContain("GOOGLE_SERVICE_ACCOUNT is not a service account key");
  expect(problem).not.toContain(secretPart);
  expect(() => keyring.keyFor(ACCOUNT)).toThrow(problem);
});
