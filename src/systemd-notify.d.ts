/** The package has no types of its own. Source: its notify.js, version 1.0.0. */
declare module "systemd-notify" {
  const notify: (message: {
    readonly ready?: boolean;
    readonly status?: string;
    readonly pid?: number;
  }) => Promise<unknown>;
  export default notify;
}
