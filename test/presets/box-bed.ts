import type { Answered, Box, DoorAnswers, Service } from "../../src/presets/box.ts";
import { nonsensePath } from "../../src/presets/health.ts";
import { processFacts } from "../fake-facts.ts";

/** An answer in 2 ms; say what differs. */
export const answered = (path: string, body = "", more: Partial<Answered> = {}): Answered => ({
  path,
  status: 200,
  body,
  elapsedMs: 2,
  ...more,
});

/** A door that answers these paths, and 404 to others. */
export const doorAnswers = (
  port: number,
  tried: readonly Answered[],
  more: Partial<DoorAnswers> = {},
): DoorAnswers => ({
  door: { host: "127.0.0.1", port },
  nonsense: answered(nonsensePath, "not found", { status: 404 }),
  tried,
  ...more,
});

/** A system unit with one process of user `shop`; say what differs. */
export const service = (more: Partial<Service> & { readonly argv?: readonly string[] } = {}): Service => {
  const { argv = ["/usr/bin/node", "/srv/gateway.mjs"], ...rest } = more;
  const main = more.main ?? processFacts({ pid: 812, comm: "node", argv, uid: 999, startedUptimeS: 86_400 - 7200 });
  return {
    unit: "my-gateway.service",
    scope: "system",
    manager: undefined,
    user: "shop",
    home: "/srv/shop",
    main,
    processes: [main],
    listeners: [],
    environKeys: ["PATH"],
    paths: {},
    ...rest,
  };
};

/** Listening on loopback, by the process of `service()`. */
export const listens = (...ports: readonly number[]): Service["listeners"] =>
  ports.map((port) => ({ host: "127.0.0.1", port, uid: 999, pids: [812] }));

/** A system install's host, a day after boot, with these services. */
export const box = (
  services: readonly Service[],
  doors: readonly DoorAnswers[] = [],
  more: Partial<Box> = {},
): Box => ({
  install: "system",
  hostname: "web-1",
  at: "2026-11-23T14:02:00.000Z",
  uptimeS: 86_400,
  isSystemd: true,
  first: "systemd",
  ports: services.flatMap(({ listeners }) => listeners.map(({ port }) => port)),
  services,
  files: [],
  doors,
  ...more,
});

/** What OpenClaw answers, by path. Measured on OpenClaw 2026.9.6. */
export const openclawDoor = (port: number): DoorAnswers => {
  const page = "<!doctype html><title>OpenClaw Control</title>";
  return {
    door: { host: "127.0.0.1", port },
    nonsense: answered(nonsensePath, page),
    tried: [answered("/healthz", '{"ok":true,"status":"live"}'), answered("/metrics", page)],
  };
};
