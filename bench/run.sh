#!/bin/sh
# run.sh BIN: the bench. Starts an nginx of its own on a loopback port, from a
# temporary folder, and leaves nothing behind. BIN holds the reference programs.

set -eu

bin=$1
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin # where Debian keeps nginx, and not in every user's PATH
LUA_PATH="lua/?.lua;lua/?/init.lua;simulator/lua/?.lua;simulator/lua/?/init.lua;bench/?.lua;${LUA_PATH:-;}"
LUA_CPATH="build/?.so;${LUA_CPATH:-;}"
export PATH LUA_PATH LUA_CPATH

work=$(mktemp -d "${TMPDIR:-/tmp}/m365restore-bench.XXXXXX")
nginx_pid=
bench_pid=

stop() {
  if [ -n "$1" ]; then
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
  fi
}

finish() {
  status=$?
  trap '' INT TERM HUP
  stop "$bench_pid"
  stop "$nginx_pid"
  rm -rf "$work"
  exit "$status"
}

trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# nginx writes its pid file once it holds the port, and ends when it cannot.
start_nginx() {
  port=$(shuf -n 1 -i 20000-32000)
  sed "s/@PORT@/$port/" bench/nginx.conf > "$work/nginx.conf"
  nginx -e stderr -p "$work/" -c nginx.conf &
  nginx_pid=$!
  while [ ! -s "$work/nginx.pid" ]; do
    kill -0 "$nginx_pid" 2>/dev/null || return 1
    sleep 0.05
  done
}

# In the background, because a shell runs its traps only between commands and
# during wait.
measure() {
  "${LUA:-lua5.4}" "$@" &
  bench_pid=$!
  wait "$bench_pid"
  bench_pid=
}

mkdir "$work/pages"
chmod 755 "$work" # an nginx started by root serves as another user
start_nginx || start_nginx || start_nginx
measure bench/corpus.lua "$work" "http://127.0.0.1:$port"
measure bench/bench.lua "http://127.0.0.1:$port" "$bin"
