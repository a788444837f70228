#!/bin/bash
# install.sh: put dogwatch on this host, bring it up to date, or take it off again.
#   sudo ./install.sh                        install or upgrade, for the whole host
#   ./install.sh --user                      the same for your own user, without root
#   sudo ./install.sh --login-notice         the same, and one line at each login while something is wrong
#   sudo ./install.sh --no-login-notice      the same, and no longer that line
#   sudo ./install.sh --daemon               ticks by a daemon in place of the timer, from now on
#   sudo ./install.sh --timer                ticks by the timer again
#   sudo ./install.sh --uninstall            take it off; config, credentials, state and heal log stay
#   sudo ./install.sh --uninstall --purge    those too (both also with --user)
#   ./install.sh --help
# Run it from an unpacked release or a built clone. Safe to run twice, and again after it was stopped
# halfway: every file is replaced whole, and what ticks is enabled last: the timer or the daemon,
# never both. Each run says which.
# Exit: 0 done; 64 usage; 78 the config is invalid (nothing was changed); 1 anything else.
set -euo pipefail
umask 022

# LoadCredential= of a folder and the MONITOR_* variables of OnFailure= came with 251; FixedRandomDelay= with 247,
# UnsetEnvironment= with 235. Source: systemd's NEWS.
readonly OLDEST_SYSTEMD=251
UNITS=(dogwatch.service dogwatch.timer dogwatch-daemon.service dogwatch-failed.service)
readonly USERS=(dogwatch dogwatch-probe)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scope=system action=install purge=false notice=keep ticker=keep

fail() { echo "install.sh: cannot $1" >&2; exit "${2:-1}"; }
usage() { sed -n '2,14s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

read_arguments() {
  local word
  for word in "$@"; do
    case $word in
      --user) scope=user ;;
      --daemon) ticker=dogwatch-daemon.service ;;
      --timer) ticker=dogwatch.timer ;;
      --uninstall) action=uninstall ;;
      --purge) purge=true ;;
      --login-notice) notice=put ;;
      --no-login-notice) notice=remove ;;
      -h | --help) usage; exit 0 ;;
      *) usage >&2; fail "understand \"$word\"" 64 ;;
    esac
  done
  [[ $purge == false || $action == uninstall ]] || fail "purge without --uninstall" 64
  [[ $notice == keep || $action == install ]] || fail "change the login notice while uninstalling: that removes it anyway" 64
  [[ $notice == keep || $scope == system ]] || fail "speak at login in a user install: put \"dogwatch status --brief\" \
into your ~/.profile" 64
}

# Units go to the folders for what an administrator installs. /etc and ~/.config stay yours: what "systemctl edit"
# writes there wins over ours and survives every upgrade. Source: systemd.unit(5), unit file load path.
set_paths() {
  if [[ $scope == system ]]; then
    [[ $EUID -eq 0 ]] || fail "work on the whole host without root; run: sudo $0 ${*} (or add --user)"
    ctl=(systemctl) journal=(journalctl) lock=/run/dogwatch-install.lock
    bin=/usr/local/bin/dogwatch share=/usr/local/share/dogwatch units=/usr/local/lib/systemd/system
    conf=/etc/dogwatch state=/var/lib/dogwatch log=/var/log/dogwatch stamps=/var/lib/systemd/timers
    dropins=/etc/systemd/system heal=/var/lib/dogwatch-heal beat=/var/lib/dogwatch-beat
    sysusers=/usr/local/lib/sysusers.d/dogwatch.conf tmpfiles=/usr/local/lib/tmpfiles.d/dogwatch.conf
    UNITS+=(dogwatch-heal.socket dogwatch-heal@.service)
    motd=/etc/update-motd.d/91-dogwatch profile=/etc/profile.d/dogwatch.sh
    metrics=/var/lib/prometheus/node-exporter/dogwatch.prom
    return
  fi
  [[ $EUID -ne 0 ]] || fail "do a user install as root; run it as the user whose gateway it shall watch"
  # Under su or "sudo -u" the variable is missing though the user's manager runs.
  export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$EUID}
  ctl=(systemctl --user) journal=(journalctl --user) lock=$XDG_RUNTIME_DIR/dogwatch-install.lock
  systemctl --user show-environment >/dev/null 2>&1 || fail "reach your user manager: log in as $(id -un) \
(not by su), or have an administrator run: loginctl enable-linger $(id -un)"
  bin=$HOME/.local/bin/dogwatch share=$HOME/.local/share/dogwatch
  units=$(xdg XDG_DATA_HOME .local/share)/systemd/user stamps=$(xdg XDG_DATA_HOME .local/share)/systemd/timers
  conf=$(xdg XDG_CONFIG_HOME .config)/dogwatch state=$(xdg XDG_STATE_HOME .local/state)/dogwatch log='' heal='' beat=''
  dropins=$(xdg XDG_CONFIG_HOME .config)/systemd/user
}

