import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === "esbuild") throw new Error("esbuild was asked for");
    return next(specifier, context);
  },
});
