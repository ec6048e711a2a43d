import { InvalidArgumentError } from "commander";

/** Where to listen, or what to connect to. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** Reads `8080`, `:8080`, `host:8080`, `http://host:8080` or `https://host:8080`; 127.0.0.1 without a host. */
export function parseAddress(text: string): Address {
  const [, scheme = "http", rest = ""] = /^(?:(https?):\/\/)?(.*)$/.exec(text) ?? [];
  const authority = /^\d+$/.test(rest) ? `127.0.0.1:${rest}` : rest.replace(/^:/, "127.0.0.1:");
  const url = URL.parse(`tcp://${authority}`);
  if (url === null || url.port === "" || url.hostname === "" || url.host !== authority.toLowerCase()) {
    throw new InvalidArgumentError("Write PORT, HOST:PORT or https://HOST:PORT.");
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port), tls: scheme === "https" };
}

/** The address as a URL has it. */
export function authorityOf({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
