import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  MAX_ARCHIVE_ENTRIES,
  MAX_ARCHIVE_SIZE,
  MAX_ENTRY_SIZE,
  MAX_TOTAL_SIZE,
} from "../../src/bundle/archive.ts";
import { loadArchive } from "../../src/bundle/load-archive.ts";
import { readArchive } from "../../src/bundle/read-archive.ts";
import { writeArchive } from "../../src/bundle/write-archive.ts";
import { Report } from "../../src/documents/report.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** An archive of one file of the given name, which may be one that no honest tool would write. */
function archiveOf(...names: string[]): Uint8Array {
  return writeArchive(new Map(names.map((name) => [name, bytes(`content of ${name}, content of ${name}`)])));
}

function problemsOf(zip: Uint8Array) {
  const report = new Report();
  const files = readArchive(zip, report);
  return {
    files: [...files.keys()],
    problems: report.problems.map(({ code, message }) => `${code}: ${message}`),
  };
}

/** Where the central directory's record of the first entry starts. */
function firstRecord(zip: Uint8Array): number {
  return new DataView(zip.buffer, zip.byteOffset).getUint32(zip.length - 22 + 16, true);
}

/** A copy with 16 bits changed in the central directory's record of the first entry. */
function tampered(zip: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = zip.slice();
  new DataView(copy.buffer).setUint16(firstRecord(copy) + offset, value, true);
  return copy;
}

describe("an archive that was written is read back", () => {
  const paths = fc
    .array(fc.stringMatching(/^[a-z0-9._-]{1,8}$/), { minLength: 1, maxLength: 4 })
    .filter((segments) => segments.every((segment) => segment !== "." && segment !== ".."))
    .map((segments) => segments.join("/"));
  const contents = fc.dictionary(paths, fc.uint8Array({ maxLength: 300 }), {
    noNullPrototype: true,
    maxKeys: 8,
  });

  test("with every file", () => {
    fc.assert(
      fc.property(contents, (files) => {
        const report = new Report();
        const written = new Map(Object.entries(files));
        const read = readArchive(writeArchive(written), report);
        expect(report.problems).toEqual([]);
        expect(new Map([...read].sort())).toEqual(new Map([...written].sort()));
      }),
      { numRuns: 50 },
    );
  });

  test("equal files give equal bytes, whatever their order", () => {
    const files: [string, Uint8Array][] = [
      ["b/x", bytes("1")],
      ["a", bytes("2")],
      ["10", bytes("3")],
    ];
    expect(writeArchive(new Map(files))).toEqual(writeArchive(new Map(files.toReversed())));
  });

  /** Bytes that deflate to about the given share of themselves. */
  function noise(length: number, share: number): Uint8Array {
    const content = new Uint8Array(length);
    let state = length + 1;
    for (let at = 0; at < length * share; at++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      content[at] = state >>> 24;
    }
    return content;
  }

  /** From 1 byte to 5 MB: powers of two with their neighbours, steps of 4096 where buffers grow, and some large ones. */
  const sizes = [
    ...Array.from({ length: 18 }, (_, power) => 2 ** power).flatMap((size) => [size, size + 1]),
    ...Array.from({ length: 50 }, (_, index) => 1_361 + index * 4_096),
    72_296,
    300_001,
    1024 * 1024 - 1,
    2_000_003,
    5 * 1024 * 1024,
  ];

  test.each([
    ["nothing but zeros", 0],
    ["a tenth of noise", 0.1],
    ["noise alone", 1],
  ])("a file of any size: %s", (_, share) => {
    const lost = sizes.filter((size) => {
      const content = noise(size, share);
      const read = readArchive(writeArchive(new Map([["a", content]])), new Report()).get("a");
      return read?.length !== size || Buffer.compare(read, content) !== 0;
    });
    expect(lost).toEqual([]);
  });

  test("names that differ only in case are two files", () => {
    const files = ["policies/AM-Key.xml", "policies/AM-key.xml"];
    expect(problemsOf(archiveOf(...files))).toEqual({ files, problems: [] });
  });

  test("names outside ASCII and empty files too", () => {
    const files = new Map([["apiproxy/policies/Prüfung.xml", new Uint8Array()]]);
    expect(readArchive(writeArchive(files), new Report())).toEqual(files);
  });
});

