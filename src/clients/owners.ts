import { createHash } from "node:crypto";
import type { AppInFile, ClientFiles, DeveloperInFile } from "./client-files.ts";
import type { App } from "./entities.ts";

/** Whose an app is: the id of a developer, or the name of an app group; null for those that there are not. */
export type OwnerOf = (app: AppInFile) => Pick<App, "developerId" | "appGroup">;

export function ownersIn({ developers, appGroups }: ClientFiles): OwnerOf {
  const ids = new Map(
    developers.flatMap(({ entity }) => {
      const id = idOfDeveloper(entity);
      return [
        [entity.email.toLowerCase(), id],
        [id, id],
      ];
    }),
  );
  const groups = new Set(appGroups.map(({ entity }) => entity.name));
  return ({ developerId, developerEmail, appGroup }) => {
    const group = appGroup?.replace(/^organizations\/[^/]+\/appgroups\//, "") ?? "";
    return {
      developerId: ids.get(developerId ?? "") ?? ids.get(developerEmail?.toLowerCase() ?? "") ?? null,
      appGroup: groups.has(group) ? group : null,
    };
  };
}

/** A developer's own, or one made of the e-mail address. */
export function idOfDeveloper({
  developerId,
  email,
}: Pick<DeveloperInFile, "developerId" | "email">): string {
  return developerId || madeId("developer", email.toLowerCase());
}

/** An id that looks like Apigee's and is the same each time: a UUID of names (RFC 9562, version 8). */
export function madeId(...names: readonly string[]): string {
  const digest = createHash("sha256").update(JSON.stringify(names)).digest("hex");
  const [, a, b, c, d, e] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(digest) ?? [];
  return `${a}-${b}-8${c}-8${d}-${e}`;
}
