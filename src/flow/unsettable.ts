/**
 * A variable that cannot take a value: read-only, of another message type, or with a text that HTTP does
 * not allow there. Policies turn it into their own documented fault (SetVariableFailed).
 */
export class Unsettable extends Error {
  readonly variable: string;

  constructor(variable: string, reason: string) {
    super(`variable ${variable} cannot be set: ${reason}`);
    this.variable = variable;
  }
}
