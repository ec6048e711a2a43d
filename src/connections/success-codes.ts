/**
 * The statuses that count as success. Apigee: "Endpoint properties reference" (success.codes). The list
 * replaces the default, so `400` alone makes 200 a failure.
 */
export interface SuccessCodes {
  /** First digits of the classes: 2 for `2xx`. */
  readonly classes: readonly number[];
  readonly codes: readonly number[];
}

/** Reads `1xx,2xx, 3XX,400`, or null when an item is neither a class nor a status. */
export function parseSuccessCodes(text: string): SuccessCodes | null {
  const items = text.split(",").map((item) => item.trim().toLowerCase());
  if (!items.every((item) => /^[1-5](?:xx|\d\d)$/.test(item))) return null;
  const isClass = (item: string) => item.endsWith("xx");
  return {
    classes: items.filter(isClass).map((item) => Number(item.charAt(0))),
    codes: items.filter((item) => !isClass(item)).map(Number),
  };
}

/** Whether a status is a success: below 400 when no codes are configured. */
export function isSuccess(status: number, codes: SuccessCodes | null): boolean {
  if (codes === null) return status < 400;
  return codes.classes.includes(Math.floor(status / 100)) || codes.codes.includes(status);
}
