import { describe, expect, test } from "bun:test";
import { programFault, programsIn } from "../../src/config/model-clients.ts";

const check = "/usr/lib/nagios/plugins/check_procs";

describe("programFault()", () => {
  const refused: readonly (readonly string[])[] = [
    ["/usr/local/bin/ollama", "list"],
    ["/opt/llama.cpp/llama-cli"],
    ["/usr/bin/claude", "-p", "hi"],
    ["/usr/bin/Codex"],
    ["/usr/bin/env", "-i", "A=b", "llm", "hi"],
    ["/usr/bin/env", "-S", "ollama run x"],
    ["/usr/bin/timeout", "-k", "5", "10s", "gemini"],
    ["/usr/bin/nice", "-n", "5", "/usr/bin/aider"],
    ["/bin/sh", "-c", "ollama"],
    ["/bin/sh", "-c", "X=1; exec claude -p hi"],
    ["/bin/bash", "-lc", "check_x && sgpt hi | tee"],
    ["/bin/sh", "-c", "echo $(llm hi)"],
    ["/usr/bin/python3", "-m", "llm"],
    ["/usr/bin/python3.11", "-m", "openai.cli"],
    ["/usr/bin/npx", "-y", "openclaw@latest", "status"],
    ["/home/agents/.local/bin/hermes", "kanban", "dispatch", "--dry-run"],
    ["/usr/bin/sudo", check],
    ["/bin/sh", "-c", "sudo x"],
    ["/usr/lib/nagios/plugins/check_http", "-H", "api.openai.com"],
    ["/usr/bin/curl", "-sf", "https://api.anthropic.com/v1/models"],
    ["/bin/sh", "-c", "curl -s http://127.0.0.1:11434/api/generate"],
  ];
  for (const argv of refused)
    test(`programFault() refuses ${argv.join(" ")}`, () => expect(programFault(argv)).toBeString());

  const taken: readonly (readonly string[])[] = [
    [check, "-C", "claude", "-c", "1:"],
    ["/usr/lib/nagios/plugins/check_file_age", "-f", "/home/agents/.hermes/llm"],
    ["/usr/lib/nagios/plugins/negate", check, "-C", "ollama"],
    ["/usr/bin/python3", "/opt/plugins/check_x.py", "ollama"],
    ["/bin/sh", "-c", `${check} -C claude`],
    ["/usr/lib/nagios/plugins/check_http", "-H", "127.0.0.1", "-u", "/health"],
    ["/opt/llm-tools/check_queue"],
  ];
  for (const argv of taken)
    test(`programFault() takes ${argv.join(" ")}`, () => expect(programFault(argv)).toBeUndefined());
});

describe("programsIn()", () => {
  const cases: readonly { readonly given: readonly string[]; readonly want: readonly string[] }[] = [
    { given: [check, "-C", "x"], want: [check] },
    { given: ["/usr/bin/python3", "-u", "/opt/x.py", "/etc/passwd"], want: ["/usr/bin/python3", "/opt/x.py"] },
    {
      given: ["/usr/bin/env", "A=1", "/usr/bin/timeout", "5", check, "/x"],
      want: ["/usr/bin/env", "/usr/bin/timeout", check],
    },
    { given: [], want: [] },
  ];
  for (const { given, want } of cases)
    test(`programsIn(${JSON.stringify(given)})`, () => expect(programsIn(given)).toEqual(want));
});
