import { expect, test } from "vitest";
import { readArchive } from "../../src/bundle/read-archive.ts";
import { writeArchive } from "../../src/bundle/write-archive.ts";
import { Report } from "../../src/documents/report.ts";
import { planDeployment } from "../../src/environment/deployment.ts";
import { inert, inertBut } from "../../src/environment/inert.ts";
import { PREPARED_SCRIPTS } from "../../src/environment/prepared-scripts.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { Snapshot } from "../../src/environment/snapshot.ts";
import type { EnvironmentCapabilities } from "../../src/policies/capabilities.ts";
import { filesOf, plainProxy, type TestFiles } from "./deployed.ts";

type Files = Map<string, Uint8Array>;

const encode = (text: string) => new TextEncoder().encode(text);
const folder = "apiproxies/p/apiproxy";
const inFile = '<Javascript name="JS"><ResourceURL>jsc://main.js</ResourceURL></Javascript>';
const inPolicy = '<Javascript name="JS"><Source>print(1)</Source></Javascript>';

/** A proxy whose only step is a script. */
function proxyWith(policy: string, ...others: TestFiles[]): TestFiles {
  const plain = plainProxy("p");
  const endpoint = `${folder}/proxies/default.xml`;
  const step = "<PreFlow><Request><Step><Name>JS</Name></Step></Request></PreFlow>";
  return Object.assign({}, ...others, plain, {
    [endpoint]: plain[endpoint]?.replace("<HTTPProxyConnection>", `${step}$&`),
    [`${folder}/policies/JS.xml`]: policy,
  });
}

const script = (text: string) => ({ [`${folder}/resources/jsc/main.js`]: text });

/** Loads the proxy as a request would, with the files of every archive changed between. */
async function load(files: TestFiles, change: (archive: Files) => void = () => {}): Promise<unknown> {
  const model = readEnvironment(filesOf(files), "test", new Report());
  const options = { organization: "o", now: new Date(0), advice: "list" } as const;
  const { document, revisions } = await planDeployment(model, null, options);
  const snapshot = new Snapshot(document, {
    readRevision: async (revision) => {
      const archive = readArchive(revisions.get(revision) ?? new Uint8Array(), new Report());
      change(archive);
      return writeArchive(archive);
    },
    functions: inert,
    webhooks: inert,
    googleIdentity: inert,
    capabilities: () => inertBut<EnvironmentCapabilities>({}),
  });
  return Promise.all(document.proxies.all.map((proxy) => snapshot.load(proxy)));
}

test.each<[string, TestFiles]>([
  ["in a file", proxyWith(inFile, script("print(1)"))],
  ["in a policy", proxyWith(inPolicy)],
  [
    "in a file of the environment",
    proxyWith(inFile, { "environments/test/resources/jsc/main.js": "print(1)" }),
  ],
  [
    "in a file of a bundle that brings what it calls prepared",
    proxyWith(inFile, script("print(1)"), {
      [`apiproxies/p/${PREPARED_SCRIPTS}`]: '{"format":1,"scripts":{}}',
    }),
  ],
])("a script loads as it was deployed: %s", async (_, files) => {
  await load(files);
});

const PREPARED_DIFFERENTLY = "a script was deployed by a version that prepared it differently";

test.each<[string, (archive: Files) => void]>([
  ["another text than was checked", (archive) => archive.set("apiproxy/resources/jsc/main.js", encode("1"))],
  ["nothing prepared", (archive) => archive.delete(PREPARED_SCRIPTS)],
  [
    "what another version prepared",
    (archive) => archive.set(PREPARED_SCRIPTS, encode('{"format":0,"scripts":{}}')),
  ],
])("a script with %s does not load", async (_, change) => {
  await expect(load(proxyWith(inFile, script("print(1)")), change)).rejects.toThrow(PREPARED_DIFFERENTLY);
});
