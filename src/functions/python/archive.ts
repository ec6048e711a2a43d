/** How a file of the runtime becomes a module of an isolate. */
type Kind = "js" | "json" | "wasm" | "data";

/** A file of the runtime. */
export interface RuntimeFile {
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: Uint8Array;
}

/** Smaller files are stored as they are, and what is compressed already. Bytes. */
const LEAST_COMPRESSED = 4096;

interface Entry extends Pick<RuntimeFile, "name" | "kind"> {
  readonly length: number;
  readonly gzip: boolean;
}

/** The runtime in one byte string: the length of the list of its files, the list, and the files. */
export async function packRuntime(files: readonly RuntimeFile[]): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const entries: Entry[] = [];
  for (const { name, kind, bytes } of files) {
    const gzip = !name.endsWith(".zip") && bytes.length >= LEAST_COMPRESSED;
    const own = new Uint8Array(bytes);
    const stored = gzip ? await through(own, new CompressionStream("gzip")) : own;
    entries.push({ name, kind, gzip, length: stored.length });
    parts.push(stored);
  }
  const list = new TextEncoder().encode(JSON.stringify(entries));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, list.length);
  return new Uint8Array(await new Blob([length, list, ...parts]).arrayBuffer());
}

/** The modules that {@link packRuntime} has packed. */
export async function unpackRuntime(archive: Uint8Array): Promise<WorkerLoaderWorkerCode["modules"]> {
  const { buffer, byteOffset } = archive;
  const start = 4 + new DataView(buffer, byteOffset).getUint32(0);
  const entries: Entry[] = JSON.parse(new TextDecoder().decode(archive.subarray(4, start)));
  const modules: WorkerLoaderWorkerCode["modules"] = {};
  let at = start;
  for (const { name, kind, gzip, length } of entries) {
    const stored = archive.slice(at, at + length);
    modules[name] = moduleOf(kind, gzip ? await through(stored, new DecompressionStream("gzip")) : stored);
    at += length;
  }
  return modules;
}

function moduleOf(kind: Kind, bytes: Uint8Array<ArrayBuffer>): WorkerLoaderWorkerCode["modules"][string] {
  if (kind === "wasm") return { wasm: bytes.buffer };
  if (kind === "data") return { data: bytes.buffer };
  const text = new TextDecoder().decode(bytes);
  return kind === "js" ? { js: text } : { json: JSON.parse(text) };
}

/** What a stream that compresses, or undoes it, makes of bytes. */
async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const body = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(body).arrayBuffer());
}
