import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Server } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Issued, issue } from "../../servers/authority.ts";
import { sortieInProcess } from "../in-process.ts";
import { folderWith } from "../sortie.ts";

const HOST = "api.example.com";
const FOUND_AT = "http://ca.example.com/intermediate.crt";
const DAY_MS = 24 * 60 * 60 * 1000;
const yesterday = new Date(Date.now() - DAY_MS);
const tomorrow = new Date(Date.now() + DAY_MS);

let root: Issued;
let intermediate: Issued;
let leaf: Issued;
let client: Issued;
let folder: string;

beforeAll(async () => {
  root = await issue({ name: "Test Root", isAuthority: true });
  intermediate = await issue({ name: "Test Intermediate", issuer: root, isAuthority: true });
  leaf = await leafWith({});
  client = await issue({ name: "client", issuer: root });
  folder = folderWith({
    "root.pem": root.pem,
    "client.pem": client.pem,
    "client.key": client.key,
    "env/sources/api.yaml": source("Api"),
    "env/sources/bound.yaml": source("Bound", { more: "  clientCertificate: { binding: MTLS }" }),
    "env/sources/closed.yaml": source("Closed", { policies: "[]" }),
    "env/sources/plain.yaml": source("Plain", { scheme: "HTTP" }),
    "env/sources/bridged.yaml": source("Bridged", {
      host: "10.0.0.1",
      worker: `\n  bridge: { addresses: ["https://${HOST}:8443"], key: { type: asSecretName, value: key } }`,
    }),
    "env/environments/local/aliases.json": '{ "api": "Api" }',
  });
});

function source(
  apiName: string,
  given: Partial<Record<"host" | "scheme" | "policies" | "more" | "worker", string>> = {},
) {
  const { host = HOST, scheme = "HTTPS", more = "", worker = "" } = given;
  const { policies = `[{ address: ${host}, port: 8443 }]` } = given;
  return `apiName: ${apiName}
configuration:
  type: rest
  domains: [{ scheme: ${scheme}, host: ${host}, port: 8443 }]
${more}
worker:
  networkEgressPolicies: ${policies}${worker}
exportSettings: { exportsEnabled: true, exportEnabledWithoutMarkingsValidation: true }
`;
}

