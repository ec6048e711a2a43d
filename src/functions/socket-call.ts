import { pipeSocket } from "../egress/socket.ts";
import type { FunctionPlan } from "./deployed.ts";
import { refuse } from "./refusal.ts";

/** A socket that a function opened, to where an egress policy of its sources allows; any other is refused. */
export async function connectSocket(
  plan: FunctionPlan,
  socket: Socket,
  log: (line: Record<string, unknown>) => void,
): Promise<void> {
  const { localAddress: address = "" } = await socket.opened;
  const [, host = "", port] = /^(.*):(\d+)$/.exec(address) ?? [];
  const refusal = plan.policy.allowsSocket(host.replace(/^\[(.*)\]$/, "$1"), Number(port));
  if (refusal === null) return pipeSocket(socket, address);
  const { message } = (await refuse(plan, refusal, log).json()) as { message: string };
  await socket.close();
  throw new Error(message);
}
