import { connectionOf } from "../egress/binding.ts";
import { throughBridge } from "../egress/bridge/connection.ts";
import type { Connection } from "../egress/call.ts";
import type { EgressOptions } from "../egress/egress.ts";
import { portOf } from "../egress/egress-policy.ts";
import { EgressError } from "../egress/error.ts";
import { SourceError } from "./error.ts";
import type { Source } from "./source.ts";

/** How the calls of one source leave. */
export interface WayOut {
  /** What the source's egress goes through. One with bridges goes nowhere without {@link through}. */
  readonly outlets: Pick<EgressOptions, "internet" | "connections">;
  /** The bridges' secret; empty without bridges. */
  readonly secretNames: readonly string[];
  /**
   * What carries a call; undefined when that is the egress itself. Throws {@link SourceError} SecretNotFound.
   * @param secret the value of one of the source's secrets by its name; undefined or empty when it is not set
   */
  through(secret: (name: string) => string | undefined): Connection | undefined;
}

/** Decides how the calls of a source leave. Foundry: "Configure egress" (direct and agent proxy). */
export function wayOut(
  { apiName, bridge }: Source,
  environment: string,
  outlets: Pick<EgressOptions, "internet" | "connections">,
  binding: (name: string) => unknown,
): WayOut {
  if (bridge === null) return { outlets, secretNames: [], through: () => undefined };
  const bound =
    bridge.binding === null
      ? undefined
      : boundConnection(
          binding(bridge.binding),
          `The Worker has no binding ${bridge.binding}, which leads to the bridges of the source ${apiName}.`,
        );
  const connectionTo = (address: string) => bound ?? usual(address, outlets);
  return {
    outlets: { internet: shut(apiName), connections: new Map() },
    secretNames: [bridge.key],
    through(secret) {
      const key = secret(bridge.key);
      if (!key) {
        throw new SourceError("SecretNotFound", `Secret with name ${bridge.key} not found on the Source.`);
      }
      return throughBridge({ ...bridge, key, environment, source: apiName, connectionTo });
    },
  };
}

function usual(address: string, { internet, connections }: WayOut["outlets"]): Connection {
  const { hostname, protocol, port } = new URL(address);
  return connections.get(`${hostname}:${portOf(protocol, port)}`) ?? internet;
}

/** For calls that nobody has sent through a bridge: none may go past it. */
function shut(source: string): Connection {
  return refusing(`The calls of the source ${source} go through its bridges, and this one does not.`);
}

/**
 * A binding to call through. One that is missing fails each call: what should go through it must not go out without it.
 * @param missing says that it is not there, and what to do
 */
export function boundConnection(binding: unknown, missing: string): Connection {
  return connectionOf(binding) ?? refusing(missing);
}

function refusing(message: string): Connection {
  return { fetch: () => Promise.reject(new EgressError("invalid", message)) };
}
