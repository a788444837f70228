#!/bin/bash
# The watchdog that a good sysadmin writes: one ps for all processes, one curl per address, told only when something changed.
# DIR/processes holds a pattern a line (matched against the whole command line), DIR/urls an address a line.
# With a second argument "once" all addresses go to one curl: the cheapest that a script can be.
set -u
dir=$1 how=${2:-each} bad=()

# Zombies and stopped processes don't count.
alive=$(ps -eo stat=,args= | awk '$1 !~ /^[ZTt]/ { sub(/^[^ ]+ +/, ""); print }')
while IFS= read -r pattern; do
  [[ $'\n'$alive$'\n' =~ $'\n'${pattern}$'\n' ]] || bad+=("process $pattern")
done <"$dir/processes"

if [[ $how == once ]]; then
  mapfile -t urls <"$dir/urls"
  live=$(curl --silent --fail --max-time 5 "${urls[@]}" | grep -o '"status":"live"' | wc -l)
  [[ $live -eq ${#urls[@]} ]] || bad+=("$((${#urls[@]} - live)) addresses")
else
  while IFS= read -r url; do
    body=$(curl --silent --fail --max-time 5 "$url") && [[ $body == *'"status":"live"'* ]] || bad+=("$url")
  done <"$dir/urls"
fi

now=${bad[*]:-green}
before=$(<"$dir/last") 2>/dev/null || before=
if [[ $now != "$before" ]]; then
  printf '%s' "$now" >"$dir/last"
  echo "$(date -u +%FT%TZ) $(hostname): $now"
fi
