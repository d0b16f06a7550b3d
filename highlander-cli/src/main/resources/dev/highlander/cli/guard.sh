# The guard of a command: the last to die of what highlander starts. It reads orders from standard input, a line each,
# and tells on standard output what it did; when the input ends without "done", or the time comes that it was given and
# not given anew, it kills whatever carries the cookie in its environment, and whatever is in the command's control group
# or process id namespace where it has one, until nothing is left.
#
# It writes no file, so that it can do with a file system that is read-only.
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

# Sets children to those of $1. Where the kernel lists them that takes no other process, each of which costs time.
find_children() {
  children=
  if [ -e "/proc/$$/task/$$/children" ]; then
    set +f
    for children_list in /proc/"$1"/task/*/children; do
      children_more=
      read -r children_more <"$children_list"
      children="$children $children_more"
    done
    set -f
  else
    set +f
    children=$(cat /proc/[0-9]*/stat | awk -v root="$1" '{ pid = $1; sub(/^.*\) /, ""); if ($2 == root) print pid }')
    set -f
  fi
}

# Adds $1, and what it has started and not left alone, to tree; parents first.
add_tree() {
  tree="$tree $1"
  find_children "$1"
  for tree_child in $children; do
    add_tree "$tree_child"
  done
}

populated() {
  while read -r populated_word populated_value; do
    if [ "$populated_word" = populated ]; then
      [ "$populated_value" = 1 ]
      return
    fi
  done <"$group/cgroup.events"
  return 1
}

# The wrapper is in the group for the moment in which it starts the command, and is not meant.
kill_group() {
  if [ -z "$group" ] || ! populated; then
    return 1
  fi
  if grep -qx "$wrapper" "$group/cgroup.procs"; then
    echo "$wrapper" >"${group%/*}/cgroup.procs"
  fi
  echo 1 >"$group/cgroup.kill"
}

remove_group() {
  if [ -n "$group" ] && [ -d "$group" ] && ! rmdir "$group"; then
    find "$group" -depth -type d -exec rmdir '{}' ';' # with groups of the command's own
  fi
}

# A namespace is empty when its first process is gone: it is the last.
await_first() {
  while read -r first_pid first_rest <"/proc/$1/stat"; do
    case ${first_rest##*) } in
    [ZX]*) return ;;
    esac
    nap 1
  done
}

# What descends from the command, whatever its environment: as long as its parents live, so only once. In a namespace its
# child is the first process, whose end is to be waited for.
kill_tree() {
  if [ -n "$namespace" ]; then
    find_children "$command"
    first=$children
  fi
  tree=
  add_tree "$command"
  kill -KILL $tree
}

# Again after an empty pass: what is about to replace its program shows no environment for a moment.
sweep() {
  first=
  if [ -n "$command" ]; then
    kill_tree
    command=
  fi
  kill_group
  sweep_empty=0
  sweep_passes=0
  while [ $sweep_empty -lt 3 ]; do
    sweep_pids=
    for sweep_found in $(carriers); do
      sweep_found=${sweep_found#/proc/}
      sweep_pids="$sweep_pids ${sweep_found%/environ}"
    done
    if [ -n "$sweep_pids" ]; then
      kill -KILL $sweep_pids
    fi
    if kill_group || [ -n "$sweep_pids" ]; then
      sweep_empty=0
      sweep_passes=$((sweep_passes + 1))
      if [ $sweep_passes -gt 20 ]; then
        nap 5
      fi
    else
      sweep_empty=$((sweep_empty + 1))
    fi
  done
  for sweep_first in $first; do
    await_first "$sweep_first"
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

due='' timer='' command='' starting='' group='' wrapper='' namespace=''
read -r cookie || exit 0
while read -r word value; do
  case $word in
  done)
    disarm
    remove_group
    exit 0
    ;;
  group)
    wrapper=${value%% *}
    group=${value#* }
    ;;
  namespace) namespace=yes ;;
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
remove_group
