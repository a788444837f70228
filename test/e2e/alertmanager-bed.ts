import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, object, parse, record, string } from "valibot";
import { until } from "./bed.ts";
import { end, freePorts, isUp, start } from "./programs-bed.ts";

const Alert = object({
  status: string(),
  labels: record(string(), string()),
  annotations: record(string(), string()),
  startsAt: string(),
  endsAt: string(),
});
const Notification = object({ status: string(), groupLabels: record(string(), string()), alerts: array(Alert) });
const Held = array(
  object({ labels: record(string(), string()), endsAt: string(), status: object({ state: string() }) }),
);

/** One call of an Alertmanager at its receiver. */
export interface Notified {
  readonly status: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly startsAt: string;
    readonly endsAt: string;
  }[];
}

/** A real Alertmanager on loopback with a receiver behind it. */
export interface Alertmanager extends AsyncDisposable {
  readonly api: string;
  /** What its receiver got so far. */
  readonly notified: readonly Notified[];
  /** The alerts that it holds now. */
  held(): Promise<
    readonly {
      readonly labels: Readonly<Record<string, string>>;
      readonly endsAt: string;
      readonly status: { readonly state: string };
    }[]
  >;
  /** Runs amtool against it; gives stdout. */
  amtool(...words: readonly string[]): string;
  stop(): Promise<void>;
  /** Starts it anew at the same address, with what it keeps on disk. */
  restart(): Promise<void>;
}

const binary = "/usr/bin/prometheus-alertmanager";

/** Where the program is there; undefined where not. */
export const hasAlertmanager = (): boolean => Bun.which(binary) !== null;

/** Runs amtool; gives stdout, throws what it said when it fails. */
export const amtool = (...words: readonly string[]): string => {
  const ran = Bun.spawnSync(["/usr/bin/amtool", ...words], { env: { PATH: "/usr/bin:/bin", HOME: "/nonexistent" } });
  if (ran.exitCode !== 0)
    throw new Error(`amtool ${words.join(" ")}: ${ran.stdout.toString()}${ran.stderr.toString()}`);
  return ran.stdout.toString();
};

/** Ports of a member and of the others, on loopback. */
interface Cluster {
  readonly own: number;
  readonly others: readonly number[];
}

const clusterWords = (cluster: Cluster | undefined): readonly string[] => {
  if (cluster === undefined) return ["--cluster.listen-address="];
  const peers = cluster.others.map((port) => `--cluster.peer=127.0.0.1:${port}`);
  return [`--cluster.listen-address=127.0.0.1:${cluster.own}`, "--cluster.peer-timeout=2s", ...peers];
};

/** Starts an Alertmanager with this config, in which `RECEIVER` stands for the receiver's address. */
export const startAlertmanager = async (config: string, cluster?: Cluster): Promise<Alertmanager> => {
  const folder = mkdtempSync(join(tmpdir(), "dogwatch-alertmanager-"));
  const notified: Notified[] = [];
  const receiver = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      notified.push(parse(Notification, await request.json()));
      return new Response("");
    },
  });
  const [port = 0] = await freePorts(1);
  const api = `http://127.0.0.1:${port}`;
  const file = join(folder, "alertmanager.yml");
  writeFileSync(file, config.replaceAll("RECEIVER", `http://127.0.0.1:${receiver.port}/`));
  const argv = [
    ...[binary, `--config.file=${file}`, `--storage.path=${folder}`, `--web.listen-address=127.0.0.1:${port}`],
    ...[...clusterWords(cluster), "--log.level=error"],
  ];
  const run = async () => {
    const started = start(argv, { PATH: "/usr/bin:/bin" });
    await until("the Alertmanager to be ready", () => isUp(`${api}/-/ready`));
    return started;
  };
  let child = await run();
  return {
    ...{ api, notified },
    held: async () => parse(Held, await (await fetch(`${api}/api/v2/alerts`)).json()),
    amtool: (...words) => amtool(`--alertmanager.url=${api}`, ...words),
    stop: () => end(child),
    restart: async () => {
      child = await run();
    },
    [Symbol.asyncDispose]: async () => {
      await end(child);
      await receiver.stop(true);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
