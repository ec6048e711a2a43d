/** Why a command cannot do what was asked, in words for its user; printed without a stack, exit status 2. */
export class CommandFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandFailure";
  }
}
