import { type BridgeRefusalName, bridgeRefusals } from "../../../egress/bridge/protocol.ts";

/** Why the bridge brings no answer. The message is its text for the gateway, and of some for whoever has called. */
export class Refusal extends Error {
  readonly refusal: BridgeRefusalName;
  /** What is for the bridge's own log alone. */
  readonly detail: string;

  constructor(refusal: BridgeRefusalName, message: string, cause?: unknown, detail = "") {
    super(message, { cause });
    this.name = "Refusal";
    this.refusal = refusal;
    this.detail = detail;
  }

  get status(): number {
    return bridgeRefusals[this.refusal].status;
  }
}
