import { DeploymentError } from "../environment/deployment-store.ts";

/** Why a command cannot do what was asked, in words for its user; printed without a stack, exit status 2. */
export class CommandFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandFailure";
  }
}

/** What a command prints of why it failed: the words for its user, or a defect with its stack. */
export function toldOf(error: unknown): unknown {
  const isForUser = error instanceof CommandFailure || error instanceof DeploymentError;
  return isForUser ? `error: ${error.message}` : error;
}
