# shellcheck shell=sh
# Put here by dogwatch's "install.sh --login-notice", removed by "--no-login-notice". One line at login while something is wrong, else nothing.
# It never breaks a login and never holds one up: two seconds at most, and no failure counts. A shell that no person sits at is left alone:
# its output may be a program's input. Whoever isn't in the group "dogwatch" reads nothing.
case $- in
  *i*)
    if [ -t 1 ] && [ -x /usr/local/bin/dogwatch ]; then
      timeout -k 1 1 /usr/local/bin/dogwatch status --brief 2>/dev/null </dev/null || :
    fi
    ;;
esac
