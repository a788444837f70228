// A worker that waits for work and never gets any: node worker.mjs
setInterval(() => undefined, 60_000);
