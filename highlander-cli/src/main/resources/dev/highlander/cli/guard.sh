# The guard of a command: the last to die of what highlander starts. It reads orders from standard input, a line each,
# and tells on standard output what it did; when the input ends without "done", or the time comes that it was given and
# not given anew, it kills whatever carries the cookie in its environment, until nothing is left.
#
# POSIX, and of the tools: grep -z, sleep with fractions, and awk if there is one. Times are hundredths of a second of
# /proc/uptime, a clock that goes on while the machine is suspended.
trap '' HUP INT QUIT TERM TSTP TTIN TTOU PIPE ALRM USR1 USR2
cd /
set -f

now() {
  read -r now now_idle </proc/uptime
  now=${now%.*}${now#*.}
  while :; do
    case $now in
    0?*) now=${now#0} ;;
    *) break ;;
    esac
  done
}

# Sleeps for $1 hundredths of a second.
nap() {
  nap_rest=0$(($1 % 100))
  sleep "$(($1 / 100)).${nap_rest#"${nap_rest%??}"}" >/dev/null
}

carriers() {
  set +f
  grep -lzF -e "$cookie" /proc/[0-9]*/environ
  set -f
}

# What the command has started and not left alone, whatever its environment.
descendants() {
  set +f
  cat /proc/[0-9]*/stat | awk -v root="$command" '
    { pid = $1; sub(/^.*\) /, ""); parent[pid] = $2 }
    END {
      found[root] = 1
      do {
        more = 0
        for (pid in parent) if (!(pid in found) && (parent[pid] in found)) { found[pid] = 1; more = 1; print pid }
      } while (more)
    }'
  set -f
}

# At first also what has put off its environment, as long as it can be found: before its parents are dead.
suspects() {
  carriers &
  if [ -n "$command" ]; then
    echo "$command"
    descendants
  fi
  wait
}

# Again after an empty pass: what is about to replace its program shows no environment for a moment.
sweep() {
  sweep_empty=0
  sweep_passes=0
  while [ $sweep_empty -lt 3 ]; do
    sweep_pids=
    for sweep_found in $(suspects); do
      sweep_found=${sweep_found#/proc/}
      sweep_pids="$sweep_pids ${sweep_found%/environ}"
    done
    command=
    if [ -n "$sweep_pids" ]; then
      sweep_empty=0
      kill -KILL $sweep_pids
      sweep_passes=$((sweep_passes + 1))
      if [ $sweep_passes -gt 20 ]; then
        nap 5
      fi
    else
      sweep_empty=$((sweep_empty + 1))
    fi
  done
}

disarm() {
  if [ -n "$timer" ]; then
    kill -KILL "$timer"
    wait "$timer"
    timer=
  fi
}

# The naps are short, since they stand still while the machine is suspended.
arm() {
  disarm
  due=$1
  (
    while
      now
      [ "$now" -lt "$due" ]
    do
      rest=$((due - now))
      nap $((rest < 200 ? rest : 200))
    done
    echo expired
    sweep
  ) &
  timer=$!
}

cookie=$MARK
case $(grep -lzF -e "$cookie" /proc/$$/environ) in
/proc/*) ;;
*)
  echo "unable grep -z finds nothing in /proc/*/environ"
  exit 0
  ;;
esac
if ! nap 1; then
  echo "unable sleep takes no fractions of a second"
  exit 0
fi
echo able

due='' timer='' command='' starting=''
read -r cookie || exit 0
while read -r word value; do
  case $word in
  done)
    disarm
    exit 0
    ;;
  starting) starting=yes ;;
  started)
    starting=
    command=$value
    ;;
  ended) command= ;;
  esac
  if [ -n "$due" ] && now && [ "$now" -ge "$due" ]; then
    sweep # it was frozen, and goes on: too late
  elif [ "$word" = until ]; then
    arm "$value"
  elif [ -n "$due" ]; then
    arm "$due" # the timer has to know of the command, too
  fi
done

sweep
if [ -n "$starting" ]; then
  # A program about to be started is not seen until it is.
  now
  end=$((now + 200))
  while [ "$now" -lt $end ]; do
    nap 2
    sweep
    now
  done
fi
disarm
