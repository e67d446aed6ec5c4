# shellcheck shell=bash
# Sourced by the trials: runs playbooks on the machines of tests/containers, and looks at them.
# $here is the directory of the trials.
root=$(cd "$here/../.." && pwd)
work=$root/target/ansible
label=${DROVER_CONTAINERS_LABEL:-drover-ansible}
subnet=${DROVER_CONTAINERS_SUBNET:-172.29.5}
commands=0

fail() {
    echo "FAILED $*" >&2
    exit 1
}

# step NAME COMMAND...: runs it, prints how long it took and what each host changed; its log is in target/ansible
step() {
    local name=$1 from=$SECONDS
    shift
    commands=$((commands + 1))
    if ! "$@" >"$work/$name.log" 2>&1; then
        tail -n 60 "$work/$name.log" >&2
        echo "FAILED $name after $((SECONDS - from)) s: $*" >&2
        return 1
    fi
    printf '%-14s %4s s  %s\n' "$name" $((SECONDS - from)) "$(sed -n '/^PLAY RECAP/,/^$/s/^\([^ ]*\) *: ok=\([0-9]*\) *changed=\([0-9]*\).*/\1 \2 ok \3 changed;/p' "$work/$name.log" | tr '\n' ' ')"
}

# run PLAYBOOK …
run() { "$here/containers" run "playbooks/$1" "${@:2}"; }

# on MACHINE COMMAND...
on() { docker exec -i "$label-$1" "${@:2}"; }

# expect WHAT IS SHOULD-BE
expect() {
    [ "$2" = "$3" ] || fail "$1: $2, expected $3"
    echo "ok: $1"
}

# refused NAME WORD COMMAND...: it fails, says WORD, and has changed nothing
refused() {
    local name=$1 word=$2
    shift 2
    if "$@" >"$work/$name.log" 2>&1; then fail "$name was not refused"; fi
    # the text is folded in YAML's way
    tr -s ' \n' ' ' <"$work/$name.log" | grep -qF "$word" || { tail -n 30 "$work/$name.log" && fail "$name does not say '$word'"; }
    if grep -qE 'changed=[1-9]' "$work/$name.log"; then fail "$name has changed something"; fi
    echo "ok: refused $name: $word"
}

# fingerprint MACHINE: a hash of its packages, users, units, and of all files but data, logs and caches
fingerprint() {
    on "$1" sh -c '{ dpkg-query -W; getent passwd; systemctl list-unit-files --no-legend; systemctl list-units --no-legend --state=active \
            --type=service --plain | sort | cut -d" " -f1
        find /etc /usr /opt /var/lib -xdev \( -path /var/lib/apt -o -path /var/lib/systemd -o -path /var/lib/postgresql -o -path /var/lib/zookeeper \
            -o -path "/var/lib/drover" -o -path /var/lib/ucf -o -name __pycache__ \) -prune -o \( -type f -o -type l \) -printf "%p %s %m %u %T@\n" | sort
        } | sha256sum'
}

# The package once more, with a higher version; prints its path.
newer_package() {
    local directory=$work/newer deb
    rm -rf "$directory"
    mkdir -p "$directory"
    for deb in "$root"/package/target/drover_*_all.deb; do dpkg-deb -R "$deb" "$directory/drover"; done
    sed -i 's/^\(Version: .*\)$/\1+1/' "$directory/drover/DEBIAN/control"
    dpkg-deb --root-owner-group -Zgzip -b "$directory/drover" "$directory/drover_next_all.deb" >/dev/null
    rm -rf "$directory/drover"
    echo "$directory/drover_next_all.deb"
}
