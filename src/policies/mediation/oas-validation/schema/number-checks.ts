import { ExpressionError } from "../../../../expression/value.ts";
import { scalarOf } from "../../../parts/exact-json.ts";
import type { SpecNode } from "../spec-node.ts";
import { numberFormat } from "./formats.ts";
import type { Check } from "./schema.ts";
import { shown } from "./validation.ts";

/** How long a whole number may be that is compared: to read one takes more than linear time. */
const MOST_DIGITS = 400;

/** Says what is wrong, when asked; null when nothing is. */
type NumberCheck = (number: number | bigint, value: unknown) => (() => string) | null;

/** The checks of numbers. OpenAPI 3.0.3: "Schema Object"; JSON Schema Validation 00, sections 5.1 to 5.5. */
export function numberChecks(node: SpecNode): Check[] {
  const [minimum, maximum, multiple] = ["minimum", "maximum", "multipleOf"].map((name) => node.number(name));
  const checks: NumberCheck[] = [];
  if (minimum !== null && minimum !== undefined) {
    checks.push(
      node.flag("exclusiveMinimum")
        ? (number) =>
            number > minimum
              ? null
              : () => `Numeric instance is not strictly greater than the required minimum ${minimum}`
        : (number, value) =>
            number >= minimum
              ? null
              : () =>
                  `Numeric instance is lower than the required minimum (minimum: ${minimum}, found: ${shown(value)})`,
    );
  }
  if (maximum !== null && maximum !== undefined) {
    checks.push(
      node.flag("exclusiveMaximum")
        ? (number) =>
            number < maximum
              ? null
              : () => `Numeric instance is not strictly lower than the required maximum ${maximum}`
        : (number, value) =>
            number <= maximum
              ? null
              : () =>
                  `Numeric instance is greater than the required maximum (maximum: ${maximum}, found: ${shown(value)})`,
    );
  }
  if (multiple !== null && multiple !== undefined) {
    if (multiple <= 0) node.error("multipleOf must be greater than 0.", "Write a number greater than 0.");
    else {
      checks.push((number, value) =>
        isMultiple(number, multiple)
          ? null
          : () => `Remainder of division is not zero (${shown(value)} / ${multiple})`,
      );
    }
  }
  const format = numberFormat(node.text("format"));
  if (format) checks.push(format);
  return checks.map((check) => (value, validation) => {
    // No failure, which `not` would take for the opposite.
    if (JSON.isRawJSON(value) && value.rawJSON.length > MOST_DIGITS) {
      throw new ExpressionError(`Numeric instance has more than ${MOST_DIGITS} digits`);
    }
    const wrong = check(scalarOf(value) as number | bigint, value);
    if (wrong) validation.fail(wrong);
  });
}

/** Compares in decimal, as the numbers are written: 0.3 is a multiple of 0.1. */
export function isMultiple(number: number | bigint, of: number): boolean {
  if (number === Number.POSITIVE_INFINITY || number === Number.NEGATIVE_INFINITY) return false;
  const [left, right] = [decimalOf(String(number)), decimalOf(String(of))];
  const exponent = Math.min(left.exponent, right.exponent);
  return scaled(left, exponent) % scaled(right, exponent) === 0n;
}

interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

function decimalOf(text: string): Decimal {
  const [mantissa = "", power = "0"] = text.split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}