xdg() { # VARIABLE DEFAULT: as the user's manager has it, because that is where the tick will run
  local set_to
  set_to=$(systemctl --user show-environment | sed -n "s/^$1=//p")
  echo "${set_to:-$HOME/$2}"
}

take_lock() {
  exec 9>"$lock"
  flock -n 9 || fail "go on: another install.sh is running"
}

check_host() {
  local version
  [[ -d /run/systemd/system ]] || fail "install: this host was not booted with systemd"
  version=$(systemctl --version | sed -n '1s/^systemd \([0-9]\{1,\}\).*/\1/p')
  [[ ${version:-0} -ge $OLDEST_SYSTEMD ]] || fail "install: this host has systemd ${version:-of an unknown version}, and \
dogwatch needs $OLDEST_SYSTEMD, the first that loads a folder of credentials (LoadCredential=) and tells a failure's \
unit what happened (MONITOR_*). Debian 12, Ubuntu 24.04 and RHEL 9 have it"
  [[ $scope == user ]] || check_users
}

check_users() { # a person's account of that name would become the watcher: whoever logs in there could speak to the helper
  local user uid
  for user in "${USERS[@]}"; do
    uid=$(id -u "$user" 2>/dev/null) || continue
    [[ $uid -gt 0 && $uid -lt 1000 ]] || fail "install: there is a user \"$user\" with uid $uid, and dogwatch needs that \
name for a system user of its own (uid below 1000)"
  done
}

check_release() {
  local part
  [[ -f $here/dist/dogwatch ]] || fail "find \"$here/dist/dogwatch\"; in a clone, build it first as yourself: npm start"
  for part in units conf/dogwatch.yaml conf/login-notice conf/prometheus conf/grafana heal-recipes; do
    [[ -e $here/$part ]] || fail "find \"$here/$part\"; unpack the whole release"
  done
  version=$("$here/dist/dogwatch" --version) || fail "run \"$here/dist/dogwatch\"; is it the release for $(uname -m), \
and may programs run from this folder (mount option noexec)?"
}

put() { # SOURCE DESTINATION MODE: whoever reads it sees the old file or the new one, never half of one
  local temporary=${2%/*}/.${2##*/}.new
  mkdir -p "${2%/*}"
  install -m "$3" "$1" "$temporary"
  sync "$temporary"
  mv -f "$temporary" "$2"
}

put_tree() { # SOURCE DESTINATION: the same files there as here; what an older release left goes last
  local file
  mkdir -p "$2"
  while IFS= read -r file; do put "$1/$file" "$2/$file" 0644; done < <(cd "$1" && find . -type f -printf '%P\n')
  while IFS= read -r file; do [[ -e $1/$file ]] || rm -f "$2/$file"; done < <(cd "$2" && find . -type f -printf '%P\n')
}

put_files() {
  local unit from=$here/units
  [[ $scope == system ]] || from=$here/units/user
  put "$here/dist/dogwatch" "$bin" 0755
  put_tree "$here/heal-recipes" "$share/heal-recipes"
  put "$here/conf/dogwatch.yaml" "$share/dogwatch.yaml" 0644
  put_tree "$here/conf/prometheus" "$share/prometheus"
  put_tree "$here/conf/grafana" "$share/grafana"
  # What cards lead to, and a schema for editors; a folder without docs installs as well.
  [[ ! -d $here/docs ]] || put_tree "$here/docs" "$share/docs"
  [[ ! -e $here/docs/dogwatch.schema.json ]] || put "$here/docs/dogwatch.schema.json" "$share/dogwatch.schema.json" 0644
  for unit in "${UNITS[@]}"; do put "$from/$unit" "$units/$unit" 0644; done
  make_folders
  # Yours from the first day on: an upgrade never writes it. The shipped one lies in $share for comparison.
  [[ -e $conf/dogwatch.yaml ]] || put "$here/conf/dogwatch.yaml" "$conf/dogwatch.yaml" 0644
}

