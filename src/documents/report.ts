/**
 * Where something stands: the file's path in its folder, and 1-based line and column. A path that begins with a slash
 * starts at the root of the environment, whoever reports it.
 */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A position alone, of anything that has one. */
export function positionOf({ file, line, column }: Position): Position {
  return { file, line, column };
}

/**
 * One thing that is wrong with a bundle. `code` is Apigee's documented error name where there is one;
 * `policy` is the name of the policy it was found in and `policyType` its root element, or null; `remedy` says what to
 * do about it.
 * A bundle with an error cannot be deployed; a warning is only shown, and so is a note, which says what is easily
 * overlooked and may well be meant.
 */
export interface Problem extends Position {
  readonly code: string;
  readonly severity: "error" | "warning" | "note";
  readonly policy: string | null;
  readonly policyType: string | null;
  readonly message: string;
  readonly remedy: string;
}

const noPolicy: Pick<Problem, "policy" | "policyType"> = { policy: null, policyType: null };

/** Collects every problem of one check, so that all of them can be shown at once. */
export class Report {
  readonly problems: readonly Problem[];
  readonly #problems: Problem[];
  readonly #policy: Pick<Problem, "policy" | "policyType">;
  readonly #folder: string;
  readonly #warnsOnly: boolean;

  constructor(problems: Problem[] = [], policy = noPolicy, folder = "", warnsOnly = false) {
    this.problems = problems;
    this.#problems = problems;
    this.#policy = policy;
    this.#folder = folder;
    this.#warnsOnly = warnsOnly;
  }

  /** True when at least one problem is an error. */
  get failed(): boolean {
    return this.problems.some((problem) => problem.severity === "error");
  }

  /** Of all that add to the same list. Where errors are warnings, any problem may be one. */
  get errorCount(): number {
    if (this.#warnsOnly) return this.problems.length;
    return this.problems.filter(({ severity }) => severity === "error").length;
  }

  error(code: string, at: Position, message: string, remedy: string): void {
    this.#add("error", code, at, message, remedy);
  }

  warning(code: string, at: Position, message: string, remedy: string): void {
    this.#add("warning", code, at, message, remedy);
  }

  note(code: string, at: Position, message: string, remedy: string): void {
    this.#add("note", code, at, message, remedy);
  }

  /** A report that adds to the same list and names the policy, and its type's root element, in each problem. */
  forPolicy(policy: string, policyType: string): Report {
    return new Report(this.#problems, { policy, policyType }, this.#folder, this.#warnsOnly);
  }

  /** A report that adds to the same list, for files whose paths start in that folder (`apiproxies/orders/`). */
  inFolder(folder: string): Report {
    return new Report(this.#problems, this.#policy, this.#folder + folder, this.#warnsOnly);
  }

  /** A report that adds to the same list, where errors are warnings: for what nothing uses. */
  warnsOnly(): Report {
    return new Report(this.#problems, this.#policy, this.#folder, true);
  }

  #add(asked: Problem["severity"], code: string, at: Position, message: string, remedy: string): void {
    const severity = this.#warnsOnly ? "warning" : asked;
    const file = this.#pathOf(at.file);
    this.#problems.push({ code, severity, ...this.#policy, ...positionOf(at), file, message, remedy });
  }

  #pathOf(file: string): string {
    if (file === ".") return this.#folder || ".";
    return file.startsWith("/") ? file.slice(1) : this.#folder + file;
  }
}
