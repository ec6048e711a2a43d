import { functionNamed } from "./functions/functions.ts";
import {
  type BoundFunction,
  type FunctionServices,
  type Parameter,
  platformServices,
} from "./functions/template-function.ts";
import type { Argument } from "./template-arguments.ts";
import {
  isVariableName,
  type Part,
  parseTemplate,
  splitDefault,
  type TellUnknown,
} from "./template-syntax.ts";
import { ExpressionError, type Lookup, textOf } from "./value.ts";
import { LONGEST_TEXT, spendText, TooMuchWork, withinWork } from "./work.ts";

/** A compiled message template. */
export interface Template<Scope> {
  /** The whole text when nothing in it is a reference, otherwise null. */
  readonly literal: string | null;
  readonly render: (scope: Scope) => string;
}

export interface TemplateOptions {
  /** One character each, as the attributes `variablePrefix` and `variableSuffix`; `{` and `}` by default. */
  readonly prefix?: string;
  readonly suffix?: string;
  /** Text for a variable that is not set; it may throw. Without it the text is empty. */
  readonly unresolved?: (name: string) => string;
  /**
   * Whether an argument without quotes that names no variable stands for itself, as it does when
   * IgnoreUnresolvedVariables is true. By default, when `unresolved` is absent.
   */
  readonly literalWords?: boolean;
  readonly services?: FunctionServices;
  /** Is told of each function that is called in the call of another, which Apigee does not do. */
  readonly tellNested?: (name: string) => void;
  /** Is told of what looks like the call of a function that there is not; it stays text. */
  readonly tellUnknown?: TellUnknown;
}

/**
 * Compiles a message template: text with references to variables and calls of functions.
 * Apigee: "Message templates".
 *
 * Rendering throws a {@link TooMuchWork} for a text that is too long, or functions that have too much to do.
 *
 * @throws ExpressionError for a malformed call of a function, with its offset in the template
 */
export function compileTemplate<Scope>(
  text: string,
  variable: Lookup<Scope>,
  options: TemplateOptions = {},
): Template<Scope> {
  const { prefix = "{", suffix = "}" } = options;
  if (prefix.length !== 1 || suffix.length !== 1) {
    const message = `The variable prefix "${prefix}" and suffix "${suffix}" must be one character each.`;
    throw new ExpressionError(message, 0, "Write one character, or leave the attribute out.");
  }
  const parts = parseTemplate(text, prefix, suffix, options.tellUnknown);
  if (parts.every((part) => part.kind === "text")) return { literal: text, render: () => text };

  const renderers = parts.map((part) => compilePart(part, variable, options));
  const [only] = renderers;
  const render = renderers.length === 1 && only !== undefined ? only : joined(renderers);
  const hasCalls = parts.some((part) => part.kind === "call");
  return { literal: null, render: hasCalls ? (scope) => withinWork(() => render(scope)) : render };
}

function joined<Scope>(renderers: readonly Render<Scope>[]): Render<Scope> {
  return (scope) => {
    let rendered = "";
    for (const renderer of renderers) {
      rendered += renderer(scope);
      if (rendered.length > LONGEST_TEXT) throw new TooMuchWork();
    }
    return rendered;
  };
}

type Render<Scope> = (scope: Scope) => string;

function compilePart<Scope>(part: Part, variable: Lookup<Scope>, options: TemplateOptions): Render<Scope> {
  switch (part.kind) {
    case "text":
      return () => part.text;
    case "variable": {
      const { name, fallback } = part;
      const read = variable(name);
      return (scope) => {
        const value = read(scope);
        return value === null ? (fallback ?? options.unresolved?.(name) ?? "") : textOf(value);
      };
    }
    case "call":
      return compileCall(part, variable, options);
  }
}

type Call = Extract<Part, { kind: "call" }>;

