import { readArchive } from "../../../bundle/read-archive.ts";
import { Report } from "../../../documents/report.ts";
import { packageName } from "./requirement.ts";

type Files = ReadonlyMap<string, Uint8Array>;

/** A package in a function's folder. */
export interface VendoredPackage {
  /** As names are compared. */
  readonly name: string;
  /** Null when nothing says it. */
  readonly version: string | null;
  /** The versions of Python that it is for; empty for any. */
  readonly python: string;
  /** The packages that it needs, as requirements. */
  readonly needs: readonly string[];
  /** The first parts of the names of its modules. */
  readonly modules: readonly string[];
  /** By path below the folder of packages. */
  readonly files: Files;
  /** A part of it that is compiled for one kind of machine. */
  readonly compiled: string | null;
}

/** What is wrong with a wheel. */
export interface WrongWheel {
  readonly path: string;
  readonly message: string;
}

/** More than that is not unpacked; a function may have far less. */
const MOST_UNPACKED = 30 * 1024 * 1024;

const COMPILED = /\.(?:so|pyd|dll|dylib|a|o)$/;
const OF_PIP = /(?:^|\/)__pycache__\/|\.pyc$|^bin\//;

/**
 * The packages below a folder, as `pip install --target` leaves them, and those in wheels.
 * @param folder with a slash at its end
 */
export function readVendored(
  folder: string,
  environment: Files,
): { packages: VendoredPackage[]; wrong: WrongWheel[] } {
  const files = new Map<string, Uint8Array>();
  const wrong: WrongWheel[] = [];
  let bytes = 0;
  for (const [path, content] of environment) {
    if (!path.startsWith(folder)) continue;
    const name = path.slice(folder.length);
    if (!name.endsWith(".whl")) {
      if (!OF_PIP.test(name)) files.set(name, content);
      continue;
    }
    const unpacked: { files: Files } | WrongWheel =
      bytes > MOST_UNPACKED
        ? { path, message: `The wheels unpack to more than ${MOST_UNPACKED} bytes.` }
        : unpackWheel(path, content);
    if ("message" in unpacked) {
      wrong.push(unpacked);
      continue;
    }
    for (const [inner, content] of unpacked.files) {
      bytes += content.length;
      files.set(inner, content);
    }
  }
  return { packages: packagesIn(files), wrong };
}

function unpackWheel(path: string, content: Uint8Array): { files: Files } | WrongWheel {
  if (!/-py(?:2\.py)?3-none-any\.whl$/.test(path)) {
    return { path, message: "The wheel is for one kind of machine, or for another Python." };
  }
  const report = new Report();
  const files = readArchive(content, report);
  const [problem] = report.problems;
  return problem ? { path, message: `The wheel cannot be unpacked: ${problem.message}` } : { files };
}

function packagesIn(files: Files): VendoredPackage[] {
  const rest = new Map(files);
  const packages = [...files].flatMap(([path, content]) => {
    const info = /^([^/]+\.dist-info)\/METADATA$/.exec(path)?.[1];
    if (info === undefined) return [];
    const metadata = headersOf(content);
    const [name] = metadata.get("name") ?? [];
    if (name === undefined) return [];
    const own = new Map<string, Uint8Array>([[path, content]]);
    for (const each of filesOf(info, packageName(name), files)) {
      const bytes = rest.get(each);
      if (bytes) own.set(each, bytes);
    }
    for (const each of own.keys()) rest.delete(each);
    const [version = null] = metadata.get("version") ?? [];
    const [python = ""] = metadata.get("requires-python") ?? [];
    const needs = metadata.get("requires-dist") ?? [];
    return [{ ...packageOf(packageName(name), own), version, python, needs }];
  });
  const folders = new Set(
    [...rest.keys()].flatMap((path) => (/\.dist-info\//.test(path) ? [] : moduleOf(path))),
  );
  const plain = [...folders].map((module) => {
    const own = [...rest].filter(([path]) => moduleOf(path) === module);
    return packageOf(packageName(module), new Map(own));
  });
  return [...packages, ...plain];
}

/** What a package's files say. */
function packageOf(name: string, files: Files): VendoredPackage {
  const paths = [...files.keys()];
  const modules = new Set(paths.flatMap((path) => (/\.dist-info\//.test(path) ? [] : moduleOf(path))));
  const compiled = paths.find((path) => COMPILED.test(path)) ?? null;
  return { name, version: null, python: "", needs: [], modules: [...modules], files, compiled };
}

/** `six` for `six.py`, `yaml` for `yaml/loader.py`. */
function moduleOf(path: string): string {
  return (path.split("/")[0] ?? "").replace(/\.(?:py|[^.]*\.so|so|pyd)$/, "");
}

/** The files that a package consists of, as its RECORD says; without one, those of the module with its name. */
function filesOf(info: string, name: string, files: Files): string[] {
  const record = files.get(`${info}/RECORD`);
  if (!record) {
    return [...files.keys()].filter((path) => packageName(moduleOf(path)) === name && !path.startsWith(info));
  }
  return textOf(record)
    .split(/\r?\n/)
    .map((line) => (line.startsWith('"') ? line.slice(1, line.indexOf('"', 1)) : (line.split(",")[0] ?? "")))
    .filter((path) => !path.startsWith(`${info}/`));
}

/** The fields of METADATA by their names in lower case. */
function headersOf(content: Uint8Array): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  const [head = ""] = textOf(content).split(/\r?\n\r?\n/);
  for (const line of head.split(/\r?\n/)) {
    const [, name, value] = /^([A-Za-z-]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const known = headers.get(name.toLowerCase());
    if (known) known.push(value);
    else headers.set(name.toLowerCase(), [value]);
  }
  return headers;
}

function textOf(content: Uint8Array): string {
  return new TextDecoder().decode(content);
}
