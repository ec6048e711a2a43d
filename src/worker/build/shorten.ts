import { minifySync } from "rolldown/utils";

/**
 * Shortens the names in a module of the Worker, of which a start reads every one. Functions and classes keep theirs,
 * which stack traces show.
 */
export function shorten(name: string, code: string): string {
  const { code: shortened, errors } = minifySync(name, code, {
    module: true,
    compress: false,
    mangle: { toplevel: true, keepNames: true },
  });
  if (errors.length > 0) throw new Error(`${name} cannot be read: ${JSON.stringify(errors)}`);
  return shortened;
}
