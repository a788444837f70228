import type { Host } from "../host/host.ts";

const commands = `dogwatch: a zero-token watchdog for systemd hosts that run fleets of LLM agents

Usage: dogwatch COMMAND [--config FILE] [--state-dir DIR] [--logs-dir DIR]
                        [--json]

  tick [--dry-run]            probe, judge, heal at most one thing, tell, log
  validate [FILE] [--expand]  check config and recipes; faults as file:line:col
  init [--stdout] [--diff]    read the running box, write a commented config
  status [--watch]            what the last tick found [--exit-code]
  heal plan                   what would be applied now and why, or why not
  heal run RECIPE [--step]    apply a rule's recipe by hand, the same five steps
  heal unlatch RULE           let a rule act again whose budget was spent
  silence add|list|remove     no heal and no alert for a while
  log verify [FILE...]        check the heal log's chain [--head SEQ:HASH]
                              and its seals [--key VKEY]
  log witness                 hold the journal's heads against the log
  log key                     the first key of its seals, for an auditor to keep
  log show                    read the heal log [--incident ID] [--since TIME]
  log export --format FORMAT  the heal log as json, csv, ocsf or ecs
  report [-o FILE]            one HTML page: now, 30 days, incidents, heals
  chat test                   send one test message
  deadman test|fail           ping the dead-man's switch by hand
  beat NAME                   a job's sign of life, for a heartbeat check
  egress [--systemd]          every place and program it can reach, and why
  card [NAME]                 which card fits which red; one card whole
  daemon [--cron FIELDS]      the same tick in one process that stays
  demo                        the whole story on this machine in under a minute

Everywhere: --help, --version, --log-level error|warn|info|debug,
--log-format text|json. Docs: README.md, docs/operating.md.
`;

