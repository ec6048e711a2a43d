/** Whether parsed JSON is an object, and neither an array nor a number that is kept as it was written. */
export function isPlainObject(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null && !Array.isArray(json) && !JSON.isRawJSON(json);
}