make_folders() {
  if [[ $scope == system ]]; then
    put "$here/units/sysusers.d/dogwatch.conf" "$sysusers" 0644
    systemd-sysusers "$sysusers"
    put "$here/units/tmpfiles.d/dogwatch.conf" "$tmpfiles" 0644
    systemd-tmpfiles --create "$tmpfiles"
    mend_owners
  else
    mkdir -p "$conf/heal-recipes"
    install -d -m 0700 "$conf/credentials" "$state" "$state/log"
  fi
}

# What a root-run release, or a command by root's hand, left behind. The folder is the watcher's, so whatever lies in it may be
# planted: it is closed first, folder by folder, so that nothing can be swapped meanwhile, and no link is followed.
mend_owners() {
  local old=$state/heal.json
  find "$state/" -xdev -type d -exec chown root:root {} \; -exec chmod 0700 {} \;
  # Attempts and budgets are root's since the helper keeps them. Only root's own file is believed, never one of the watcher's.
  if [[ ! -e $heal/heal.json && ! -L $old && -f $old && $(stat -c '%u %h' "$old") == "0 1" ]]; then
    put "$old" "$heal/heal.json" 0640
    chown root:dogwatch "$heal/heal.json"
    rm -f "$old"
  fi
  # A second name of a file elsewhere: to give it away here would give it away there.
  find "$state/" -xdev ! -type d -links +1 -delete
  find "$state/" -xdev ! -type d -exec chown -h dogwatch:dogwatch {} +
  find "$state/" -xdev -depth -type d -exec chown dogwatch:dogwatch {} \; -exec chmod 0750 {} \;
  find "$log/" -xdev -maxdepth 1 -type f -name 'heal*.jsonl*' -exec chown -h root:adm {} + -exec chmod 0640 {} +
}

is_ticking() {
  case $("${ctl[@]}" show -P ActiveState dogwatch.service) in activating | deactivating) return 0 ;; esac
  local inode
  inode=$(stat -c %i "$state/tick.lock" 2>/dev/null) && grep -qs ":$inode " /proc/locks # one by hand
}

# No tick may write, or heal, while owners change and heal.json moves. start_ticker lets the next one come.
let_tick_end() {
  [[ $scope == system ]] || return 0
  local was=dogwatch.timer
  ! "${ctl[@]}" --quiet is-active dogwatch-daemon.service || was=dogwatch-daemon.service
  "${ctl[@]}" stop dogwatch.timer dogwatch-daemon.service 2>/dev/null || true # unknown before the first install
  for _ in {1..195}; do
    is_ticking || return 0
    sleep 1
  done
  "${ctl[@]}" start "$was"
  fail "go on: the tick that runs does not end; see: ${journal[*]} -t dogwatch -n 20"
}

# The new version judges the config before anything is touched: where it refuses, the old one goes on as it was.
check_config() {
  local file=$conf/dogwatch.yaml
  [[ -e $file ]] || file=$here/conf/dogwatch.yaml
  "$here/dist/dogwatch" validate "$file" && return
  echo "install.sh: nothing was changed; the timer is $("${ctl[@]}" is-active dogwatch.timer || true), the daemon is \
$("${ctl[@]}" is-active dogwatch-daemon.service || true)" >&2
  [[ ! -e $file.last-good ]] || echo "install.sh: the last config that was valid: $file.last-good" >&2
  fail "go on with an invalid config: mend \"$file\", then run the same command again" 78
}

keep_good_config() {
  local file=$conf/dogwatch.yaml
  put "$file" "$file.last-good" "$(stat -c %a "$file")"
}

# Where the units may speak to, made from the config; see "dogwatch egress".
write_filter() {
  [[ $scope == system ]] || return 0
  "$bin" egress --systemd --write || fail "write the IP filter of the units"
}

start_socket() {
  [[ $scope == system ]] || return 0
  if [[ $("${ctl[@]}" is-enabled dogwatch-heal.socket 2>/dev/null) == masked* ]]; then
    echo "dogwatch-heal.socket is masked, so nothing will be healed until: ${ctl[*]} unmask dogwatch-heal.socket"
    return
  fi
  "${ctl[@]}" --quiet enable dogwatch-heal.socket
  "${ctl[@]}" restart dogwatch-heal.socket
}

