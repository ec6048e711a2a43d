import * as v from "valibot";

/** What the file of a bridge may hold; paths in it are relative to its folder. */

const path = v.pipe(v.string(), v.minLength(1, "must name a file"));

const PORT = "must be a port from 1 to 65535";
const port = v.pipe(v.number(), v.integer(PORT), v.minValue(1, PORT), v.maxValue(65535, PORT));

const count = (most: number) => {
  const words = `must be a whole number from 1 to ${most}`;
  return v.pipe(v.number(), v.integer(words), v.minValue(1, words), v.maxValue(most, words));
};

const list = <S extends v.GenericSchema>(item: S, least: string) =>
  v.pipe(v.array(item), v.minLength(1, `must list ${least}`));

const identity = v.strictObject({ certificate: path, privateKey: path });

const destination = v.strictObject({
  scheme: v.optional(v.picklist(["HTTP", "HTTPS"]), "HTTPS"),
  host: v.string(),
  /** Default: the scheme's own. */
  port: v.optional(port),
  /** IPv4 and IPv6 addresses and blocks that the name may lead to; default: public ones. */
  addresses: v.optional(list(v.string(), "an address")),
  /** Authorities of its certificate; default: the public ones. */
  serverCertificates: v.optional(list(path, "a file")),
  /** Shown to it. */
  clientCertificate: v.optional(identity),
});

export const bridgeFileSchema = v.strictObject({
  /** By what addresses gateways call the bridge, as their sources have them. */
  addresses: list(v.string(), "an address"),
  /** HOST:PORT, with https:// where the bridge has a certificate. */
  listen: v.string(),
  /** Shown to gateways. */
  identity: v.optional(identity),
  /** Files with the keys that calls are signed with. */
  keys: v.pipe(list(path, "a file"), v.maxLength(10, "must list 10 files at most")),
  destinations: list(destination, "a destination"),
  limits: v.optional(
    v.strictObject({
      /** Connections to a destination that are kept open, and calls at once. Foundry: "Agent proxy". */
      coreConnections: v.optional(count(1000), 20),
      maxConnections: v.optional(count(10_000), 300),
      bodyBytes: v.optional(count(2 ** 40), 1024 * 1024 * 1024),
      /** Without a byte on either side. */
      idleSeconds: v.optional(count(3600), 120),
    }),
    {},
  ),
});

export type BridgeFile = v.InferOutput<typeof bridgeFileSchema>;
