import { expect, test } from "vitest";
import { checkServerCertificates } from "../../src/sources/certificates.ts";
import { belowLeaf, intermediate, leaf, namesake, privateRoot, publicRoot } from "./pem.ts";

/** What is said of the certificate `x`, beside others. */
function saidOf(pem: string, others: Record<string, string> = {}) {
  const problems = checkServerCertificates({ ...others, x: pem }, [publicRoot]);
  return problems.flatMap(({ alias, severity, code, message }) =>
    alias === "x" ? `${severity} ${code} ${message}` : [],
  );
}

const notTrusted = (subject: string) =>
  `error ServerCertificateNotSupported The certificate x (${subject}) is of no public authority, and Workers trust no other ones.`;
const needless = (subject: string) =>
  `warning CertificateWithoutEffect The certificate x (${subject}) has no effect: Workers trust its public authority already.`;

test.each([
  ["a public root", publicRoot, {}, needless("CN=Public Root")],
  ["what a public root has signed", intermediate, {}, needless("CN=Public Intermediate")],
  ["the end of a chain that is there", leaf, { a: intermediate }, needless("CN=api.example.com")],
  ["the end of a chain that is not there", leaf, {}, notTrusted("CN=api.example.com")],
  ["what a server has signed", belowLeaf, { a: leaf, b: intermediate }, notTrusted("CN=evil.example")],
  ["a private root", privateRoot, {}, notTrusted("CN=Private Root, O=Example")],
  ["a private root under a public name", namesake, {}, notTrusted("CN=Public Root")],
])("%s", (_, pem, others, said) => {
  expect(saidOf(pem, others)).toEqual([said]);
});

test.each([
  ["nothing", ""],
  ["a text", "certificate"],
  ["base64", btoa("certificate")],
  ["another certificate's half", privateRoot.slice(0, 300)],
  ["a broken certificate", privateRoot.replace("MII", "MIX")],
  ["something before it", `issuer: me\n${privateRoot}`],
])("%s is no certificate", (_, pem) => {
  expect(saidOf(pem)).toEqual(["error InvalidCertificate This is no certificate."]);
});

test("each alias is for one certificate: a chain is entered one by one", () => {
  expect(saidOf(leaf + intermediate)).toEqual([
    "error InvalidCertificate There are 2 certificates under one alias.",
  ]);
});

test("a private key is refused without showing it", () => {
  const [said = ""] = saidOf(
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHk\n-----END PRIVATE KEY-----",
  );
  expect(said).toMatch(/^error PlaintextSecret/);
  expect(said).not.toContain("MC4");
});

test("where no authority is known, every certificate is refused", () => {
  expect(checkServerCertificates({ x: publicRoot }, [])).toMatchObject([{ severity: "error" }]);
});
