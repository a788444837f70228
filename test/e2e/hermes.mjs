// A stand-in for the gateway of Hermes Agent as it looks from outside, in the home of its user: a process whose command line is
// python …/bin/hermes gateway run, its lock, and a ticker that writes the time each second. Figures: docs/gateways.md.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";

const home = `${process.env.HOME}/.hermes`;
mkdirSync(`${home}/cron`, { recursive: true });
const [, rest] = readFileSync("/proc/self/stat", "utf8").split(") ");
const lock = { pid: process.pid, kind: "hermes-gateway", start_time: Number(rest.split(" ")[19]) };
writeFileSync(`${home}/gateway.lock`, JSON.stringify(lock));

const beat = () => {
  writeFileSync(`${home}/cron/.ticker`, String(Date.now() / 1000));
  renameSync(`${home}/cron/.ticker`, `${home}/cron/ticker_heartbeat`);
};
beat();
setInterval(beat, 1000);
