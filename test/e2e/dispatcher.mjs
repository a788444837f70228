// A dispatcher of jobs, as far as a watchdog can see one. SIGUSR1 wedges it: it lives on and takes no job any more.
//   dispatcher.mjs board FILE         takes the ready jobs of a Hermes board, five times a second, and starts a worker for each
//   dispatcher.mjs sql FILE SQL       does that to the board, and ends
//   dispatcher.mjs stats PORT FOLDER  takes the files of FOLDER/ready, and tells its counters as JSON
import { Database } from "bun:sqlite";
import { spawn } from "node:child_process";
import { readdirSync, renameSync } from "node:fs";
import { createServer } from "node:http";
import { hostname } from "node:os";

const [mode, place, more] = process.argv.slice(2);
let isWedged = false;
process.on("SIGUSR1", () => {
  isWedged = true;
});
const everyS = 0.2;

const open = () => {
  const board = new Database(place);
  board.exec("PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000");
  return board;
};

const claim = (board, id) => {
  const nowS = Math.floor(Date.now() / 1000);
  const worker = spawn("/bin/bash", ["-c", `exec -a "worker chat -q work kanban task ${id}" sleep 600`]);
  board.run(
    "UPDATE tasks SET status = 'running', claim_lock = ?, claim_expires = ?, worker_pid = ?, last_heartbeat_at = ? WHERE id = ?",
    [`${hostname()}:${process.pid}`, nowS + 900, worker.pid, nowS, id],
  );
  board.run("INSERT INTO task_events (task_id, kind, created_at) VALUES (?, 'claimed', ?)", [id, nowS]);
};

const dispatch = () => {
  const board = open();
  // Workers end with their dispatcher's unit, so at its start nobody works.
  board.exec("UPDATE tasks SET status = 'ready', claim_lock = NULL, worker_pid = NULL WHERE status = 'running'");
  setInterval(() => {
    if (isWedged) return;
    for (const { id } of board.query("SELECT id FROM tasks WHERE status = 'ready'").all()) claim(board, id);
  }, everyS * 1000);
};

const count = (folder) => readdirSync(`${more}/${folder}`).length;

const stats = () => {
  setInterval(() => {
    const [next] = isWedged ? [] : readdirSync(`${more}/ready`);
    if (next !== undefined) renameSync(`${more}/ready/${next}`, `${more}/done/${next}`);
  }, everyS * 1000);
  createServer((_, answer) => {
    answer.setHeader("content-type", "application/json");
    answer.end(JSON.stringify({ jobs: { ready: count("ready"), running: 0, done: count("done") } }));
  }).listen(Number(place), "127.0.0.1");
};

if (mode === "board") dispatch();
else if (mode === "sql") open().exec(more);
else stats();
