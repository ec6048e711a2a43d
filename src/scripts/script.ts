/** One file of a script. `file` is the name that errors show. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** A script's files in one function. */
export interface FunctionText extends SourceFile {
  /** How many characters stand before the first line of the script's own. */
  readonly indent: number;
}

/** The ways to run a script, best first: with what it includes executed once, or all of it each time. */
export interface Ways {
  /** Null where the included files cannot do without what the main file declares. */
  readonly preloaded: { readonly files: readonly SourceFile[]; readonly main: FunctionText } | null;
  readonly whole: FunctionText;
  /** Where each file's lines are in `whole`. */
  readonly lines: readonly { readonly file: string; readonly first: number }[];
}

/** A script as a policy has it. */
export interface Script {
  readonly ways: Ways;
  /** Whether it calls out, and may have to wait for answers. */
  readonly waits: boolean;
}
