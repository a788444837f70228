import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./bed.ts";
import { type Child, end, freePorts, isUp, start } from "./programs-bed.ts";

/** Debian's exporter of host metrics; it also exposes any file of metrics that a job leaves. */
export const exporter = "/usr/bin/prometheus-node-exporter";

/** Debian's exporter on loopback alone, with nothing but the metrics that are written for it. */
export class Exporter implements AsyncDisposable {
  readonly metrics: string;
  readonly #folder: string;
  readonly #child: Child;

  private constructor(folder: string, port: number, child: Child) {
    this.metrics = `http://127.0.0.1:${port}/metrics`;
    this.#folder = folder;
    this.#child = child;
  }

  static async start(first: string): Promise<Exporter> {
    const folder = mkdtempSync(join(tmpdir(), "dogwatch-exporter-"));
    const [port = 0] = await freePorts(1);
    mkdirSync(join(folder, "metrics"));
    const child = start(
      [
        exporter,
        "--collector.disable-defaults",
        "--collector.textfile",
        `--collector.textfile.directory=${join(folder, "metrics")}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { PATH: "/usr/bin:/bin", HOME: folder },
    );
    const made = new Exporter(folder, port, child);
    made.write(first);
    await until("the exporter to answer", () => isUp(made.metrics), 30_000);
    return made;
  }

  /** Replaces the metrics that it exposes. */
  write(text: string): void {
    writeFileSync(join(this.#folder, "metrics", "jobs.prom"), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
