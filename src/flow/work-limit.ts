import { TooMuchWork } from "../expression/work.ts";
import { faultType } from "./fault.ts";

/** Not Apigee's: what a client or target sent makes an expression of the bundle take too much work. */
const tooMuchWork = faultType(
  "sortie.TooMuchWork",
  500,
  () => "Evaluating an expression takes too much work",
);

/** What was thrown, as a fault if an evaluation was stopped. */
export function stoppedAsFault(thrown: unknown): unknown {
  return thrown instanceof TooMuchWork ? tooMuchWork().causedBy(thrown) : thrown;
}
