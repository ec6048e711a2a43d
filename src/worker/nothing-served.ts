import type { Environment } from "../environment/environment.ts";
import { FunctionError } from "../functions/error.ts";

/** What is thrown where there is no deployed state to call anything of. */
export function nothingServed({ whyNothing }: Environment): FunctionError {
  return new FunctionError("NothingDeployed", `${whyNothing}.`, {});
}
