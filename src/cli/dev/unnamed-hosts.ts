import { readArchive } from "../../bundle/read-archive.ts";
import { didYouMean } from "../../documents/nearest.ts";
import { Report } from "../../documents/report.ts";
import type { EnvironmentFiles } from "../../environment/read-environment.ts";
import type { DevSettings } from "./dev-settings.ts";

/** A name with dots where files write hosts: in a URL, between quotes or tags, or as the value of `host`. */
const WRITTEN_HOST = /(?:https?:\/\/|["'>]|\bhost:[ \t]*)((?:[\w-]+\.)+[a-z]{2,})(?=[:/?#"'<\s]|$)/gi;

/** Those of Google that policies and service accounts call by themselves. */
const CALLED_UNNAMED = /\.googleapis\.com$/i;

/**
 * Warnings of hosts that `--connect-to` leads elsewhere and that stand in no file: whoever mistypes one is told that
 * the right one is refused, and not which option was meant for it. A flow may still put such a host together.
 */
export function unnamedHosts(
  { connections, keyValues }: Pick<DevSettings, "connections" | "keyValues">,
  files: EnvironmentFiles,
): string[] {
  if (connections.length === 0) return [];
  const texts = [...textsIn(files), ...keyValues.map(({ value }) => value)];
  const given = new Set(connections.map(({ rule }) => rule.replace(/:\d+$/, "")));
  const unnamed = [...given].filter((host) => !CALLED_UNNAMED.test(host) && !texts.some(names(host)));
  if (unnamed.length === 0) return [];
  const written = new Set(
    texts.flatMap((text) => [...text.matchAll(WRITTEN_HOST)].map(([, host = ""]) => host)),
  );
  return unnamed.map(
    (host) =>
      `warning: No file names the host ${host} of --connect-to, which has no effect unless a flow puts that name together. ` +
      didYouMean(host, written, "write the host as a file does, or leave the option out."),
  );
}

/** Whether a text has a host as a whole name, and not as a part of another one. */
function names(host: string): (text: string) => boolean {
  const literal = host.replace(/[.[\]]/g, "\\$&");
  const whole = new RegExp(`(?<![\\w.-])${literal}(?![\\w-]|\\.\\w)`, "i");
  return (text) => whole.test(text);
}

function textsIn(files: EnvironmentFiles): string[] {
  const decoder = new TextDecoder();
  return [...files].flatMap(([path, content]) =>
    path.endsWith(".zip")
      ? [...readArchive(content, new Report()).values()].map((entry) => decoder.decode(entry))
      : decoder.decode(content),
  );
}
