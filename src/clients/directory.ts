import type { StoreContext } from "../stores/store-context.ts";
import type { ApiProduct, App, AppGroup, Developer } from "./entities.ts";

/** What was looked up: at once where this isolate knows it; null where there is no such thing. */
export type Found<Entity> = Entity | null | Promise<Entity | null>;

/** By what an app is looked up. */
export type AppIdentifier =
  | { readonly consumerKey: string }
  | { readonly appId: string }
  /** An app's name is its owner's own: a developer's id or e-mail address, or the name of an app group. */
  | { readonly appName: string; readonly owner: string };

/**
 * The API products of an environment, and who may call them: what is deployed with it. Every method rejects, or throws,
 * with {@link DirectoryError} when it cannot be read, so that nobody takes that for "there is none".
 */
export interface Directory {
  app(by: AppIdentifier, context: StoreContext): Found<App>;
  /** @param id the developer's id or e-mail address */
  developer(id: string, context: StoreContext): Found<Developer>;
  appGroup(name: string, context: StoreContext): Found<AppGroup>;
  product(name: string, context: StoreContext): Found<ApiProduct>;
}

/** What is deployed of products and apps cannot be read. */
export class DirectoryError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "DirectoryError";
  }
}