describe("a name that is dangerous is refused by name, and the rest is read", () => {
  test.each([
    ["../x", "leads elsewhere"],
    ["a/../../x", "leads elsewhere"],
    ["a/./x", "leads elsewhere"],
    ["a//x", "leads elsewhere"],
    ["/etc/passwd", "absolute path"],
    ["C:/x", "absolute path"],
    ["a\\x", "backslash"],
    ["a\nx", "control character"],
  ])("%j", (name, reason) => {
    const { files, problems } = problemsOf(archiveOf("good.xml", name));
    expect(files).toEqual(["good.xml"]);
    expect(problems).toEqual([expect.stringContaining(`ArchiveEntryRefused: The archive's entry "${name}"`)]);
    expect(problems[0]).toContain(reason);
  });

  test("a name that exists twice is refused", () => {
    const zip = archiveOf("a1", "a2");
    const text = new TextDecoder("latin1").decode(zip).replaceAll("a2", "a1");
    const { problems } = problemsOf(Uint8Array.from(text, (character) => character.charCodeAt(0)));
    expect(problems[0]).toContain('"a1" exists twice');
  });
});

describe("an entry of a kind that bundles do not need is refused", () => {
  const zip = archiveOf("a.xml");
  const unix = (mode: number) => tampered(tampered(zip, 4, (3 << 8) | 20), 40, mode);

  test.each([
    ["encrypted", tampered(zip, 8, 1), "is encrypted"],
    ["a symbolic link", unix(0o120777), "is a link"],
    ["a device", unix(0o020666), "is a link or device"],
    ["compressed by LZMA", tampered(zip, 10, 14), "unknown method (14)"],
  ])("%s", (_, changed, reason) => {
    const { files, problems } = problemsOf(changed);
    expect(files).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(reason)]);
  });

  test("a regular file with a Unix mode is read, a folder is not a file", () => {
    expect(problemsOf(unix(0o100644))).toEqual({ files: ["a.xml"], problems: [] });
    expect(problemsOf(writeArchive(new Map([["a/", new Uint8Array()]])))).toEqual({
      files: [],
      problems: [],
    });
  });
});

describe("an archive that is not whole is refused as InvalidArchive", () => {
  const zip = archiveOf("a.xml");
  const end = zip.length - 22;

  function changedAt(offset: number, value: number): Uint8Array {
    const copy = zip.slice();
    new DataView(copy.buffer).setUint32(offset, value, true);
    return copy;
  }

  test.each([
    ["nothing", new Uint8Array(), "not a zip archive"],
    ["something else", bytes("<APIProxy/>".repeat(10)), "not a zip archive"],
    ["the end cut off", zip.subarray(0, -1), "not a zip archive"],
    ["the start cut off", zip.subarray(1), "directory is not where it should be"],
    ["something before the archive", new Uint8Array([0, ...zip]), "directory is not where it should be"],
    ["another check sum", changedAt(firstRecord(zip) + 16, 1), 'entry "a.xml" is corrupt'],
    ["a size that is too small", changedAt(firstRecord(zip) + 24, 3), 'entry "a.xml" is corrupt'],
    ["a size that is too large", changedAt(firstRecord(zip) + 24, 3000), 'entry "a.xml" is corrupt'],
    [
      "a compressed size beyond the data",
      changedAt(firstRecord(zip) + 20, 3000),
      'entry "a.xml" is truncated',
    ],
    ["a broken record", changedAt(firstRecord(zip), 0), "directory is corrupt"],
    [
      "an entry somewhere else",
      changedAt(firstRecord(zip) + 42, 9),
      "is not where the archive's directory says",
    ],
    ["another name at the entry", changedAt(30, 0x78787878), 'entry "a.xml" goes by two names'],
    ["zip64 sizes", changedAt(firstRecord(zip) + 24, 0xffffffff), "zip64"],
    ["a zip64 directory", changedAt(end + 16, 0xffffffff), "zip64"],
    ["a second disk", changedAt(end + 4, 1), "several disks"],
  ])("%s", (_, changed, reason) => {
    const { files, problems } = problemsOf(changed);
    expect(files).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(reason)]);
    expect(problems[0]).toMatch(/^InvalidArchive/);
  });

  test("something behind the data of an entry", () => {
    expect(problemsOf(withBytesBehind(zip)).problems).toEqual([
      'InvalidArchive: The archive\'s entry "a.xml" is corrupt.',
    ]);
  });

  test("random bytes and random damage give problems, never exceptions", () => {
    const damage = fc.array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255)), { maxLength: 5 });
    fc.assert(
      fc.property(fc.uint8Array(), damage, (random, changes) => {
        readArchive(random, new Report());
        readArchive(damaged(zip, changes), new Report());
      }),
      { numRuns: 300 },
    );
  });
});

