/** Whether a binding of the Worker is an Analytics Engine data set. */
export function isDataSet(binding: unknown): binding is AnalyticsEngineDataset {
  return hasMethod(binding, "writeDataPoint");
}

export function hasMethod(binding: unknown, name: string): boolean {
  return typeof binding === "object" && binding !== null && typeof Reflect.get(binding, name) === "function";
}

/** Analytics Engine refuses a data point with a longer index. Bytes. */
export const LONGEST_INDEX = 96;

/** How many columns a data point has, of texts and of numbers. */
export const COLUMNS = 20;
