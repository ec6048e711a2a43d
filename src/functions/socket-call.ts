import { EgressError } from "../egress/error.ts";
import { pipeSocket } from "../egress/socket.ts";
import { originOfCall } from "./call-origin.ts";
import type { FunctionPlan, Outlets } from "./deployed.ts";
import { refusalText } from "./refusal.ts";

/** A socket that a function opened, to where an egress policy of its sources allows; any other is refused. */
export async function connectSocket(
  plan: FunctionPlan,
  socket: Socket,
  user: string | null,
  { log, audit }: Pick<Outlets, "log" | "audit">,
): Promise<void> {
  const { localAddress: address = "" } = await socket.opened;
  const [, host = "", portText] = /^(.*):(\d+)$/.exec(address) ?? [];
  const port = Number(portText);
  const by = originOfCall(plan, null, user);
  const finish = audit.recorder?.begin({ method: "CONNECT", host, port, by });
  const end = (error: unknown) => finish?.({ status: null, error, bytesSent: null, bytesReceived: null });
  const refusal = plan.policy.checkSocket(host, port);
  if (refusal !== null) {
    log({ level: "error", event: "egress.refused", by: by.name, ...refusal });
    const refused = new EgressError("refused", refusalText(plan, refusal));
    end(refused);
    throw refused;
  }
  try {
    await pipeSocket(socket, address);
    end(null);
  } catch (error) {
    end(new EgressError("unreachable", `${address} is not reachable, or the connection was lost.`, error));
    throw error;
  }
}
