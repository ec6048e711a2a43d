import type { Refusal } from "../egress/egress-policy.ts";
import { EgressError } from "../egress/error.ts";
import { pipeSocket } from "../egress/socket.ts";
import { originOfCall, userOf } from "./call-origin.ts";
import type { FunctionPlan, Outlets } from "./deployed.ts";
import type { LiveCall } from "./live-call.ts";
import { refusalText } from "./refusal.ts";
import { endedMessage } from "./source-call.ts";

/**
 * A socket that a function opened, to where an egress policy of its sources allows; any other is refused. It is
 * closed when the last of the calls ends.
 * @param calls those that may have opened it, of one isolate; at least one
 * @param ended settles when all of them have ended
 */
export async function connectSocket(
  calls: readonly LiveCall[],
  socket: Socket,
  { log, audit }: Pick<Outlets, "log" | "audit">,
  ended: Promise<unknown>,
): Promise<void> {
  const [call] = calls;
  if (!call) throw new Error(endedMessage);
  const { plan } = call;
  const { localAddress: address = "" } = await socket.opened;
  const [, host = "", portText] = /^(.*):(\d+)$/.exec(address) ?? [];
  const port = Number(portText);
  const by = originOfCall(plan, null, userOf(calls));
  const finish = audit.recorder?.begin({ method: "CONNECT", host, port, by });
  const end = (error: unknown) => finish?.({ status: null, error, bytesSent: null, bytesReceived: null });
  const refusal = refusalOf(plan, host, port);
  if (refusal !== null) {
    log({ level: "error", event: "egress.refused", by: by.name, ...refusal });
    const refused = new EgressError("refused", refusalText(plan, refusal));
    end(refused);
    throw refused;
  }
  const unreachable = (cause: unknown) =>
    new EgressError("unreachable", `${address} is not reachable, or the connection was lost.`, cause);
  try {
    const lost = await pipeSocket(socket, address, ended);
    // Nobody hears a failure of a connection that has gone already, least of all a function that hung up.
    end(lost === null ? null : unreachable(lost));
  } catch (error) {
    end(unreachable(error));
    throw error;
  }
}

function refusalOf({ policy, direct }: FunctionPlan, host: string, port: number): Refusal | null {
  const refusal = direct.checkSocket(host, port);
  if (refusal === null) return null;
  if (!policy.allowsSocket(host, port)) return policy.checkSocket(host, port);
  const reason = "it is reached through the bridges of its source, which carry HTTP only";
  return { ...refusal, reason, remedy: "Use plain HTTP requests." };
}
