// A captured watcher: says what it likes through the helper's socket.
//   node captured.mjs SOCKET [CONNECTIONS] <STEPS    on each connection the same, all at once
// STEPS, a JSON list: {"say": TEXT} a line · {"raw": TEXT} without its end · {"times": N, "of": TEXT} · {"hear": N} until N answers
// have come in all · {"until": FILE} until it is there · {"rest": MS} · {"deaf": true} reads nothing from here on.
// Prints a JSON list: by connection, the answers, and "end": closed, open, or the errno. One that waits is ended after 30 s.
import { existsSync, readFileSync } from "node:fs";
import { createConnection } from "node:net";

const [path, count = "1"] = process.argv.slice(2);
const steps = JSON.parse(readFileSync(0, "utf8"));
const longestMs = 30_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** `applying` comes before the answer to the same request. */
const isLast = (line) => JSON.parse(line).is !== "applying";

const speak = async () => {
  const socket = createConnection({ path });
  let text = "";
  let end = "open";
  const answers = () => text.split("\n").slice(0, -1);
  const endMs = performance.now() + longestMs;
  const until = async (is) => {
    while (end === "open" && !is() && performance.now() < endMs) await pause(20);
  };
  socket.on("data", (chunk) => {
    text += chunk;
  });
  socket.on("error", (error) => {
    if (end === "open") end = error.code;
  });
  socket.on("close", () => {
    if (end === "open") end = "closed";
  });
  const doers = {
    say: (text) => socket.write(`${text}\n`),
    raw: (text) => socket.write(text),
    times: (count, { of }) => socket.write(of.repeat(count)),
    hear: (count) => until(() => answers().filter(isLast).length >= count),
    until: (path) => until(() => existsSync(path)),
    rest: (ms) => until(() => performance.now() >= endMs - longestMs + ms),
    closed: () => until(() => false),
    deaf: () => socket.pause(),
  };
  for (const step of steps) {
    const [[word, value]] = Object.entries(step);
    if (end === "open") await doers[word](value, step);
  }
  const seen = { answers: answers(), end };
  socket.destroy();
  return seen;
};

console.log(JSON.stringify(await Promise.all(Array.from({ length: Number(count) }, speak))));
