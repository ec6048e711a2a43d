/** Whether calls of a Worker succeed: `never` as things are meant to be, `after` what the remedy says, or already. */
export type WorkersVerdict = "never" | "after" | "now";

/** Something that is wrong on the way to a source. */
export interface Finding {
  readonly severity: "error" | "warning";
  /** The name that programs give it, where they have one. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly workers: WorkersVerdict;
}

export function finding(
  code: string,
  message: string,
  remedy: string,
  workers: WorkersVerdict = "after",
  severity: Finding["severity"] = "error",
): Finding {
  return { severity, code, message, remedy, workers };
}
