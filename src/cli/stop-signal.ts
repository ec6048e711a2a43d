/** How often to look whether the process that started this one is still there, in milliseconds. */
const PARENT_CHECK_MS = 300;

/**
 * Resolves when the process is told to stop: by Ctrl+C, by a signal, or because npm or the launcher that
 * started it is gone, which may be killed without passing that on. Until then signals end the process as they
 * always do; from now on they do nothing else, so that stopping can be finished.
 */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      // Miniflare's own listeners would end the process at once.
      process.removeAllListeners(signal);
      process.on(signal, () => resolve());
    }
    const { npm_lifecycle_event: npm, SORTIE_LAUNCHED: launcher } = process.env;
    if (npm === undefined && launcher === undefined) return;
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) resolve();
    }, PARENT_CHECK_MS).unref();
  });
}
