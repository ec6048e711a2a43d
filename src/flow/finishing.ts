import { StateKey } from "./context.ts";
import type { ResponseMessage } from "./message.ts";

/**
 * What is done to the answer of an exchange when everything else has been, also when it tells of a fault.
 * Apigee: "CORS policy" (OPTIONS requests).
 */
export const finishing = new StateKey<(answer: ResponseMessage) => void>();
