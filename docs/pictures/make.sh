#!/bin/sh
# Takes the pictures of the documentation anew: make pictures.
# usage: make.sh PODIUM FOLDER
set -eu
podium=$1 out=$2
state=$(mktemp -d) work=$(mktemp -d)
trap '"$podium" host stop --state-dir "$state" >/dev/null; rm -rf "$state" "$work"' EXIT

# shot NAME FLAG...: one picture for each theme.
shot() {
	name=$1
	shift
	for theme in dark light; do
		rm -rf "$state/drafts" # of the theme before, which would be offered first
		"$podium" screenshot --theme "$theme" --title "podium: $name" --out "$out/$name-$theme.svg" "$@"
	done
}
fake() { shot "$@" -- --engine fake --pods 20; }
host() { shot "$@" -- --state-dir "$state"; }

fake list --rows 24 --wait live
fake inspect --rows 28 --wait live --keys "down down enter" --wait Containers
fake delete --rows 24 --wait live --keys "down ctrl-d" --wait Cancel

# The other themes, each on the background that it is for, and ASCII mode.
looks() {
	"$podium" screenshot --theme "$2" --title "podium --theme $1" --out "$out/theme-$1.svg" --cols 80 --rows 14 --wait live \
		--keys "space down down" -- --engine fake --pods 9 --theme "$1"
}
looks midnight dark
looks paper light
looks contrast dark
looks terminal-16 dark
"$podium" screenshot --title "podium --ascii" --out "$out/ascii.svg" --cols 80 --rows 14 --wait live --keys "? down" \
	--wait "keys that work" -- --engine fake --pods 9 --ascii

# The first start explains itself, which is not what these are about.
"$podium" screenshot --wait "samples are there" --keys esc --gone "samples are there" -- --engine host --state-dir "$state" >/dev/null

host editor --rows 22 --wait counter --keys n --wait minimal --keys enter --wait "kind: Pod" \
	--keys "down down down down down down end enter" --type "restartPolcy: Always\nact" --wait activeDeadlineSeconds --wait "2 errors"
host command --rows 14 --wait counter --keys x --wait '$ ' --wait "enter run" \
	--type 'for i in 1 2 3; do echo "step $i of 3"; done; echo "disk is 91% full" >&2; exit 3\n' --wait "exit 3 ·"

cat >"$work/vimrc" <<'VIM'
set nocompatible encoding=utf-8 laststatus=2 ruler number showcmd noswapfile viminfo=
set statusline=\ %f\ %=%l:%c\ 
syntax on
VIM
cat >"$work/count.py" <<'PYTHON'
#!/usr/bin/env python3
"""Count the words of standard input."""

import sys
from collections import Counter


def count(lines):
    words = Counter()
    for line in lines:
        words.update(line.split())
    return words


if __name__ == "__main__":
    # The ten most common ones.
    for word, n in count(sys.stdin).most_common(10):
        print(f"{n:6d}  {word}")
PYTHON
host shell-vim --rows 26 --wait counter --keys s --wait "shell in" \
	--type "cd $work; exec vim -u vimrc -c 'call cursor(10, 5)' count.py\n" --wait "10:5"

# What htop lists are processes of its own shell, and nothing of this machine.
cat >"$work/rc" <<'RC'
PS1='$ '
for n in 101 102 103 104 105 106 107 108 109; do sleep $n & done 2>/dev/null
procs() { htop -d 20 -p "$(jobs -p | paste -sd,)"; }
RC
inside="cd $work; . ./rc; clear\n"
host shell-htop --rows 24 --wait counter --keys s --wait "shell in" --type "$inside" --gone "clear" --type "procs\n" --wait "sleep 109"
host shell-yes --rows 24 --wait counter --keys s --wait "shell in" --type "exec yes 'the quick brown fox ju''mps over the lazy dog'\n" --wait "jumps over"
host panes --rows 30 --cols 120 --wait counter --keys s --wait "shell in" --type "$inside" --gone clear \
	--type "vim -u vimrc -c 'call cursor(10, 5)' count.py\n" --wait "10:5" \
	--keys "ctrl-g |" --wait "@" --type "$inside" --gone clear --type "procs\n" --wait "Uptime" --wait PID \
	--keys "ctrl-g -" --wait "@" --type "$inside" --gone clear --type "ls -l\n" --wait "total"
