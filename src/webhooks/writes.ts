import type { Webhook, WebhookCall } from "./file-schema.ts";

/** Whether a call changes something, as its file says or its method. */
export function isWrite({ access, method }: Pick<WebhookCall, "access" | "method">): boolean {
  return access === undefined ? !["GET", "HEAD", "OPTIONS"].includes(method) : access === "write";
}

/** Whether one of a webhook's calls does. */
export function writes({ calls }: Webhook): boolean {
  return calls.some(isWrite);
}
