import { ScriptError, type ScriptPlace } from "../../../scripts/error.ts";
import type { Script, ScriptCall } from "../../../scripts/script.ts";
import { type ReadFile, waysToRun } from "../../../scripts/sources.ts";

/** What QuickJS says of a call of something that is no function; Rhino also names the function and the object. */
export function isUnnamed({ type, message }: ScriptError): boolean {
  return type === "TypeError" && message === "not a function";
}

/** Of a property that is named in brackets, as in `headers['X-A']`, QuickJS does not say the name. */
export function withPropertyNamed(error: ScriptError, files: readonly ReadFile[]): ScriptError {
  const [, verb, value] = /^cannot (read|set) property of (undefined|null)$/.exec(error.message) ?? [];
  const file = files.find((each) => each.file === error.place?.file);
  if (verb === undefined || !file || !error.place) return error;
  const offset = offsetOf(file, error.place);
  const bracket = file.brackets.find(({ at }) => at === offset);
  if (!bracket) return error;
  const message = `cannot ${verb} property '${bracket.name}' of ${value}`;
  return new ScriptError(error.type, message, error.scriptStack, error.place);
}

/** Scripts that say more of a call that has failed. */
export class NamedCalls {
  readonly #files: readonly ReadFile[];
  readonly #scripts = new Map<string, Script | null>();

  constructor(files: readonly ReadFile[]) {
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

function withNamedCall(files: readonly ReadFile[], place: ScriptPlace): readonly ReadFile[] | null {
  const file = files.find((each) => each.file === place.file);
  const call = file && callAt(file, place);
  if (!file || !call) return null;
  const { text } = file;
  const { callee, method } = call;
  const said = (passage: { start: number; end: number }) => text.slice(passage.start, passage.end);
  const look = method
    ? `(${LOOK_FOR_METHOD})(${said(callee)},${method.computed ? said(method) : JSON.stringify(said(method))})`
    : `(${LOOK_FOR_FUNCTION})(${said(callee)},${JSON.stringify(said(callee))})`;
  const named = { ...file, text: `${text.slice(0, callee.start)}${look}${text.slice(callee.end)}` };
  return files.map((each) => (each === file ? named : each));
}

/** QuickJS places such an error at the parenthesis behind what was called. */
function callAt(file: ReadFile, place: ScriptPlace): ScriptCall | undefined {
  const offset = offsetOf(file, place);
  return file.calls.find(
    ({ calleeEnd, end }) =>
      calleeEnd <= offset && offset < end && file.text.slice(calleeEnd, offset).trim() === "",
  );
}

function offsetOf({ text }: ReadFile, { line, column }: ScriptPlace): number {
  const lines = text.split("\n").slice(0, line - 1);
  return lines.reduce((sum, each) => sum + each.length + 1, column - 1);
}

/** One line each: the lines of the script stay where they are. The texts are Rhino's. */
const LOOK_FOR_METHOD =
  'function(o,p){if(o!=null&&typeof o[p]!="function")throw new TypeError(p in Object(o)?"Cannot call property "+p+" in object "+o+". It is not a function, it is \\""+typeof o[p]+"\\".":"Cannot find function "+String(p)+" in object "+o+".");return o}';
const LOOK_FOR_FUNCTION =
  'function(f,n){if(typeof f!="function")throw new TypeError(n+" is not a function, it is "+typeof f+".");return f}';
