import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Server as TcpServer } from "node:net";
import type { TestProject } from "vitest/node";
import { bundleFunctions } from "./function-modules.ts";
import { startIssuer } from "./google-issuer.ts";
import { LineReceiver } from "./line-receiver.ts";
import { startNativeServer } from "./native-callout.ts";
import { answer } from "./routes.ts";
import { scriptedServer } from "./scripted.ts";
import { SilentServer } from "./silent.ts";

/** Where the servers of a test run listen, as base URLs without a trailing slash. */
export interface TestServers {
  /** Three plain HTTP servers with the same routes (see routes.ts), told apart by their `x-server` header: a, b, c. */
  readonly a: string;
  readonly b: string;
  readonly c: string;
  /** An address on which nobody listens. */
  readonly nobody: string;
  /** Where whoever wants to connect never hears anything (see silent.ts). */
  readonly silent: string;
  /** Issues Google tokens (see google-issuer.ts). */
  readonly google: string;
  /** Where tests register service accounts with the issuer: `PUT /EMAIL`. */
  readonly googleAccounts: string;
  /** Answers what tests tell it to (see scripted.ts). */
  readonly scripted: string;
  /** A native gRPC server for ExternalCallouts, which speaks HTTP/2 without TLS and nothing else. */
  readonly grpc: string;
  /** A syslog server (see line-receiver.ts): where it takes lines, and where it tells them. */
  readonly syslog: string;
  readonly syslogLines: string;
}

declare module "vitest" {
  interface ProvidedContext {
    /** The Node servers that run beside the tests: `inject("servers").a`. */
    servers: TestServers;
    /** Main modules of the functions in test/functions/modules.ts, by name. */
    functions: Record<string, string>;
  }
}

/** Starts the servers that tests inside workerd call, and stops them after the last test. */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const names = ["a", "b", "c"] as const;
  const servers = names.map((name) => createServer((request, response) => answer(name, request, response)));
  const unused = createServer();
  const [a = "", b = "", c = "", nobody = ""] = await Promise.all([...servers, unused].map(listen));
  await stop(unused);
  const { issuer, registry } = await startIssuer();
  const googleAccounts = await listen(registry);
  const script = scriptedServer();
  const scripted = await listen(script);
  const silent = await SilentServer.start();
  const native = await startNativeServer((context) => context);
  const receiver = new LineReceiver();
  const [syslog, syslogLines] = await Promise.all([listen(receiver.tcp), listen(receiver.http)]);
  const grpc = `http://${native.address}`;
  const google = issuer.url;
  const others = { silent: silent.address, google, googleAccounts, scripted, grpc, syslog, syslogLines };
  project.provide("servers", { a, b, c, nobody, ...others });
  project.provide("functions", await bundleFunctions());
  return async () => {
    native.stop();
    receiver.tcp.close();
    await Promise.all([
      ...[...servers, registry, script, receiver.http].map(stop),
      issuer.stop(),
      silent.stop(),
    ]);
  };
}

async function listen(server: TcpServer): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
