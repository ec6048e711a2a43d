import { compileRegex, type Regex } from "../regex.ts";
import { nullOnExpressionError, rememberCompiled } from "./remember-compiled.ts";
import type { TemplateFunction } from "./template-function.ts";

/** (text, regular expression, replacement) */
export const replaceAll = replacement((regex, text, value) => regex.replaceAll(text, value));
/** The same for the first match alone. */
export const replaceFirst = replacement((regex, text, value) => regex.replaceFirst(text, value));

const regexes = rememberCompiled((pattern) => compileRegex(pattern));

function replacement(apply: (regex: Regex, text: string, value: string) => string): TemplateFunction {
  return {
    parameters: ["value", "verbatim", "value"],
    required: 3,
    bind: ([, constant]) => {
      const compiled = regexes(constant);
      return (text, pattern, value) => {
        const regex = compiled(pattern ?? "");
        return regex && nullOnExpressionError(() => apply(regex, text ?? "", value ?? ""));
      };
    },
  };
}
