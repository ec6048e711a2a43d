import type { Directory } from "../../../clients/directory.ts";
import type { App } from "../../../clients/entities.ts";
import type { StoreContext } from "../../../stores/store-context.ts";
import type { TokenClient } from "./token-facts.ts";

/** Whose an app is. Rejects with DirectoryError. */
export async function clientOf(
  directory: Directory,
  app: App | null,
  context: StoreContext,
): Promise<TokenClient> {
  const developerId = app?.developerId ?? null;
  return { app, developer: developerId === null ? null : await directory.developer(developerId, context) };
}
