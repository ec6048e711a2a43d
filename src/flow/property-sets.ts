/** Keys and values of property sets, by the set's name. */
export type PropertySets = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The property sets that a flow can see. */
export interface VisiblePropertySets {
  /** Those of the proxy and of its environment. */
  readonly propertySets: PropertySets;
  /** Those of shared flows, by the flow's name. */
  readonly sharedFlowPropertySets: ReadonlyMap<string, PropertySets>;
}

/**
 * What the variable `propertyset.SET.KEY` holds; null when there is no such key. A set of the shared flow that runs
 * counts, or else one of the proxy, or else one of the environment; that set alone is looked into.
 * Apigee: "Using property sets".
 */
export function propertyOf(
  { identity, sharedFlow }: { readonly identity: VisiblePropertySets; readonly sharedFlow: string | null },
  set: string,
  key: string,
): string | null {
  const own = sharedFlow === null ? undefined : identity.sharedFlowPropertySets.get(sharedFlow)?.get(set);
  return (own ?? identity.propertySets.get(set))?.get(key) ?? null;
}
