import type { Refusal } from "../refused-imports.ts";

const TAKE_OUT = "Take out the import and what uses it.";
const THROUGH_A_SOURCE = "Call external systems with requests, or with the client of a source.";
const NO_THREADS = "there are no threads";
const NO_PROCESSES = "there are no processes to start";
const NO_SOCKETS = "there are no sockets";
const NO_TERMINAL = "there is no terminal";
const NO_SYSTEM = "there is no operating system to ask";
const ISOLATE = "a function reaches nothing of the isolate that runs it";
const NO_COMPILER = "it has parts that are compiled for another machine";

/** Modules that can be imported, if at all, and then do nothing that a function could want. */
const senseless: Readonly<Record<string, readonly [why: string, remedy?: string]>> = {
  subprocess: [NO_PROCESSES],
  multiprocessing: [NO_PROCESSES, "Take out the import, and do the work in one process."],
  concurrent: [NO_THREADS, "Take out the import, and do one thing after the other."],
  socket: [NO_SOCKETS, THROUGH_A_SOURCE],
  socketserver: [NO_SOCKETS, TAKE_OUT],
  select: [NO_SOCKETS, THROUGH_A_SOURCE],
  selectors: [NO_SOCKETS, THROUGH_A_SOURCE],
  ssl: ["the gateway makes the connections, with the certificates of the source", THROUGH_A_SOURCE],
  ftplib: [NO_SOCKETS, THROUGH_A_SOURCE],
  imaplib: [NO_SOCKETS, THROUGH_A_SOURCE],
  poplib: [NO_SOCKETS, THROUGH_A_SOURCE],
  smtplib: [NO_SOCKETS, "Send mail by a service with an HTTP API."],
  xmlrpc: [NO_SOCKETS, THROUGH_A_SOURCE],
  wsgiref: ["a function serves no requests of its own", TAKE_OUT],
  signal: [NO_PROCESSES],
  ctypes: ["there is no compiled code to call"],
  mmap: ["there are no files"],
  fcntl: [NO_SYSTEM],
  resource: [NO_SYSTEM],
  syslog: [NO_SYSTEM, "Use print, or logging: both are in the function's log."],
  pwd: [NO_SYSTEM],
  grp: [NO_SYSTEM],
  pty: [NO_TERMINAL],
  tty: [NO_TERMINAL],
  termios: [NO_TERMINAL],
  curses: [NO_TERMINAL],
  readline: [NO_TERMINAL],
  getpass: [NO_TERMINAL, "Keep secrets on a source, and read them with get_secret."],
  pdb: [NO_TERMINAL],
  bdb: [NO_TERMINAL],
  code: [NO_TERMINAL],
  cmd: [NO_TERMINAL],
  tkinter: ["there is no screen"],
  turtle: ["there is no screen"],
  webbrowser: ["there is no screen"],
  sqlite3: ["there are no files, and the interpreter has no SQLite"],
  dbm: ["there are no files"],
  venv: ["packages come with the function's folder"],
  ensurepip: ["packages come with the function's folder"],
  pip: ["packages come with the function's folder"],
  micropip: ["packages come with the function's folder"],
  js: [ISOLATE, THROUGH_A_SOURCE],
  pyodide: [ISOLATE, THROUGH_A_SOURCE],
  pyodide_js: [ISOLATE],
  _pyodide: [ISOLATE],
  _pyodide_core: [ISOLATE],
  _sortie: [ISOLATE],
  workers: [ISOLATE],
};

/** What of a module makes no sense, while the rest of it does. */
const senselessNames: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  "threading.Thread": [NO_THREADS, "Call what it runs."],
  "threading.Timer": [NO_THREADS, "Call what it runs, after time.sleep."],
  "_thread.start_new_thread": [NO_THREADS, "Call what it runs."],
  "http.server": ["a function serves no requests of its own", TAKE_OUT],
  "os.system": [NO_PROCESSES, TAKE_OUT],
  "os.popen": [NO_PROCESSES, TAKE_OUT],
  "os.fork": [NO_PROCESSES, TAKE_OUT],
  "asyncio.create_subprocess_exec": [NO_PROCESSES, TAKE_OUT],
  "asyncio.create_subprocess_shell": [NO_PROCESSES, TAKE_OUT],
  "asyncio.open_connection": [NO_SOCKETS, THROUGH_A_SOURCE],
  "asyncio.to_thread": [NO_THREADS, "Call what it runs."],
  "urllib3.PoolManager": ["only the exceptions of urllib3 are there", THROUGH_A_SOURCE],
};

