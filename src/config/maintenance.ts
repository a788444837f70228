/** A window that comes again, in which its checks neither alert nor heal. `checks`: names, or `all` among them; `timezone`: IANA name, null for the host's own. */
export interface Maintenance {
  readonly cron: string;
  readonly forMs: number;
  readonly checks: readonly string[];
  readonly timezone: string | null;
  readonly reason: string | null;
}
