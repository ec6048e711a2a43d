import type { FunctionServices, TemplateFunction } from "./template-function.ts";

const LONGEST = 2n ** 63n - 1n;
const DRAW = 2n ** 128n;

/** Identifiers and numbers by chance. */
export const randomFunctions: Readonly<Record<string, TemplateFunction>> = {
  createUuid: { parameters: [], required: 0, bind: (_, services) => services.uuid },
  randomLong: {
    parameters: ["value", "value"],
    required: 0,
    bind:
      (_, services) =>
      (minimum = String(-LONGEST - 1n), maximum = String(LONGEST)) => {
        const [from, to] = [long(minimum), long(maximum)];
        return from === null || to === null || from > to ? "" : String(randomBetween(from, to, services));
      },
  },
};

/** A uniform integer from `from` to `to`, both possible. */
export function randomBetween(from: bigint, to: bigint, { random64 }: FunctionServices): bigint {
  const drawn = (random64() << 64n) | random64();
  return from + (drawn * (to - from + 1n)) / DRAW;
}

function long(text: string | null): bigint | null {
  if (text === null || !/^[+-]?\d{1,19}$/.test(text)) return null;
  const value = BigInt(text.replace("+", ""));
  return value > LONGEST || value < -LONGEST - 1n ? null : value;
}