function leafWith(wanted: Partial<Parameters<typeof issue>[0]>): Promise<Issued> {
  return issue({ name: HOST, issuer: intermediate, hosts: [HOST], caIssuers: FOUND_AT, ...wanted });
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** The certificates as a server sends them, its own first. */
const chainOf = (...issued: Issued[]) => issued.map(({ pem }) => pem).join("\n");

function tlsServer(own: Issued, chain: string, options: TlsOptions = {}): Promise<number> {
  const server = createServer({ cert: chain, key: own.key, ...options }, (socket) => {
    socket.on("error", () => {});
    socket.resume();
  });
  return listening(server);
}

interface Report {
  readonly domains: readonly {
    readonly url: string;
    readonly findings: readonly {
      severity: string;
      code: string;
      message: string;
      remedy: string;
      workers: string;
    }[];
    readonly connection: { protocol: string } | null;
    readonly certificates: readonly { subject: string; issuer: string; issuerAddresses: string[] }[];
  }[];
}

async function check(port: number, more: readonly string[] = [], name = "Api") {
  const place = ["--folder", "env", "--connect-to", `${HOST}:8443=https://127.0.0.1:${port}`];
  const { status, stdout, stderr } = await sortieInProcess(
    ["source", "check", name, ...place, ...more, "--json"],
    folder,
  );
  expect(stderr).toBe("");
  const { domains } = JSON.parse(stdout) as Report;
  const [domain] = domains;
  if (!domain) throw new Error("no domain was looked at");
  return { status, domain, domains, codes: domain.findings.map(({ code }) => code) };
}

describe("what is wrong with a chain is said by its name:", () => {
  const trusting = ["--ca", "root.pem"];

  test.each<[string, () => Promise<readonly [Issued, ...Issued[]]>, string[], string[], number]>([
    ["nothing, where it is complete", async () => [leaf, intermediate], trusting, [], 0],
    ["a missing intermediate", async () => [leaf], trusting, ["UNABLE_TO_VERIFY_LEAF_SIGNATURE"], 1],
    [
      "a missing root that is no public one",
      async () => [leaf, intermediate],
      [],
      ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY"],
      1,
    ],
    [
      "a private root that is sent",
      async () => [leaf, intermediate, root],
      [],
      ["SELF_SIGNED_CERT_IN_CHAIN"],
      1,
    ],
    [
      "a certificate that signs itself",
      async () => [await issue({ name: HOST, hosts: [HOST] })],
      [],
      ["DEPTH_ZERO_SELF_SIGNED_CERT"],
      1,
    ],
    [
      "an expired one",
      async () => [await leafWith({ notBefore: new Date(0), notAfter: yesterday }), intermediate],
      trusting,
      ["CERT_HAS_EXPIRED"],
      1,
    ],
    [
      "one of tomorrow",
      async () => [
        await leafWith({ notBefore: tomorrow, notAfter: new Date(Date.now() + 2 * DAY_MS) }),
        intermediate,
      ],
      trusting,
      ["CERT_NOT_YET_VALID"],
      1,
    ],
    [
      "one of another host",
      async () => [await leafWith({ hosts: ["other.example.com"] }), intermediate],
      trusting,
      ["ERR_TLS_CERT_ALTNAME_INVALID"],
      1,
    ],
    [
      "everything at once",
      async () => [
        await leafWith({ hosts: ["other.example.com"], notBefore: new Date(0), notAfter: yesterday }),
      ],
      trusting,
      ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID"],
      1,
    ],
    ["an order that is another one", async () => [leaf, root, intermediate], trusting, ["WRONG_ORDER"], 0],
  ])("%s", async (_, served, args, codes, status) => {
    const chain = await served();
    const checked = await check(await tlsServer(chain[0], chainOf(...chain)), args);
    expect(checked).toMatchObject({ codes, status });
    expect(checked.domain.certificates.map(({ subject }) => subject)).toEqual(
      chain.map(({ name }) => `CN=${name}`),
    );
  });

  test("the certificate that is missing, where it is found, and what other programs say", async () => {
    const { domain } = await check(await tlsServer(leaf, leaf.pem), trusting);
    expect(domain.findings).toMatchObject([
      {
        message: expect.stringMatching(
          /CN=Test Intermediate, which has issued that of CN=api\.example\.com.*UNABLE_TO_GET_ISSUER_CERT/,
        ),
        remedy: expect.stringContaining(FOUND_AT),
        workers: "after",
      },
    ]);
    expect(domain.certificates).toMatchObject([
      { issuer: "CN=Test Intermediate", issuerAddresses: [FOUND_AT] },
    ]);
  });

  test("that a private authority is never accepted, and that a bridge is the way", async () => {
    const { domain } = await check(await tlsServer(leaf, chainOf(leaf, intermediate, root)));
    expect(domain.findings).toMatchObject([
      { workers: "never", remedy: expect.stringContaining("worker.bridge") },
    ]);
  });
});

describe("what is wrong with a connection is said:", () => {
  test("a version of TLS that Workers do not speak", async () => {
    const versions = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    const port = await tlsServer(leaf, chainOf(leaf, intermediate), versions);
    const { domain, status } = await check(port, ["--ca", "root.pem"]);
    expect(domain.findings).toMatchObject([
      {
        code: expect.stringMatching(/PROTOCOL/),
        message: expect.stringContaining("TLS 1.1"),
        workers: "never",
      },
    ]);
    expect(status).toBe(1);
  });

  test("ciphers that are not shared", async () => {
    const options = { maxVersion: "TLSv1.2", ciphers: "AES256-GCM-SHA384" } as const;
    const { domain } = await check(await tlsServer(leaf, leaf.pem, options));
    expect(domain.findings).toMatchObject([
      { code: expect.stringMatching(/HANDSHAKE_FAILURE/), message: expect.stringContaining("cipher") },
    ]);
  });

  test("plain HTTP on a port that should be one of TLS", async () => {
    const { domain } = await check(await listening(createHttpServer((_, response) => response.end())));
    expect(domain.findings).toMatchObject([
      { message: expect.stringContaining("plain HTTP"), code: expect.stringMatching(/^ERR_SSL/) },
    ]);
  });

  test("TLS on a port that should be one of plain HTTP", async () => {
    const { codes } = await check(await tlsServer(leaf, leaf.pem), [], "Plain");
    expect(codes).toEqual(["TLS_ON_HTTP_PORT"]);
  });

  test("that nothing listens", async () => {
    const port = await listening(createSocketServer());
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect((await check(port)).codes).toEqual(["ECONNREFUSED"]);
  });

  test("that nothing answers", async () => {
    const port = await listening(createSocketServer((socket) => socket.on("error", () => {}).resume()));
    const { domain } = await check(port, ["--timeout", "0.3"]);
    expect(domain.findings).toMatchObject([
      { code: "ETIMEDOUT", message: expect.stringContaining("does not answer TLS") },
    ]);
  });

  test("a name that does not resolve", async () => {
    const args = [
      "source",
      "check",
      "Api",
      "--folder",
      "env",
      "--connect-to",
      `${HOST}:8443=https://nothing.invalid`,
    ];
    const { status, stdout } = await sortieInProcess(args, folder);
    expect(stdout).toMatch(/ENOTFOUND|EAI_AGAIN/);
    expect(status).toBe(1);
  });
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)(
  "a server that wants a client certificate over %s",
  (version) => {
    const start = () =>
      tlsServer(leaf, chainOf(leaf, intermediate), {
        minVersion: version,
        maxVersion: version,
        requestCert: true,
        ca: root.pem,
      });
    const trusting = ["--ca", "root.pem"];

    test("is said to, without one", async () => {
      const { domain, status } = await check(await start(), trusting);
      expect(domain.findings).toMatchObject([
        { message: "The server wants a client certificate.", workers: "after" },
      ]);
      expect(status).toBe(1);
    });

    test("is good with one, and as good as that where the Worker has a binding", async () => {
      const port = await start();
      const shown = [...trusting, "--cert", "client.pem", "--key", "client.key"];
      expect(await check(port, shown)).toMatchObject({ codes: [], status: 0 });
      expect(await check(port, trusting, "Bound")).toMatchObject({
        domain: { findings: [{ severity: "warning" }] },
        status: 0,
      });
    });
  },
);

test("a host that no egress policy covers is refused before anything is called", async () => {
  const port = await tlsServer(leaf, chainOf(leaf, intermediate));
  const { domain, status } = await check(port, ["--ca", "root.pem"], "Closed");
  expect(domain.findings).toMatchObject([
    { code: "EGRESS_REFUSED", message: expect.stringContaining("HTTP 407") },
  ]);
  expect(status).toBe(1);
});

test("of a source with bridges the bridges are looked at", async () => {
  const { domains } = await check(await tlsServer(leaf, chainOf(leaf, intermediate, root)), [], "Bridged");
  expect(domains).toMatchObject([
    { url: "https://10.0.0.1:8443", findings: [], connection: null },
    { url: `https://${HOST}:8443`, findings: [{ code: "SELF_SIGNED_CERT_IN_CHAIN" }] },
  ]);
});

test("no request is sent", async () => {
  const received: Buffer[] = [];
  const server = createServer({ cert: chainOf(leaf, intermediate), key: leaf.key }, (socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => received.push(chunk));
  });
  await check(await listening(server), ["--ca", "root.pem"]);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  expect(received).toEqual([]);
});

test("people read what is wrong and what to do first, and behind it the certificates", async () => {
  const port = await tlsServer(leaf, leaf.pem);
  const place = ["--folder", "env", "--connect-to", `${HOST}:8443=https://127.0.0.1:${port}`];
  const { stdout } = await sortieInProcess(["source", "check", "api", ...place, "--ca", "root.pem"], folder);
  expect(stdout).toMatch(
    /^Api {2}https:\/\/api\.example\.com:8443\n {2}error {2}UNABLE_TO_VERIFY_LEAF_SIGNATURE {2}The chain is not complete.*\n {6}Have the server send it.*\n {6}Workers accept it once that is done\.\n\nhttps:\/\/api\.example\.com:8443: TLSv1\.3 \S+ with 127\.0\.0\.1\n {2}1\. CN=api\.example\.com\n {5}issued by CN=Test Intermediate\n/,
  );
});

test.each([
  [["check", "Nothing", "--folder", "env"], /Source alias 'Nothing' not found/],
  [["check", "Api", "--folder", "env", "--env", "prod"], /There is no environments\/prod; there is local/],
  [["check", "Api", "--folder", "env", "--cert", "client.pem"], /--cert and --key belong together/],
  [
    ["check", "Api", "--folder", "env", "--cert", "root.pem", "--key", "client.key"],
    /do not belong together/,
  ],
  [["check", "Api", "--folder", "env", "--ca", "client.key"], /holds no certificate/],
])("source %j is refused with what is wrong", async (args, message) => {
  const { status, stderr } = await sortieInProcess(["source", ...args], folder);
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});
