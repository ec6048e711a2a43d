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

/** A variable that no policy can set, whatever its value. ExtractVariables has a fault of its own for it. */
export class ReadOnlyVariable extends Unsettable {
  constructor(variable: string) {
    super(variable, "it is read-only");
  }
}

/** A variable whose name begins with another's, or the other way round. */
export class NameClash extends Unsettable {
  constructor(variable: string, other: string) {
    super(variable, `${other} is a variable`);
  }
}
