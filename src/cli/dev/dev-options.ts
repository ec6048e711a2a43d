import { InvalidArgumentError } from "commander";
import { LONGEST_KEY } from "../../clients/entities.ts";
import { type EgressRule, EgressRuleError, readEgressRule } from "../../egress/rule.ts";
import { readTargetServer, type TargetServer } from "../../egress/target-server.ts";

/** `--connect-to HOST[:PORT]=URL`: what is meant for a host goes to another address. */
export interface HostConnection {
  /** The egress rule that allows it: the host, with the port when one was given. */
  readonly rule: string;
  /** `host:port` of the URLs it serves; both default ports when none was given. */
  readonly hosts: readonly string[];
  /** The address as a service binding. */
  readonly to:
    | { readonly address: string; readonly http: Record<string, never> }
    | { readonly address: string; readonly https: object };
}

/** `--target-server NAME=URL`. */
export interface GivenTargetServer {
  readonly entity: unknown;
  readonly server: TargetServer;
}

/** `--kvm MAP.KEY=VALUE`. */
export interface GivenKeyValue {
  readonly map: string;
  readonly key: string;
  readonly value: string;
}

/** `--app KEY[:SECRET]`: an app that may call everything. */
export interface GivenApp {
  readonly key: string;
  readonly secret: string;
}

/** An option that may be given several times. */
export function collect<T>(
  parse: (text: string) => T,
): (text: string, earlier: readonly T[]) => readonly T[] {
  return (text, earlier) => [...earlier, parse(text)];
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new InvalidArgumentError("A port is 0 to 65535.");
  return port;
}

/** A host as URLs have it, without a port: requests may ask for it on any. */
export function parseHost(text: string): string {
  const url = URL.parse(`http://${text}`);
  // A URL does not show the port that its scheme has by default.
  const hasPort = /(?:^[^[]*|\]):\d*$/.test(text);
  if (hasPort || url?.href !== `http://${url?.hostname}/`) {
    throw new InvalidArgumentError("Write the name of a host, without scheme, port and path.");
  }
  return url.hostname;
}

export function parseConnection(text: string): HostConnection {
  const { name: host, url } = nameAndUrl(text, "api.example.com=http://localhost:3000");
  const { protocol, ports } = readRule(host);
  const hostname = URL.parse(`http://${host}`)?.hostname;
  if (protocol !== null || !hostname || /[*/]/.test(host)) {
    throw new InvalidArgumentError("Before the equals sign, write HOST or HOST:PORT.");
  }
  const address = `${url.hostname}:${url.port || (url.protocol === "https:" ? 443 : 80)}`;
  return {
    rule: host,
    hosts: (ports === null ? [80, 443] : [ports.first]).map((each) => `${hostname}:${each}`),
    to:
      url.protocol === "http:"
        ? { address, http: {} }
        : {
            address,
            https: { options: {}, tlsOptions: { trustBrowserCas: true }, certificateHost: url.hostname },
          },
  };
}

/**
 * `grpc:` and `grpcs:` make it a server for ExternalCallouts. The scheme alone decides over TLS, against the SSLInfo of
 * an endpoint too, which an exported bundle has for the server that this one stands for.
 */
export function parseTargetServer(text: string): GivenTargetServer {
  const { name, url } = nameAndUrl(text, "inventory=http://localhost:3000", /^(?:https?|grpcs?):$/);
  const tls = url.protocol.endsWith("s:");
  const entity = {
    name,
    host: url.hostname,
    port: Number(url.port || (tls ? 443 : 80)),
    protocol: url.protocol.startsWith("grpc") ? "GRPC" : "HTTP",
    isEnabled: true,
    sSLInfo: { enabled: tls },
  };
  const { server, problems } = readTargetServer(entity);
  if (!server) throw new InvalidArgumentError(problems.map(({ message }) => message).join(" "));
  return { entity, server };
}

export function parseKeyValue(text: string): GivenKeyValue {
  const [, map, key, value] = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(text) ?? [];
  if (map === undefined || key === undefined || value === undefined) {
    throw new InvalidArgumentError("Write MAP.KEY=VALUE.");
  }
  return { map, key, value };
}

export function parseApp(text: string): GivenApp {
  const [, key, secret = ""] = /^([^:]+)(?::(.*))?$/s.exec(text) ?? [];
  if (key === undefined) throw new InvalidArgumentError("Write KEY or KEY:SECRET.");
  if (key.length > LONGEST_KEY) {
    throw new InvalidArgumentError(`A key has at most ${LONGEST_KEY} characters.`);
  }
  return { key, secret };
}

function nameAndUrl(text: string, example: string, schemes = /^https?:$/): { name: string; url: URL } {
  const [, name, target] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const url = URL.parse(target ?? "");
  const isOrigin =
    url?.hostname && schemes.test(url.protocol) && /^\/?$/.test(`${url.pathname}${url.search}${url.hash}`);
  if (name === undefined || !isOrigin || url.username !== "") {
    throw new InvalidArgumentError(`Write it like ${example}, with scheme and host and without a path.`);
  }
  return { name, url };
}

function readRule(host: string): EgressRule {
  try {
    return readEgressRule(host);
  } catch (error) {
    if (error instanceof EgressRuleError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
