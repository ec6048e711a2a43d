/** Where a node begins: a line from 1, and the bytes in UTF-8 before it in that line. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

// The nodes of Python's `ast` that are looked into, with the names and fields that it documents. Fields without a value
// are left out.

export interface Name extends Place {
  readonly kind: "Name";
  readonly id: string;
}

export interface Attribute extends Place {
  readonly kind: "Attribute";
  readonly value: Expression;
  readonly attr: string;
}

export interface Constant extends Place {
  readonly kind: "Constant";
  /** The name of its Python type. */
  readonly type: string;
  /** Numbers and the like are given as code. */
  readonly value: string | boolean;
}

export interface Subscript extends Place {
  readonly kind: "Subscript";
  readonly value: Expression;
  readonly slice: Expression;
}

export interface BinOp extends Place {
  readonly kind: "BinOp";
  readonly left: Expression;
  readonly op: { readonly kind: string };
  readonly right: Expression;
}

export interface Sequence extends Place {
  readonly kind: "List" | "Tuple";
  readonly elts: readonly Expression[];
}

export interface Call extends Place {
  readonly kind: "Call";
  readonly func: Expression;
  readonly args: readonly Expression[];
  readonly keywords: readonly Keyword[];
}

export interface Keyword extends Place {
  readonly kind: "keyword";
  /** Missing for `**options`. */
  readonly arg?: string;
  readonly value: Expression;
}

export type Expression = Name | Attribute | Constant | Subscript | BinOp | Sequence | Call | OtherExpression;

/** An expression that no declaration is made of. */
export interface OtherExpression extends Place {
  readonly kind:
    | "Lambda"
    | "Dict"
    | "Set"
    | "JoinedStr"
    | "IfExp"
    | "UnaryOp"
    | "BoolOp"
    | "Starred"
    | "Await";
}

export interface Argument extends Place {
  readonly kind: "arg";
  readonly arg: string;
  readonly annotation?: Expression;
}

export interface Arguments {
  readonly kind: "arguments";
  readonly posonlyargs: readonly Argument[];
  readonly args: readonly Argument[];
  /** Of the last ones of both. */
  readonly defaults: readonly Expression[];
  readonly vararg?: Argument;
  readonly kwonlyargs: readonly Argument[];
  readonly kw_defaults: readonly (Expression | null)[];
  readonly kwarg?: Argument;
}

export interface FunctionDef extends Place {
  readonly kind: "FunctionDef" | "AsyncFunctionDef";
  readonly name: string;
  readonly args: Arguments;
  readonly body: readonly Statement[];
  readonly decorator_list: readonly Expression[];
  readonly returns?: Expression;
  readonly type_params: readonly Place[];
}

export interface ClassDef extends Place {
  readonly kind: "ClassDef";
  readonly name: string;
  readonly bases: readonly Expression[];
  readonly body: readonly Statement[];
  readonly decorator_list: readonly Expression[];
  readonly type_params: readonly Place[];
}

export interface Alias extends Place {
  readonly kind: "alias";
  readonly name: string;
  readonly asname?: string;
}

export interface Import extends Place {
  readonly kind: "Import";
  readonly names: readonly Alias[];
}

export interface ImportFrom extends Place {
  readonly kind: "ImportFrom";
  readonly module?: string;
  readonly names: readonly Alias[];
  /** How many dots there are. */
  readonly level: number;
}

export interface Assign extends Place {
  readonly kind: "Assign";
  readonly targets: readonly Expression[];
  readonly value: Expression;
}

export interface AnnAssign extends Place {
  readonly kind: "AnnAssign";
  readonly target: Expression;
  readonly annotation: Expression;
  readonly value?: Expression;
}

export interface TypeAlias extends Place {
  readonly kind: "TypeAlias";
  readonly name: Name;
  readonly value: Expression;
  readonly type_params: readonly Place[];
}

export interface If extends Place {
  readonly kind: "If";
  readonly test: Expression;
  readonly body: readonly Statement[];
  readonly orelse: readonly Statement[];
}

export interface Try extends Place {
  readonly kind: "Try" | "TryStar";
  readonly body: readonly Statement[];
  readonly handlers: readonly ExceptHandler[];
  readonly orelse: readonly Statement[];
  readonly finalbody: readonly Statement[];
}

export interface ExceptHandler extends Place {
  readonly kind: "ExceptHandler";
  readonly type?: Expression;
  readonly body: readonly Statement[];
}

export type Statement =
  | FunctionDef
  | ClassDef
  | Import
  | ImportFrom
  | Assign
  | AnnAssign
  | TypeAlias
  | If
  | Try
  | { readonly kind: "Expr"; readonly value: Expression };

export interface Module {
  readonly kind: "Module";
  readonly body: readonly Statement[];
}

export type PythonNode =
  | Module
  | Statement
  | Expression
  | Arguments
  | Argument
  | Keyword
  | Alias
  | ExceptHandler;
