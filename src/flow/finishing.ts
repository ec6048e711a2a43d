import { type FlowContext, StateKey } from "./context.ts";
import type { ResponseMessage } from "./message.ts";

type Finish = (answer: ResponseMessage) => void;

/** What is done to the answer of an exchange when everything else has been, also when it tells of a fault. */
export const finishing = new StateKey<Finish>();

/** Adds to it. Apigee: "CORS policy" (OPTIONS requests). */
export function atTheEnd(flow: FlowContext, finish: Finish): void {
  const before = flow.kept(finishing);
  flow.keep(
    finishing,
    before === null
      ? finish
      : (answer) => {
          before(answer);
          finish(answer);
        },
  );
}
