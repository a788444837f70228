// The whole kill test, of which test/e2e/kill.test.ts takes a part: bun scripts/kill-sweep.ts [VICTIM...]. Needs root, strace and "npm run build".
// Says how many kills there were of each victim in each system call; a fault comes with all that its run has left.
import { faultsOf, pointsOf, type Run, startKilling, victims } from "../test/e2e/kill-bed.ts";

const asked = process.argv.slice(2);
/** So many runs between two words of how it goes. */
const batch = 60;

await using killing = await startKilling();
let faults = 0;
for (const victim of victims.filter((each) => asked.length === 0 || asked.includes(each))) {
  const points = pointsOf(victim, await killing.count(victim));
  const startedMs = performance.now();
  const runs: Run[] = [];
  for (let at = 0; at < points.length; at += batch) {
    runs.push(...(await killing.kill(points.slice(at, at + batch))));
    for (const run of runs.slice(at)) {
      const found = faultsOf(run);
      faults += found.length;
      for (const fault of found) console.log(`${victim} ${run.call} ${run.n} ${run.story}: ${fault}`);
      if (found.length > 0) console.log(JSON.stringify(run));
    }
    console.log(`${victim}: ${runs.length} of ${points.length}`);
  }
  const dead = runs.filter((run) => run.dead);
  const kills = Object.entries(Object.groupBy(dead, ({ call }) => call)).map(([call, all]) => `${call} ${all?.length}`);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  console.log(`${victim}: ${dead.length} kills at ${points.length} points in ${seconds} s: ${kills.join(", ")}`);
}
console.log(`${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;
