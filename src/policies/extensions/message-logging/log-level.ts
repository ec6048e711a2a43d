/** The values of `<logLevel>`. */
export const logLevels = ["INFO", "ALERT", "WARN", "ERROR"] as const;

export type LogLevel = (typeof logLevels)[number];

/** How much of a message is logged: Cloud Logging takes 256 KB with all that belongs to an entry. Bytes of UTF-8. */
export const LONGEST_MESSAGE = 200_000;

/** For a line to be sent, with the token that it needs. Milliseconds. */
export const DELIVERY_TIMEOUT_MS = 10_000;
