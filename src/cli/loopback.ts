import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { CommandFailure } from "./command-failure.ts";

/** What `localhost` means. A machine without IPv6 has only the first. */
const ADDRESSES = ["127.0.0.1", "::1"];

/** How often another free port is tried, where one is free on one of the addresses only. */
const ATTEMPTS = 20;

/**
 * Listens on every address of `localhost` that this machine has, on one port. Rejects as the first server does that
 * cannot, and then none listens.
 * @param make makes a server for one address
 * @param wanted 0 takes a free port
 */
export async function listenOnLoopback<S extends Server>(
  make: () => S,
  wanted: number,
): Promise<{ readonly port: number; readonly servers: readonly S[] }> {
  for (let attempt = 1; ; attempt++) {
    const servers: S[] = [];
    let port = wanted;
    try {
      for (const address of ADDRESSES) {
        const server = make();
        if (!(await listens(server, port, address))) continue;
        servers.push(server);
        ({ port } = server.address() as AddressInfo);
      }
      return { port, servers };
    } catch (error) {
      for (const server of servers) server.close();
      if (wanted !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
}

/** False on a machine without that address. */
async function listens(server: Server, port: number, address: string): Promise<boolean> {
  try {
    server.listen(port, address);
    await once(server, "listening");
    return true;
  } catch (error) {
    if (address !== ADDRESSES[0] && isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT";
}

/** A port of this machine that is free: the wanted one, or any for 0. Rejects with {@link CommandFailure}. */
export async function freePort(wanted: number): Promise<number> {
  const { port, servers } = await listenOnLoopback(() => createServer(), wanted).catch(portFailure(wanted));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return port;
}

/** The platform's own message about a port in use does not say what to do. */
export function portFailure(port: number): (cause: unknown) => never {
  return (cause) => {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === "EADDRINUSE" ? "is in use" : `cannot be used (${code})`;
    throw new CommandFailure(`Port ${port} ${reason}. Choose another one with --port.`, { cause });
  };
}