const details: Readonly<Record<string, string>> = {
  tick: `Usage: dogwatch tick [--dry-run] [--json]

Probes, judges, persists, applies at most one whitelisted recipe, tells the
operator, seals what it did in the heal log, and exits. A systemd timer starts
it. On a terminal the checks are shown as they finish.

  --dry-run   probe and judge for real, print what would be healed and sent,
              change nothing at all
  --json      print one object on stdout

Exit: 0 the tick reached its end, whatever it found · 73, 74 state or log
cannot be written · 75 an alert cannot be delivered · 78 config or recipe
invalid.
`,
  validate: `Usage: dogwatch validate [FILE] [--expand] [--json]

Checks the config and the recipes it names. Each fault is
file:line:col: message.

  --expand   print the config with its presets written out, itself a config

Exit: 0 valid · 78 not.
`,
  init: `Usage: sudo dogwatch init [--config FILE] [--json]
       sudo dogwatch init --stdout | --diff [--json]

Reads the running box: processes, units of the system and of users, listening
sockets, known files. Recognises OpenClaw, Hermes, gateways with a health path,
metrics, Redis, RabbitMQ, Celery and BullMQ. Writes a config that says for each
part what was seen, validates, and is green as the box stands; what isn't green
becomes a comment with the reason. It heals nothing until you say "mode: apply".

It sends GETs to services on this host's loopback, to known health paths and
/metrics; never to a model server. It never overwrites. Without root it looks at
your own services alone.

  --stdout   print the config, write nothing
  --diff     what is recognised and neither checked nor mentioned in the config,
             and which checks point to what is gone

Exit: 0 done · 64 usage · 73 the file exists, or cannot be written. Of --diff:
0 nothing changed · 1 something did · 78 no valid config to compare with.
`,
  status: `Usage: dogwatch status [--exit-code] [--json]
       dogwatch status --watch
       dogwatch status --brief

Shows what the last tick found, red first, with the last day hour by hour.
Nothing is probed. A pipe gets whole lines.

  --exit-code   exit 0 green, 1 amber, 2 red, 3 unknown or stale
  --watch       draw it over and over on a terminal, at once after each tick;
                Ctrl-C ends it (exit 0). Not with --json or --exit-code
  --json        one object; "day" has a sign an hour: g green, a amber,
                u unknown, r red, - no tick
  --brief       one line while dogwatch is ill or stale, or something is red or
                unknown; else nothing. For a login: install.sh --login-notice
`,
  heal: `Usage: dogwatch heal plan [--json]
       sudo dogwatch heal run RECIPE|RULE [--step] [--json]
       sudo dogwatch heal unlatch RECIPE|RULE

plan      probe now and say what would be applied and why, or why not
run       apply a rule's recipe by hand, if its checks are red: same lock,
          backup, proof, cooldown, budget and log as a tick; also in observe
          mode. --step asks before each of the five steps
unlatch   a rule that spent its budget may act again; goes to the heal log

Exit of run: 0 healed · 1 not · 73 another heal is running.
`,
  silence: `Usage: sudo dogwatch silence add CHECK...|all --for 2h --reason TEXT
       dogwatch silence list [--json]
       sudo dogwatch silence remove CHECK...|all

A silenced check is looked at as before; it neither heals nor alerts. Every
silence ends by itself, after 24 h at most or "silence: { max: ... }" of the
config, and is written into the heal log. What is still red then is told at
once. The name of a preset means all its checks, "all" also those that come
later.

list also shows the windows of "maintenance" in the config that are open now;
no silence ends them.
`,
  log: `Usage: dogwatch log verify [FILE...] [--head SEQ:HASH]... [--json]
                           [--key VKEY [--seals FILE] [--through DAY]]
       dogwatch log witness [SEQ:HASH...|-] [--json]
       dogwatch log key [--json]
       dogwatch log show [--incident ID] [FILTER]... [--json]
       dogwatch log export --format json|csv|ocsf|ecs [FILTER]...

verify    check the chain through all files of the log, or those given, in any
          order, compressed (gzip, zstd) or not; names the first bad line, its
          file and byte, and what is wrong
          --head 41:9f3ac2d1c07be55a  a witness from a chat message: catches a
          log that was cut short; at least 16 hex digits; may be repeated
          --key VKEY  the seals too, one a day, from this first key on; they
          stand in heal.seals beside the log, or in --seals FILE. Who became
          root later can't rewrite the days before
          --through 2026-11-25  all days up to this one must be sealed
witness   hold each head that this host's journal has against the log, or those
          given as words; with "-" those in a text on standard input, such as a
          chat message
key       print that first key; as root make it where there is none. Keep it
          away from this host
show      the log for reading; with --incident alone its story, from detection
          to recovery; --json: the lines as they are
export    to stdout: json is one array, csv a table for spreadsheets, ocsf and
          ecs one event a line, for a SIEM; see docs/export.md

Filters, together where several are given:
  --since TIME, --until TIME   2h or 7d ago, a day, or an ISO time (UTC)
  --incident ID, --check NAME, --recipe NAME
  --outcome healed|failed|refused|indeterminate|none|open   of the incident
  --event EVENT                heal.failed, or a kind: heal, incident, silence
  --by helper|watcher|uid|uid:N

Exit of verify and witness: 0 whole, or none yet · 1 tampered · 64 usage · 74
log or journal unreadable. Of show and export: 0 · 1 a line could not be
exported · 64 usage, or no such incident · 74 unreadable.
`,
  report: `Usage: dogwatch report [-o FILE] [--json]
       sudo dogwatch report --link

One HTML page that needs no script and no network: the verdict now, the last 30
days of each check, how long looks took, how many jobs waited, incidents with
their stories, heals with argv, proof and backup, whether the heal log is whole
and who checked it, what can be contacted, what is silenced. What can't be had
is said in the page. Without -o it goes to standard output.

  -o FILE   write it there, as a whole; only an old page of yours is replaced,
            never a link or another file
  --json    the same as one object
  --link    with "report: FILE" in the config of a system install each tick
            writes the page into its own folder: make FILE a link to it

Exit: 0 done · 64 usage · 73, 74 it cannot be written, or the state not read.
`,
  chat: `Usage: dogwatch chat test [--json]

Sends one test message and says what the platform answered. As root on a system
install it is sent from inside the sandbox of dogwatch.service, IP filter
included.

Exit: 0 delivered · 75 not.
`,
  deadman: `Usage: dogwatch deadman test [--json]
       dogwatch deadman fail [--json]

Pings the dead-man's switch of the config and says whether it was heard. As root
on a system install it is sent from inside the sandbox of dogwatch.service, IP
filter included.

test   a note (/log): it changes nothing there
fail   a trial alarm (/fail), to see that it reaches a person; the next tick
       that ends well ends it

Exit: 0 heard · 64 no switch is set · 75 not heard.
`,
  beat: `Usage: dogwatch beat NAME [--json]

A job says that it has done its work; a heartbeat check of that NAME is green
until its max_age has passed. Anybody may beat; the beat is that of the user who
runs this, and a check's "by: USER" takes no other's. Prints nothing.

In a unit:    ExecStartPost=/usr/local/bin/dogwatch beat nightly-backup
In a crontab: 30 2 * * * job && /usr/local/bin/dogwatch beat nightly-backup

Exit: 0 written · 64 not a name · 73, 74 it cannot be written.
`,
  egress: `Usage: dogwatch egress [--json]
       dogwatch egress --systemd [--helper]
       sudo dogwatch egress --systemd --write

Lists every destination that can ever be contacted, every program that can ever
be run, every socket that is opened, and what each is for.

  --systemd   print the IP filter of dogwatch.service as a drop-in: the config's
              addresses, names as they resolve now. What can't be listed opens
              the filter, and the drop-in says so in plain words
  --helper    the same for dogwatch-heal@.service, with the folders of files
              that recipes in use back up
  --write     write both where the units find them, and reload systemd; after
              each change of an address, and when an address has moved

Exit: 0 done · 73 a drop-in cannot be written · 78 config or recipe invalid.
`,
  card: `Usage: dogwatch card [NAME]

Without a name: the router, which leads from a symptom to exactly one card.
`,
  daemon: `Usage: dogwatch daemon [--cron FIELDS] [--json]

The same tick as "dogwatch tick", in one process that stays, for hosts and
containers without systemd timers. The first tick comes at once, the others by
the schedule, never two at a time. What was missed is told and made up for by
one tick. Under systemd: dogwatch-daemon.service ("install.sh --daemon").

  --cron   five cron fields, or six with seconds in front, in this process's
           time zone; without it every five minutes, at a second that is fixed
           for each host name
  --json   each tick as one object a line on stdout

SIGTERM, SIGINT: it ends when the tick in hand has; a second one ends it at
once. SIGHUP: it reads the config again; one that is invalid is told, and the
one before goes on.

Exit: 0 ended by a signal · 70 a tick hung, or a bug ended three in a row · 73
the state cannot be used, or another daemon keeps it · 78 config or recipe
invalid at the start.
`,
  demo: `Usage: dogwatch demo

Plays the whole story on this machine in under a minute, with real processes
and a real local chat receiver: healthy, killed, red, healed and proved, told,
log verified; then a second death that the recipe can't cure. No root, no
systemd, no network; everything it makes is in one temporary folder, which it
removes.
`,
};

/** Prints the help of one command, or of all. */
export const printHelp = (host: Host, command: string | undefined): void => {
  const detail = command !== undefined && Object.hasOwn(details, command) ? details[command] : undefined;
  host.terminal.out(detail ?? commands);
};
