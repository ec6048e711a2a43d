const numeric: ReadonlySet<string> = new Set([
  ...["byte", "short", "integer", "long", "float", "double", "decimal"],
]);

/** Whether values of a type are numbers. */
export function isNumeric(type: string): boolean {
  return numeric.has(type);
}

/** Whether values of a type can lie between two others: numbers, days and times. */
export function hasRange(type: string): boolean {
  return isNumeric(type) || type === "date" || type === "timestamp";
}

/** Whether values of a type have parts: those are kept as JSON, and have no order. */
export function isCompound(type: string): boolean {
  return type === "array" || type === "struct" || type === "geopoint";
}