/** Packages that are asked for often and cannot be used, and what can be. */
const packages: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  numpy: [NO_COMPILER, "Compute with lists, math and statistics."],
  pandas: [NO_COMPILER, "Compute with lists of dicts or dataclasses, csv and statistics."],
  scipy: [NO_COMPILER, "Compute with math and statistics."],
  polars: [NO_COMPILER, "Compute with lists of dicts or dataclasses."],
  pyarrow: [NO_COMPILER, "Exchange JSON or CSV."],
  sklearn: [NO_COMPILER, "Call a service that serves the model."],
  torch: [NO_COMPILER, "Call a service that serves the model."],
  tensorflow: [NO_COMPILER, "Call a service that serves the model."],
  matplotlib: [NO_COMPILER, "Return the values, and draw them where they are shown."],
  PIL: [NO_COMPILER, "Call a service that works on images."],
  cv2: [NO_COMPILER, "Call a service that works on images."],
  lxml: [NO_COMPILER, "Use xml.etree.ElementTree."],
  pydantic: [NO_COMPILER, "Use dataclasses."],
  pydantic_core: [NO_COMPILER, "Use dataclasses."],
  orjson: [NO_COMPILER, "Use json."],
  ujson: [NO_COMPILER, "Use json."],
  cryptography: [NO_COMPILER, "Use hashlib and hmac, or call a service."],
  nacl: [NO_COMPILER, "Use hashlib and hmac, or call a service."],
  bcrypt: [NO_COMPILER, "Use hashlib.scrypt."],
  grpc: [NO_COMPILER, "Call the HTTP API of the service."],
  psycopg2: [NO_SOCKETS, "Call an HTTP API in front of the database."],
  psycopg: [NO_SOCKETS, "Call an HTTP API in front of the database."],
  pymysql: [NO_SOCKETS, "Call an HTTP API in front of the database."],
  redis: [NO_SOCKETS, "Call an HTTP API in front of the database."],
  pymongo: [NO_SOCKETS, "Call an HTTP API in front of the database."],
  paramiko: [NO_SOCKETS, THROUGH_A_SOURCE],
  httpx: ["it opens sockets of its own", THROUGH_A_SOURCE],
  aiohttp: ["it opens sockets of its own", THROUGH_A_SOURCE],
  boto3: ["it opens sockets of its own", THROUGH_A_SOURCE],
  foundry_sdk: ["it opens sockets of its own", "Use ontology_sdk, or the client of a source."],
  pyspark: [NO_PROCESSES, "Call a service that runs the job."],
  transforms: ["functions are no transforms", TAKE_OUT],
  language_model_service_api: ["there are no models here", TAKE_OUT],
  palantir_models: ["there are no models here", TAKE_OUT],
};

/** Packages whose modules have other names. */
const distributions: Readonly<Record<string, string>> = {
  attr: "attrs",
  bs4: "beautifulsoup4",
  dateutil: "python-dateutil",
  dotenv: "python-dotenv",
  jose: "python-jose",
  jwt: "PyJWT",
  markdown: "Markdown",
  pkg_resources: "setuptools",
  slugify: "python-slugify",
  yaml: "PyYAML",
};

/** The package that brings a module, as far as it is known to have another name. */
export function distributionOf(module: string): string {
  return own(distributions, module) ?? module;
}

/** Why a module makes no sense in a function, and what to do; null when it may be imported, as far as its name says. */
export function senselessModule(module: string): Refusal | null {
  const [first = ""] = module.split(".");
  const found = own(senselessNames, module) ?? own(senseless, first);
  return found
    ? { message: `${module} makes no sense in a function: ${found[0]}.`, remedy: found[1] ?? TAKE_OUT }
    : null;
}

/** The same for what a module has, by its full name. */
export function senselessName(name: string): Refusal | null {
  const found = own(senselessNames, name);
  return found ? { message: `${name} makes no sense in a function: ${found[0]}.`, remedy: found[1] } : null;
}

/** Why a package of PyPI cannot be used, by the name of its module or its own. */
export function refusedPackage(name: string): Refusal | null {
  const found = own(packages, name) ?? own(packages, name.replaceAll("-", "_"));
  return found ? { message: `${name} cannot be used: ${found[0]}.`, remedy: found[1] } : null;
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
