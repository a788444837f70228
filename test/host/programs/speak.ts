/** Says a long line to whoever is at its standard output, while a clock goes on that it tells on stderr. argv: BYTES. */
import { writeSync } from "node:fs";
import process from "node:process";
import { stdioPeer } from "../../../src/host/lines.ts";

const peer = stdioPeer(1024);
setTimeout(() => writeSync(2, "the clock goes on\n"), 200);
const isHeard = await peer.send("x".repeat(Number(process.argv[2])));
const answer = await peer.next(5000);
writeSync(2, `${isHeard} ${JSON.stringify(answer)}\n`);
process.exit();