function compileCall<Scope>(call: Call, variable: Lookup<Scope>, options: TemplateOptions): Render<Scope> {
  const definition = functionNamed(call.name);
  if (definition === undefined) throw new ExpressionError(`There is no function ${call.name}.`, call.offset);
  const { parameters, required, variadic } = definition;
  const most = variadic ? Number.POSITIVE_INFINITY : parameters.length;
  if (call.args.length < required || call.args.length > most) {
    const expected = variadic ? `at least ${required}` : required === most ? most : `${required} to ${most}`;
    const wanted = `${expected} ${expected === 1 ? "argument" : "arguments"}`;
    throw new ExpressionError(
      `${call.name} takes ${wanted}, and has ${call.args.length}.`,
      call.offset,
      `Write ${wanted} with commas between them; a text with a comma in it stands between single quotes.`,
    );
  }
  const operands = call.args.map((argument, index) =>
    compileArgument(argument, parameters[index] ?? parameters.at(-1) ?? "value", variable, options),
  );
  const run = bindCall(call, definition.bind, operands, options.services ?? platformServices);
  const reads = operands.map((operand) => operand.read);
  return (scope) => {
    const values = reads.map((read) => read(scope));
    for (const value of values) if (value !== null) spendText(value);
    return spendText(run(...values) ?? "");
  };
}

function bindCall<Scope>(
  call: Call,
  bind: (constants: readonly (string | undefined)[], services: FunctionServices) => BoundFunction,
  operands: readonly Operand<Scope>[],
  services: FunctionServices,
): BoundFunction {
  try {
    return bind(
      operands.map((operand) => operand.constant),
      services,
    );
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ExpressionError(`${call.name}: ${error.message}`, call.offset, error.remedy);
  }
}

/** An argument: how to read it, and its text if that is known at load time. */
interface Operand<Scope> {
  readonly constant?: string;
  readonly read: (scope: Scope) => string | null;
}

function compileArgument<Scope>(
  { quoted, text, call }: Argument,
  parameter: Parameter,
  variable: Lookup<Scope>,
  options: TemplateOptions,
): Operand<Scope> {
  const { unresolved, literalWords = unresolved === undefined } = options;
  if (call !== null) {
    options.tellNested?.(call.name);
    const inner = { kind: "call" as const, ...call };
    return { read: (parameter === "nullable" ? orNull : compileCall)(inner, variable, options) };
  }
  if (quoted || text === "") return { constant: text, read: () => text };
  const reference = parameter === "verbatim" ? splitNothing(text) : splitDefault(text);
  const unknown = parameter === "verbatim" ? undefined : /^([A-Za-z]\w*)\(.*\)$/.exec(text)?.[1];
  if (unknown !== undefined) options.tellUnknown?.(unknown);
  if (reference === null) {
    if (literalWords || parameter === "verbatim") return { constant: text, read: () => text };
    return { read: () => unresolved?.(text) ?? "" };
  }
  const { name, fallback } = reference;
  const standsForItself = literalWords && (parameter === "value" || parameter === "verbatim");
  const read = variable(name);
  return {
    read: (scope) => {
      const value = read(scope);
      if (value !== null) return textOf(value);
      if (fallback !== null) return fallback;
      if (parameter === "nullable") return null;
      return standsForItself ? text : (unresolved?.(name) ?? "");
    },
  };
}

/** A call that is null when a variable in it is not set. */
function orNull<Scope>(
  call: Call,
  variable: Lookup<Scope>,
  options: TemplateOptions,
): (scope: Scope) => string | null {
  const unset = new ExpressionError("a variable is not set");
  const unresolved = () => {
    throw unset;
  };
  const render = compileCall(call, variable, { ...options, unresolved, literalWords: false });
  return (scope) => {
    try {
      return render(scope);
    } catch (error) {
      if (error === unset) return null;
      throw error;
    }
  };
}

function splitNothing(text: string): { name: string; fallback: null } | null {
  return isVariableName(text) ? { name: text, fallback: null } : null;
}
