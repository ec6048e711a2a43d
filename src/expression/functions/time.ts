import { compileDateFormat } from "./date-format.ts";
import { rememberCompiled } from "./remember-compiled.ts";
import type { TemplateFunction } from "./template-function.ts";

const formats = rememberCompiled(compileDateFormat);

/**
 * (format, time since 1970-01-01 UTC), the time in seconds, or in milliseconds for the functions ending in
 * `Ms`. All four read UTC: a Worker has no zone of its own. A time that is no integer gives an empty text.
 */
export const timeFunctions: Readonly<Record<string, TemplateFunction>> = {
  timeFormat: timeFormat(1000),
  timeFormatMs: timeFormat(1),
  timeFormatUTC: timeFormat(1000),
  timeFormatUTCMs: timeFormat(1),
};

function timeFormat(milliseconds: number): TemplateFunction {
  return {
    parameters: ["verbatim", "value"],
    required: 2,
    bind: ([constant]) => {
      const compiled = formats(constant);
      return (format, time) => {
        const print = compiled(format ?? "");
        if (print === null || time === null || !/^[+-]?\d+$/.test(time)) return "";
        const date = new Date(Number(time) * milliseconds);
        return Number.isNaN(date.getTime()) ? "" : print(date);
      };
    },
  };
}
