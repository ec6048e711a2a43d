/** One line of the result: a number in some unit, with the bound that it should keep, if there is one. */
export interface Measurement {
  readonly name: string;
  readonly ratio: number;
  readonly unit: string;
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
}