function damaged(
  zip: Uint8Array,
  changes: readonly (readonly [offset: number, value: number])[],
): Uint8Array {
  const copy = zip.slice();
  for (const [offset, value] of changes) copy[offset] = value;
  return copy;
}

/** The archive of one file, with three bytes more after its data. */
function withBytesBehind(zip: Uint8Array): Uint8Array {
  const record = firstRecord(zip);
  const longer = new Uint8Array([...zip.subarray(0, record), 1, 2, 3, ...zip.subarray(record)]);
  const view = new DataView(longer.buffer);
  const addTo = (offset: number) => view.setUint32(offset, view.getUint32(offset, true) + 3, true);
  for (const offset of [18, record + 3 + 20, longer.length - 22 + 16]) addTo(offset);
  return longer;
}

describe("what a Worker loads is what the command has read", () => {
  const long = "content that is longer than what a stream gives at once, ".repeat(300);
  const zip = writeArchive(new Map([["a.xml", bytes(long)]]));

  async function expectSame(archive: Uint8Array): Promise<void> {
    const [reading, loading] = [new Report(), new Report()];
    const read = readArchive(archive, reading);
    expect(await loadArchive(archive, loading)).toEqual(read);
    expect(loading.problems).toEqual(reading.problems);
  }

  test("of a whole archive, of stored and of empty files", async () => {
    await expectSame(zip);
    await expectSame(writeArchive(new Map([["empty", new Uint8Array()]])));
    await expectSame(writeArchive(new Map([["noise", crypto.getRandomValues(new Uint8Array(50_000))]])));
  });

  test("of one with something behind an entry's data, or with another size than it promises", async () => {
    await expectSame(withBytesBehind(zip));
    for (const size of [0, 10, long.length - 1, long.length + 1]) {
      const copy = zip.slice();
      new DataView(copy.buffer).setUint32(firstRecord(copy) + 24, size, true);
      await expectSame(copy);
    }
  });

  test("of a damaged one", async () => {
    const damage = fc.array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(damage, (changes) => expectSame(damaged(zip, changes))),
      { numRuns: 300 },
    );
  });
});

describe("limits", () => {
  const zeros = (length: number) => new Uint8Array(length);

  test("the archive itself", () => {
    expect(problemsOf(zeros(MAX_ARCHIVE_SIZE + 1)).problems[0]).toContain(
      "ArchiveTooLarge: The archive is larger",
    );
  });

  test("the number of entries", () => {
    const files = new Map(
      Array.from({ length: MAX_ARCHIVE_ENTRIES + 1 }, (_, index) => [`${index}`, zeros(0)]),
    );
    expect(problemsOf(writeArchive(files)).problems[0]).toContain("ArchiveTooLarge: The archive holds more");
  });

  test("one file", () => {
    const { files, problems } = problemsOf(writeArchive(new Map([["a", zeros(MAX_ENTRY_SIZE + 1)]])));
    expect(files).toEqual([]);
    expect(problems).toEqual([
      expect.stringContaining('ArchiveTooLarge: The archive\'s entry "a" is larger'),
    ]);
  });

  test("all files together", () => {
    const parts = Math.ceil(MAX_TOTAL_SIZE / MAX_ENTRY_SIZE) + 1;
    const files = new Map(Array.from({ length: parts }, (_, index) => [`${index}`, zeros(MAX_ENTRY_SIZE)]));
    expect(problemsOf(writeArchive(files)).problems).toEqual([
      expect.stringContaining("ArchiveTooLarge: The files hold more"),
    ]);
  });

  test("a compression bomb that promises to be small is cut off at its promise", () => {
    const bomb = writeArchive(new Map([["a", zeros(MAX_ENTRY_SIZE * 2)]]));
    new DataView(bomb.buffer, bomb.byteOffset).setUint32(firstRecord(bomb) + 24, 100, true);
    expect(problemsOf(bomb)).toEqual({
      files: [],
      problems: ['InvalidArchive: The archive\'s entry "a" is corrupt.'],
    });
  });
});
