import { type BridgeRefusalName, bridgeRefusals } from "../../../egress/bridge/protocol.ts";

/** Why the bridge brings no answer. The message is its text for the gateway's log. */
export class Refusal extends Error {
  readonly refusal: BridgeRefusalName;

  constructor(refusal: BridgeRefusalName, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "Refusal";
    this.refusal = refusal;
  }

  get status(): number {
    return bridgeRefusals[this.refusal].status;
  }
}
