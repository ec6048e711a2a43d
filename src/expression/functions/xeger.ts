import RandExp from "randexp";
import { compileRegex, type Regex } from "../regex.ts";
import { ExpressionError } from "../value.ts";
import { randomBetween } from "./random.ts";
import { rememberCompiled } from "./remember-compiled.ts";
import type { FunctionServices, TemplateFunction } from "./template-function.ts";

/** How often `*`, `+` and `{n,}` repeat at most beyond their minimum. */
const MOST_REPETITIONS = 10;
/** Longest pattern, in characters. */
const LONGEST_PATTERN = 256;
/** Most choices for one text: of a character, an alternative or a number of repetitions. */
const MOST_CHOICES = 512;
/** The sum of what is chosen, which no number of repetitions exceeds, times the pattern's length. */
const MOST_WORK = 250_000;

type Generator = (services: FunctionServices) => string;

const generators = rememberCompiled(compileGenerator);

/**
 * A text that matches the pattern. Letters are printable ASCII. A pattern that asks for more text than the
 * bounds allow, or for which the generated text does not match, gives an empty text.
 */
export const xeger: TemplateFunction = {
  parameters: ["verbatim"],
  required: 1,
  bind: ([constant], services) => {
    const compiled = generators(constant);
    return (pattern) => compiled(pattern ?? "")?.(services) ?? "";
  },
};

function compileGenerator(pattern: string): Generator {
  if (pattern.length > LONGEST_PATTERN) {
    const message = `A pattern to generate from can have ${LONGEST_PATTERN} characters at most.`;
    throw new ExpressionError(message, 0, "Write a shorter one.");
  }
  const regex = compileRegex(pattern);
  // The least text that the pattern asks for is generated once, so that a hopeless pattern is refused here.
  if (generate(pattern, regex, (least) => least) === null) {
    const message = `No matching text of reasonable length can be generated from "${pattern}".`;
    throw new ExpressionError(
      message,
      0,
      "Write a pattern with fewer repetitions, and without ^ and $ inside.",
    );
  }
  return (services) =>
    generate(pattern, regex, (least, most) => Number(randomBetween(BigInt(least), BigInt(most), services))) ??
    "";
}

class TooMuchWork extends Error {}

function generate(
  pattern: string,
  regex: Regex,
  choose: (least: number, most: number) => number,
): string | null {
  let choices = 0;
  let work = 0;
  try {
    const generator = new RandExp(pattern);
    generator.max = MOST_REPETITIONS;
    generator.randInt = (least, most) => {
      const chosen = choose(least, most);
      choices += 1;
      work += chosen * pattern.length;
      if (choices > MOST_CHOICES || work > MOST_WORK) throw new TooMuchWork();
      return chosen;
    };
    const text = generator.gen();
    return regex.matches(text) ? text : null;
  } catch (error) {
    if (error instanceof TooMuchWork || error instanceof SyntaxError) return null;
    throw error;
  }
}
