/** A place in a file of a script. Lines and columns count from 1. */
export interface ScriptPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Why a script ended early. */
export class ScriptError extends Error {
  /** The error's name, such as `TypeError`; "" when the script threw something else. */
  readonly type: string;
  /** As QuickJS prints it; "" when there is none. */
  readonly scriptStack: string;
  /** Where it happened in its author's file; null when that is not known. */
  readonly place: ScriptPlace | null;

  constructor(type: string, message: string, scriptStack = "", place: ScriptError["place"] = null) {
    super(message);
    this.name = "ScriptError";
    this.type = type;
    this.scriptStack = scriptStack;
    this.place = place;
  }

  at(place: ScriptPlace): ScriptError {
    return new ScriptError(this.type, this.message, this.scriptStack, place);
  }
}

/** A script has used up its share of work. */
export class ScriptTimeout extends Error {
  constructor() {
    super("the script has used up its time");
    this.name = "ScriptTimeout";
  }
}

/** The host's answer to something that a script may not do: the script sees an Error, and may catch it. */
export class ScriptRefusal extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ScriptRefusal";
  }
}

/** Where a script cannot be read, and why. Lines and columns count from 1. */
export class ScriptSyntaxError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.name = "ScriptSyntaxError";
    this.line = line;
    this.column = column;
  }
}
