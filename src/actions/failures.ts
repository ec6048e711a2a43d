import type { FunctionError } from "../functions/error.ts";
import { ActionError, type ActionErrorName } from "./error.ts";

/** Names that the errors of functions have where an action calls them. Foundry: "Apply Action" (errors). */
const names: Readonly<Record<string, ActionErrorName>> = {
  QueryEncounteredUserFacingError: "FunctionEncounteredUserFacingError",
  QueryTimeExceededLimit: "FunctionExecutionTimedOut",
  AuthorizationRequired: "AuthorizationRequired",
};

/** What a function that failed makes of the action that called it. */
export function functionFailure(error: FunctionError): ActionError {
  const { errorName, message, parameters, errorInstanceId: id } = error;
  const name = names[errorName] ?? "FunctionExecutionFailed";
  return new ActionError(name, message, { ...parameters, message }, { id, cause: error });
}

/** What a writeback webhook that failed makes of its action: its message is shown, and nothing was changed. */
export function webhookFailure(webhook: string, error: FunctionError): ActionError {
  const { errorName, message, parameters, errorInstanceId: id } = error;
  if (errorName === "AuthorizationRequired") {
    return new ActionError(
      "AuthorizationRequired",
      message,
      { ...parameters, webhook, message },
      { id, cause: error },
    );
  }
  const shown = { webhook, webhookErrorName: errorName, message };
  return new ActionError("WritebackWebhookFailed", message, shown, { id, cause: error });
}
