import { ScriptError, type ScriptPlace } from "../../../scripts/error.ts";
import type { Script } from "../../../scripts/script.ts";
import { type ParsedFile, waysToRun } from "../../../scripts/sources.ts";
import { type SyntaxNode, walk } from "../../../scripts/syntax.ts";

/** What QuickJS says of a call of something that is no function; Rhino also names the function and the object. */
export function isUnnamed({ type, message }: ScriptError): boolean {
  return type === "TypeError" && message === "not a function";
}

/** Of a property that is named in brackets, as in `headers['X-A']`, QuickJS does not say the name. */
export function withPropertyNamed(error: ScriptError, files: readonly ParsedFile[]): ScriptError {
  const [, verb, value] = /^cannot (read|set) property of (undefined|null)$/.exec(error.message) ?? [];
  const file = files.find((each) => each.file === error.place?.file);
  if (verb === undefined || !file || !error.place) return error;
  const offset = offsetOf(file, error.place);
  let name: string | null = null;
  walk(file.program as unknown as SyntaxNode, (node) => {
    const { object, property } = node as unknown as MemberExpression;
    const isHere =
      node.type === "MemberExpression" && node.computed === true && offset === opens(file, object);
    if (isHere && property.type === "Literal") name = String(property.value);
    return node.start <= offset && offset <= node.end;
  });
  if (name === null) return error;
  const message = `cannot ${verb} property '${name}' of ${value}`;
  return new ScriptError(error.type, message, error.scriptStack, error.place);
}

/** Where the bracket is behind an object. */
function opens({ text }: ParsedFile, object: SyntaxNode): number {
  return text.indexOf("[", object.end);
}

/** Scripts that say more of a call that has failed. */
export class NamedCalls {
  readonly #files: readonly ParsedFile[];
  readonly #scripts = new Map<string, Script | null>();

  constructor(files: readonly ParsedFile[]) {
    this.#files = files;
  }

  /**
   * The script with the call at a place looked at before it is made: executed again, it fails there in Rhino's words.
   * Null when there is no such call.
   */
  at(place: ScriptPlace | null): Script | null {
    if (place === null) return null;
    const key = `${place.file}:${place.line}:${place.column}`;
    const known = this.#scripts.get(key);
    if (known !== undefined) return known;
    const files = withNamedCall(this.#files, place);
    const script = files && { ways: waysToRun(files), waits: false };
    this.#scripts.set(key, script);
    return script;
  }
}

function withNamedCall(files: readonly ParsedFile[], place: ScriptPlace): readonly ParsedFile[] | null {
  const file = files.find((each) => each.file === place.file);
  const callee = file && calleeAt(file, place);
  if (!file || !callee) return null;
  const { text } = file;
  const { object, property, computed } = callee as unknown as MemberExpression;
  const said = (node: SyntaxNode) => text.slice(node.start, node.end);
  const isMethod = callee.type === "MemberExpression";
  const looked = isMethod ? object : callee;
  const look = isMethod
    ? `(${LOOK_FOR_METHOD})(${said(object)},${computed ? said(property) : JSON.stringify(said(property))})`
    : `(${LOOK_FOR_FUNCTION})(${said(callee)},${JSON.stringify(said(callee))})`;
  const named = { ...file, text: `${text.slice(0, looked.start)}${look}${text.slice(looked.end)}` };
  return files.map((each) => (each === file ? named : each));
}

interface MemberExpression {
  readonly object: SyntaxNode;
  readonly property: SyntaxNode;
  readonly computed: boolean;
}

/** QuickJS places such an error at the parenthesis behind what was called. */
function calleeAt(file: ParsedFile, place: ScriptPlace): SyntaxNode | null {
  const { program, text } = file;
  const offset = offsetOf(file, place);
  let found: SyntaxNode | null = null;
  walk(program as unknown as SyntaxNode, (node) => {
    const callee = node.callee as SyntaxNode | undefined;
    if (node.type === "CallExpression" && callee && text.slice(callee.end, offset).trim() === "") {
      if (callee.end <= offset && offset < node.end) found = callee;
    }
    return node.start <= offset && offset <= node.end;
  });
  return found;
}

function offsetOf({ text }: ParsedFile, { line, column }: ScriptPlace): number {
  const lines = text.split("\n").slice(0, line - 1);
  return lines.reduce((sum, each) => sum + each.length + 1, column - 1);
}

/** One line each: the lines of the script stay where they are. The texts are Rhino's. */
const LOOK_FOR_METHOD =
  'function(o,p){if(o!=null&&typeof o[p]!="function")throw new TypeError(p in Object(o)?"Cannot call property "+p+" in object "+o+". It is not a function, it is \\""+typeof o[p]+"\\".":"Cannot find function "+String(p)+" in object "+o+".");return o}';
const LOOK_FOR_FUNCTION =
  'function(f,n){if(typeof f!="function")throw new TypeError(n+" is not a function, it is "+typeof f+".");return f}';
