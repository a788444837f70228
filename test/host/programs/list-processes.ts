/** Lists all processes as seen by a user and prints what came of it. argv: UID. */
import { getegid, getgroups, pid } from "node:process";
import { createProcesses } from "../../../src/host/processes.ts";

const looker = { uid: Number(process.argv[2]), pid, groups: () => [...(getgroups?.() ?? []), getegid?.() ?? -1] };
const list = await createProcesses(looker).list({ argv: true, uid: true });
process.stdout.write(
  JSON.stringify(
    list.kind === "listed" ? { isComplete: list.isComplete, pids: list.processes.map((each) => each.pid) } : list,
  ),
);