# Opt-in, and remembered by the file itself. pam_motd(8) of Debian and Ubuntu runs what lies in update-motd.d; elsewhere login shells read profile.d.
put_notice() {
  [[ $scope == system ]] || return 0
  [[ $notice != keep || -e $motd || -e $profile ]] || return 0
  if [[ $notice == remove ]]; then
    remove_notice
  elif [[ -d ${motd%/*} ]]; then
    put "$here/conf/login-notice/motd" "$motd" 0755
    rm -f "$profile"
  else
    put "$here/conf/login-notice/profile.sh" "$profile" 0644
  fi
}

remove_notice() {
  [[ $scope == user ]] || rm -f "$motd" "${motd%/*}/.91-dogwatch.new" "$profile" "${profile%/*}/.dogwatch.sh.new"
}

is_our_link() { [[ -L $metrics && $(readlink "$metrics") == "$state/dogwatch.prom" ]]; }

# Where node_exporter has its textfile folder, as Debian and Ubuntu do. What somebody else put there under that name stays.
link_metrics() {
  [[ $scope == system && -d ${metrics%/*} ]] || return 0
  if is_our_link; then return; fi
  if [[ -e $metrics || -L $metrics ]]; then
    echo "$metrics is not ours and was left as it is: node_exporter won't see the metrics in $state/dogwatch.prom"
    return
  fi
  ln -sT "$state/dogwatch.prom" "$metrics" || echo "$metrics cannot be made: node_exporter won't see the metrics"
}

unlink_metrics() { [[ $scope == user ]] || ! is_our_link || rm -f "$metrics"; }

# The exporter's user has to look into the watcher's folder, which only its group may: tried as that user, not guessed.
say_metrics() {
  [[ $scope == system ]] && is_our_link || return 0
  local user
  user=$(systemctl show -P User prometheus-node-exporter.service 2>/dev/null) || true
  user=${user:-prometheus}
  if ! id -u "$user" >/dev/null 2>&1 || runuser -u "$user" -- test -r "$metrics"; then return; fi
  echo "  metrics for Prometheus: sudo usermod -aG dogwatch $user; sudo systemctl restart prometheus-node-exporter"
}

# An auditor's whole trust in the seals rests on this one line, so it is said at each install, not only at the first.
say_key() {
  local key hint=''
  [[ $scope == system ]] || hint=$'\n  (in a user install everything you run could have read its secret half)'
  key=$("$bin" log key 2>/dev/null) || return 0 # not with a log that can't be sealed: the tick says so
  cat <<KEY
The first public key of this host's heal log. Keep it, with the date, where this
host's root can't reach it:
  $key$hint
  with it an auditor asks: dogwatch log verify --key $key
KEY
}

# The config says whether there is a page; then its place becomes a link to where the watcher may write.
link_report() {
  [[ $scope == system ]] && grep -qs '^report:' "$conf/dogwatch.yaml" || return 0
  "$bin" report --link || echo "the link for the report was not made; try again later: sudo dogwatch report --link"
}

unlink_report() {
  local page
  page=$(sed -n 's/^report:[[:space:]]*\([^[:space:]#]*\).*/\1/p' "$conf/dogwatch.yaml" 2>/dev/null | tr -d "\"'") || true
  [[ $scope == user || ! -L $page || $(readlink "$page") != "$state/report.html" ]] || rm -f "$page"
}

other_ticker() { if [[ $ticker == dogwatch.timer ]]; then echo dogwatch-daemon.service; else echo dogwatch.timer; fi; }

# Without --daemon and --timer what ticks stays what it is.
choose_ticker() {
  [[ $ticker == keep ]] || return 0
  ticker=dogwatch.timer
  [[ $("${ctl[@]}" is-enabled dogwatch-daemon.service 2>/dev/null) != enabled ]] || ticker=dogwatch-daemon.service
}

start_ticker() {
  if [[ $("${ctl[@]}" is-enabled "$ticker" 2>/dev/null) == masked* ]]; then
    echo "$ticker is masked, so nothing will run until: ${ctl[*]} unmask $ticker"
    return
  fi
  "${ctl[@]}" --quiet disable --now "$(other_ticker)" 2>/dev/null || true # masked, perhaps
  "${ctl[@]}" reset-failed "$(other_ticker)" 2>/dev/null || true
  "${ctl[@]}" --quiet enable "$ticker"
  "${ctl[@]}" restart "$ticker" # not "start": a user's daemon still runs the old program
}

first_tick() { # at once, so that you see it work; when something is red, it does what it would do five minutes later
  echo "First look (when something has to be healed, this can take three minutes) ..."
  look_once || {
    "$bin" status --brief >&2 || true # what ails it, and the command that leads on
    fail "end the first look: $version is installed, $ticker runs, but the watchdog itself is ill. See: \
${journal[*]} -t dogwatch -n 20"
  }
  "$bin" status || true # its exit status is the colour
}

look_once() { # a daemon looks by itself as soon as it runs
  local text
  if ! "${ctl[@]}" --quiet is-active dogwatch-daemon.service; then
    "${ctl[@]}" start dogwatch.service
    return
  fi
  for _ in {1..195}; do
    text=$("${ctl[@]}" show -P StatusText dogwatch-daemon.service)
    case $text in '' | "the first look"*) sleep 1 ;; *"is ill"*) return 1 ;; *) return 0 ;; esac
  done
  return 1
}

