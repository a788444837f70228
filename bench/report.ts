/** What the page tells. The tables are Markdown. */
export interface Report {
  readonly machine: string;
  readonly rounds: number;
  /** Of the heal log. */
  readonly lines: number;
  readonly results: string;
  readonly goals: string;
  readonly limits: { readonly wallMs: number; readonly peakMiB: number };
}

/** The page docs/performance.md: what was measured, how, on what, and how to do it again. Pure. */
export const report = ({ machine, rounds, lines, results, goals, limits }: Report): string => `# What a tick costs

Written by \`npm run bench -- --write\`; don't edit by hand. Compare the ratios, not the milliseconds: those are one machine's.

Machine: ${machine}.

${results}
The first rows are a tick of 5 process checks and 5 HTTP checks, and others doing the same: everything is well, everything is warm.

- They run in turn, ${rounds} rounds (a third of it for the later rows) after 3 that don't count, against one Node server on loopback,
  with as many sleeping processes as process checks.
- Wall: from start to exit. CPU: user and system time, children included. Memory: of the largest process, looked at while it runs.
- Most of dogwatch's memory is its own binary, read from the file; several copies share it, and the kernel can drop it. Between ticks it has none.
- The script is \`bench/rivals/watchdog.sh\`: one \`ps\`, then \`curl\`. It neither heals, nor keeps a log, nor outlives a deaf chat.
- Monit runs all the time and is woken for each cycle (\`bench/rivals/monitrc\`); its CPU is read from the kernel's scheduler. It is left
  out where it isn't installed.
- The heal log is one such as seven lines a heal make, ${lines} of them; \`log verify\` and \`sha256sum\` read it in turn, a tenth of the rounds. The shorter
  log is there for the memory: it must not grow with the log.
- In its unit dogwatch runs under \`MemoryDenyWriteExecute=yes\`, which switches the JIT off; here a variable does the same. What the unit's
  sandbox itself costs isn't in these figures.

## Where it is going

${goals}
What fails the benchmark (exit status 1) at this stage: the green tick's median above ${limits.wallMs} ms, or its peak above ${limits.peakMiB} MiB.

## Again, on your machine

\`\`\`
npm run bench                  # prints this page
npm run bench -- --write       # and stores it
npm run bench -- --rounds 100  # for a quieter median
\`\`\`
`;
