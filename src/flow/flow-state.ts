import type { FlowContext } from "./context.ts";

const names = {
  proxy: { request: "PROXY_REQ_FLOW", response: "PROXY_RESP_FLOW" },
  target: { request: "TARGET_REQ_FLOW", response: "TARGET_RESP_FLOW" },
} as const;

/** Where a flow is, or was when it failed, as `context.flow` of scripts and `error.state` say it. */
export function flowState({ part, direction }: FlowContext): string {
  return names[part][direction];
}
