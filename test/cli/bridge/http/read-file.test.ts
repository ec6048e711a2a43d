import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readBridgeFile } from "../../../../src/cli/bridge/http/read-file.ts";
import { type Issued, issue } from "../../../servers/authority.ts";
import { folderWith } from "../../sortie.ts";

const KEY = "a key that the gateway and the bridge share";

let own: Issued;
let other: Issued;

beforeAll(async () => {
  own = await issue({ name: "bridge", hosts: ["bridge.example.com"] });
  other = await issue({ name: "other" });
});

/** A folder with the file of a bridge, and what it names. */
function folderOf(file: string): string {
  const folder = folderWith({
    "bridge.yaml": file,
    "bridge.key": `${KEY}\n`,
    "older.key": `${KEY} of before\r\n`,
    "open.key": KEY,
    "short.key": "short",
    "cert.pem": own.pem,
    "cert.key": own.key,
    "other.key": other.key,
  });
  for (const name of ["bridge.key", "older.key", "short.key", "cert.key", "other.key"]) {
    chmodSync(join(folder, name), 0o600);
  }
  return folder;
}

const file = (changes: Readonly<Record<string, string>> = {}) => {
  const fields = {
    addresses: '["https://bridge.example.com:8443"]',
    listen: "https://0.0.0.0:8443",
    identity: "{ certificate: cert.pem, privateKey: cert.key }",
    keys: "[bridge.key, older.key]",
    destinations:
      "[{ host: CRM.example.com, addresses: [10.0.0.0/8, 'fd00::/8'], serverCertificates: [cert.pem] }]",
    ...changes,
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join("");
};

const read = (text: string) => readBridgeFile(join(folderOf(text), "bridge.yaml"));

test("a bridge is read as its file has it, with the contents of what it names", () => {
  const settings = read(file());
  expect(settings).toMatchObject({
    addresses: new Set(["https://bridge.example.com:8443"]),
    listen: { host: "0.0.0.0", port: 8443, tls: true },
    limits: { coreConnections: 20, maxConnections: 300, bodyBytes: 2 ** 30, idleSeconds: 120 },
  });
  expect(settings.keys.map((key) => Buffer.from(key).toString())).toEqual([KEY, `${KEY} of before`]);
  expect(settings.identity?.cert.toString()).toBe(own.pem);
  const [destination] = settings.destinations;
  expect(destination).toMatchObject({ origin: "https://crm.example.com", identity: null });
  expect(destination?.addresses.map(({ bits }) => bits)).toEqual([8, 8]);
  expect(destination?.authorities?.map(String)).toEqual([own.pem]);
});

describe("a bridge does not start", () => {
  test.each([
    ["without TLS where others can listen", { listen: "0.0.0.0:8443" }, "InsecureBridge"],
    [
      "without a certificate for its TLS",
      { identity: "{ certificate: nothing.pem, privateKey: cert.key }" },
      "FileNotUsable",
    ],
    [
      "with a key of another certificate",
      { identity: "{ certificate: cert.pem, privateKey: other.key }" },
      "InvalidCertificate",
    ],
    ["with a key that everybody can read", { keys: "[open.key]" }, "open.key can be read by everybody"],
    ["with a key that is short", { keys: "[short.key]" }, "KeyTooShort"],
    ["without a key", { keys: "[]" }, "keys must list a file"],
    ["without a destination", { destinations: "[]" }, "destinations must list a destination"],
    ["with a destination that is many", { destinations: "[{ host: '*.example.com' }]" }, "InvalidHost"],
    ["with a destination that is a block", { destinations: "[{ host: 10.0.0.0/8 }]" }, "InvalidHost"],
    [
      "with a destination that spells an address in another way",
      { destinations: "[{ host: '2130706433' }]" },
      "InvalidHost",
    ],
    [
      "with a destination twice",
      { destinations: "[{ host: a.example.com }, { host: A.example.com, port: 443 }]" },
      "DuplicateDestination",
    ],
    [
      "with an address that is a name",
      { destinations: "[{ host: a.example.com, addresses: [b.example.com] }]" },
      "InvalidHost",
    ],
    [
      "with an authority that is none",
      { destinations: "[{ host: a.example.com, serverCertificates: [bridge.key] }]" },
      "InvalidCertificate",
    ],
    ["with an address that has a path", { addresses: '["https://bridge.example.com/x"]' }, "InvalidAddress"],
    ["with a field that nobody knows", { allow: "everything" }, "UnknownField"],
  ])("%s", (_, changes, message) => {
    expect(() => read(file(changes))).toThrow(message);
  });

  test("and says everything that is wrong at once, with its place", () => {
    expect(() => read(file({ keys: "[short.key, nothing.key]", listen: "0.0.0.0:8443" }))).toThrow(
      /bridge\.yaml:2:9.*InsecureBridge[\s\S]*bridge\.yaml:4:8.*KeyTooShort[\s\S]*bridge\.yaml:4:19.*FileNotUsable[\s\S]*3 errors/,
    );
  });

  test("with a file that others can change", () => {
    const path = join(folderOf(file()), "bridge.yaml");
    chmodSync(path, 0o666);
    expect(() => readBridgeFile(path)).toThrow("can be written by others");
  });

  test("with a link to a key that everybody can read; one to a key that is closed will do", () => {
    const folder = folderOf(file({ keys: "[link.key]" }));
    symlinkSync("open.key", join(folder, "link.key"));
    expect(() => readBridgeFile(join(folder, "bridge.yaml"))).toThrow("link.key can be read by everybody");
    chmodSync(join(folder, "open.key"), 0o600);
    expect(readBridgeFile(join(folder, "bridge.yaml")).keys).toHaveLength(1);
  });
});
