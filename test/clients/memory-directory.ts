import { DeployedDirectory, DirectoryMemory } from "../../src/clients/deployed-directory.ts";
import { packDirectory } from "../../src/clients/pack-directory.ts";
import { type ClientEntities, type ReadClients, readClients } from "../../src/clients/read-clients.ts";
import { Report } from "../../src/documents/report.ts";
import { readSettingsFile } from "../../src/documents/settings-file.ts";

/** The files of clients, by what they hold. */
export interface ClientFiles {
  readonly products?: unknown;
  readonly developers?: unknown;
  readonly appGroups?: unknown;
  readonly apps?: unknown;
}

/** Reads clients from what their files hold. */
export function clientsOf(files: ClientFiles): { readonly clients: ReadClients; readonly report: Report } {
  const named: Readonly<Record<string, unknown>> = {
    "products.json": files.products,
    "developers.json": files.developers,
    "appgroups.json": files.appGroups,
    "developerapps.json": files.apps,
  };
  const report = new Report();
  const clients = readClients((name, schema, fallback, allowsMore) => {
    const json = named[name];
    const bytes = json === undefined ? undefined : new TextEncoder().encode(JSON.stringify(json, null, 1));
    return readSettingsFile(bytes, name, schema, fallback, report, allowsMore);
  }, report);
  return { clients, report };
}

/** A developer with an app, whose key `key-1` with the secret `secret-1` is for all of the product `p`. */
export const oneApp = {
  products: [{ name: "p", proxies: ["orders"] }],
  developers: [{ email: "ann@example.com", developerId: "dev-1", firstName: "Ann" }],
  apps: [
    {
      name: "app",
      appId: "app-1",
      developerId: "dev-1",
      credentials: [{ consumerKey: "key-1", consumerSecret: "secret-1", apiProducts: [{ apiproduct: "p" }] }],
    },
  ],
};

/** The directory of what files hold, and how often a part of it was read. */
export async function directoryOf(files: ClientFiles, environment = "test") {
  const { clients, report } = clientsOf(files);
  if (report.failed) throw new Error(JSON.stringify(report.problems));
  return directoryOfClients(clients, environment);
}

export async function directoryOfClients(clients: ClientEntities, environment = "test") {
  const packed = await packDirectory(environment, clients, null);
  // What takes parts away takes them from KV.
  const parts = new Map(packed?.parts);
  const reads: string[] = [];
  const log: Record<string, unknown>[] = [];
  const memory = new DirectoryMemory({ environment, privateKey: undefined, log: (line) => log.push(line) });
  const readRevision = async (revision: string) => {
    reads.push(revision);
    const bytes = parts.get(revision);
    if (!bytes) throw new Error("KV has trouble");
    return bytes;
  };
  const directory = new DeployedDirectory(packed?.deployed ?? null, readRevision, memory);
  return { directory, parts, reads, log };
}
