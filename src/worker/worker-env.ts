/** The Worker's bindings: those of `wrangler.toml`, and what `sortie dev` adds. */
export interface WorkerEnv extends Env {
  /** JSON: `host:port` to the name of the service binding that connects there. */
  readonly CONNECTIONS?: string;
  /** JSON: `host:port` of those to where sockets for it go: `https://localhost:6514`. Set by `sortie dev` only. */
  readonly SOCKETS?: string;
  /** Lets whoever knows it ask for a look at KV now (`POST /_sortie/refresh`). Not set when deployed. */
  readonly REFRESH_TOKEN?: string;
  /** JSON of `DevSettings`. Set by `sortie dev` only. */
  readonly DEV?: string;
  /** A Google service account key, as Google's JSON file. Further ones: `GOOGLE_SERVICE_ACCOUNT_…`. */
  readonly GOOGLE_SERVICE_ACCOUNT?: string;
  /** Where the IAM Credentials API is, when it is not Google's. */
  readonly GOOGLE_IAM_CREDENTIALS?: string;
  /** 32 bytes in base64: seals tokens that isolates share through KV. Without it they share none. */
  readonly SEALING_KEY?: string;
  /** The private key (JWK) that opens the secrets of sources. Made by `sortie secret key`. */
  readonly SECRETS_KEY?: string;
}