say_next() {
  local sudo=''
  [[ $scope == user ]] || sudo='sudo '
  echo "$version is installed and looks every five minutes, by $ticker. Next:"
  cat <<NEXT
  edit the config:        $conf/dogwatch.yaml, then: dogwatch validate
  or have it written:     move that file away, then: ${sudo}dogwatch init
  try the chat:           ${sudo}dogwatch chat test
  when it looks next:     ${ctl[*]} $([[ $ticker == dogwatch.timer ]] && echo list-timers || echo status) $ticker
  what it saw and did:    ${journal[*]} -t dogwatch
NEXT
  if [[ $scope == system ]]; then
    cat <<GROUPS
  trouble at each login:  sudo ./install.sh --login-notice
  after a new address:    sudo dogwatch egress --systemd --write
  who may see the status: sudo usermod -aG dogwatch OPERATOR
  who may read the log:   sudo usermod -aG adm AUDITOR
GROUPS
    say_metrics
    return
  fi
  cat <<LIMITS
What does not hold in a user install: no IP filter and no file-system wall around
dogwatch, and a heal log that everything you run can rewrite (the heads in the
chat are the proof there). Only your own units and processes can be healed.
LIMITS
  [[ -e /var/lib/systemd/linger/$(id -un) ]] || echo "It stops when you log out; to go on: sudo loginctl enable-linger $(id -un)"
  case :$PATH: in *:"${bin%/*}":*) ;; *) echo "${bin%/*} is not in your PATH" ;; esac
}

do_install() {
  check_host
  check_release
  take_lock
  check_config
  let_tick_end
  put_files
  keep_good_config
  write_filter
  put_notice
  link_metrics
  "${ctl[@]}" daemon-reload
  start_socket
  choose_ticker
  start_ticker
  link_report
  first_tick
  say_next
  say_key
}

do_uninstall() {
  local unit folder
  take_lock
  for unit in dogwatch.timer dogwatch-daemon.service dogwatch-heal.socket; do # unknown after half an install, or to a user's manager
    "${ctl[@]}" --quiet disable --now "$unit" 2>/dev/null || true
  done
  # "@*": the helpers that run now, not their template.
  "${ctl[@]}" stop "${UNITS[@]/@.service/@*.service}" 2>/dev/null || true
  "${ctl[@]}" reset-failed "${UNITS[@]/@.service/@*.service}" 2>/dev/null || true
  for unit in "${UNITS[@]}"; do
    rm -f "$units/$unit" "$units/.$unit.new"
    rm -rf "$units/$unit.d" # generated; yours are in $dropins
  done
  [[ $scope == user ]] || rm -f "$sysusers" "$tmpfiles" "${sysusers%/*}/.dogwatch.conf.new" "${tmpfiles%/*}/.dogwatch.conf.new"
  remove_notice
  unlink_metrics
  unlink_report
  rm -rf "$share"
  rm -f "$bin" "${bin%/*}/.dogwatch.new" "$stamps/stamp-dogwatch.timer"
  "${ctl[@]}" daemon-reload
  if [[ $purge == true ]]; then
    rm -rf "$conf" "$state" ${log:+"$log" "$heal" "$beat"}
    for unit in "${UNITS[@]}"; do rm -rf "$dropins/$unit.d"; done
    echo "dogwatch is gone, with its config, credentials, state and heal log."
    [[ $scope == user ]] || echo "Its system users stay, so that nobody else gets their ids; to remove them: sudo userdel dogwatch; sudo userdel dogwatch-probe"
    return
  fi
  echo "dogwatch is gone. Kept, for --purge or for the next install:"
  for folder in "$conf" "$state" ${log:+"$log" "$heal" "$beat"}; do [[ ! -d $folder ]] || echo "  $folder"; done
}

read_arguments "$@"
set_paths "$@"
"do_$action"
