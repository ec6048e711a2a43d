/** As it is generated for `@foundry/external-systems/sources`. */
import { sourceSymbol } from "../../../src/functions/runtime/v1.ts";

export const Things = sourceSymbol("Things");
