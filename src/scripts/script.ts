/** What is known of a script from its syntax: all that running it takes besides its text. Plain data. */
export interface ReadScript {
  /** The script in ECMAScript: each line is where it was. */
  readonly text: string;
  readonly declared: Declarations;
  /** Every name that it mentions, whatever it means there. */
  readonly mentioned: readonly string[];
  readonly uses: Uses;
  readonly calls: readonly ScriptCall[];
  readonly brackets: readonly NamedBracket[];
  readonly objections: readonly Objection[];
}

/** Reads scripts. `read` throws ScriptSyntaxError where one cannot be read. */
export interface ScriptReader {
  read(source: string): ReadScript;
}

/** The names that a script declares for the whole of its files. */
export interface Declarations {
  readonly variables: readonly string[];
  /** Functions, classes, and what `let` and `const` declare. */
  readonly others: readonly string[];
}

/** What a script can see of a request, as far as its text tells. */
export interface Uses {
  /** Variables that it names literally. */
  readonly variables: readonly string[];
  /** Whether it may name others, or read the body of any message. */
  readonly anything: boolean;
  /** Whether it may call out. */
  readonly calls: boolean;
}

/** A part of a script's text, from 0. */
interface Passage {
  readonly start: number;
  readonly end: number;
}

/** A call in a script's text. */
export interface ScriptCall {
  /** What is called, or the object whose method is. */
  readonly callee: Passage;
  /** The name of the method; an expression in brackets where it is computed. Null where a function is called. */
  readonly method: (Passage & { readonly computed: boolean }) | null;
  /** Where the name of what is called ends, and where the call does. */
  readonly calleeEnd: number;
  readonly end: number;
}

/** Where a bracket opens that a property is named in, and its name. */
export interface NamedBracket {
  readonly at: number;
  readonly name: string;
}

/** Something that a script does which does not work here, or works differently. Lines and columns count from 1. */
export interface Objection {
  readonly kind: "RhinoOnly" | "RhinoDiffers";
  readonly name: string;
  readonly why: string;
  readonly line: number;
  readonly column: number;
}

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
