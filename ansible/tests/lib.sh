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
    printf '%-14s %4s s  %s\n' "$name" $((SECONDS - from)) "$(! grep -q '^PLAY RECAP' "$work/$name.log" || recap "$name" | sed 's/\(.*\) \(.*\) \(.*\)/\1 \2 ok \3 changed;/' | xargs -d '\n')"
}

# run PLAYBOOK …
run() { "$here/containers" run "playbooks/$1" "${@:2}"; }

# on MACHINE COMMAND...; psql there means the server at 5432, whatever clusters the distribution knows
on() { docker exec -i -e PGPORT=5432 "$label-$1" "${@:2}"; }

# expect WHAT IS SHOULD-BE
expect() {
    [ "$2" = "$3" ] || fail "$1: $2, expected $3"
    echo "ok: $1"
}

# recap LOG: HOST OK CHANGED for each host of that run; ends the trial when it says of no host, or of one not in this way, what was done
recap() {
    local lines
    lines=$(sed -n '/^PLAY RECAP/,/^$/p' "$work/$1.log" | sed '1d;/^$/d')
    [ -n "$lines" ] || { echo "FAILED $1 has no recap: $work/$1.log" >&2 && kill -TERM $$; }
    if grep -vE '^[^ ]+ *: ok=[0-9]+ +changed=[0-9]+ ' <<<"$lines" >&2; then echo "FAILED $1 has a recap of another form" >&2 && kill -TERM $$; fi
    sed 's/^\([^ ]*\) *: ok=\([0-9]*\) *changed=\([0-9]*\).*/\1 \2 \3/' <<<"$lines"
}

# refused NAME WORD COMMAND...: it fails, says WORD, and has changed nothing
refused() {
    local name=$1 word=$2
    shift 2
    if "$@" >"$work/$name.log" 2>&1; then fail "$name was not refused"; fi
    # the text is folded in YAML's way
    tr -s ' \n' ' ' <"$work/$name.log" | grep -qF "$word" || { tail -n 30 "$work/$name.log" && fail "$name does not say '$word'"; }
    if recap "$name" | grep -qv ' 0$'; then fail "$name has changed something: $(recap "$name")"; fi
    echo "ok: refused $name: $word"
}

# Not of what a login starts, or whoever asks polkit.
# on_machine MACHINE: its packages, users, units, of all files in /etc, and of the names, sizes and times of others but data, logs, caches
on_machine() {
    on "$1" sh -c '{ dpkg-query -W; getent passwd; systemctl list-unit-files --no-legend | grep -v " transient "; systemctl list-units --no-legend --state=active \
            --type=service --plain | cut -d" " -f1 | grep -vE "^(user|user-runtime-dir)@|^polkit" | sort
        find /etc -xdev -type f ! -name ld.so.cache -exec sha256sum {} + | sort; find /etc -xdev -printf "%p %m %u %l\n" | sort
        find /usr /opt /var/lib -xdev \( -path /var/lib/apt -o -path /var/lib/systemd -o -path /var/lib/postgresql -o -path /var/lib/zookeeper \
            -o -path /var/lib/drover -o -path /var/lib/ucf -o -name __pycache__ \) -prune -o \( -type f -o -type l \) -printf "%p %s %m %u %T@\n" | sort
        }'
}

# notice: keeps what is on the machines; as_noticed AFTER-WHAT: it is still the same
notice() { for name in a b c; do on_machine "$name" >"$work/noticed-$name"; done; }
as_noticed() {
    for name in a b c; do
        on_machine "$name" | diff "$work/noticed-$name" - || fail "what is on $name after $1 is not what was there before (<), but something else (>)"
    done
    echo "ok: what is on the machines after $1"
}

# drover ARGUMENT...: the command on machine a; $caller_options are more variables of env
caller_options=()
drover() {
    local url=http://$subnet.11:8080
    if on a test -e /etc/drover/tls/ca.crt; then url=https://$subnet.11:8080; fi
    on a env DROVER_CA_FILE=/etc/drover/tls/ca.crt "DROVER_URL=$url" DROVER_TOKEN_FILE=/etc/drover/controller.token "${caller_options[@]}" \
        drover "$@"
}

# as CALLER ARGUMENT...: with the token in /root/CALLER.token of machine a
as() {
    local caller_options=("DROVER_TOKEN_FILE=/root/$1.token")
    drover "${@:2}"
}

# denied WHAT WORD COMMAND...: it fails and says WORD
denied() {
    local what=$1 word=$2 said
    shift 2
    if said=$("$@" 2>&1); then fail "$what was not refused: $said"; fi
    grep -qF -- "$word" <<<"$said" || fail "$what does not say '$word': $said"
    echo "ok: refused $what: $word"
}

# newest_move FIELD: of the newest move
newest_move() { drover moves --json | /usr/bin/python3 -c "import json, sys; print(json.load(sys.stdin)['moves'][0]['$1'])"; }

# serving: the node that serves shard_01
serving() { drover shards --json | /usr/bin/python3 -c "import json, sys; print(json.load(sys.stdin)['shards'][0]['primary']['node'])"; }

# settle: ends the newest move's bake, if there is one, so that the next move may begin
settle() {
    [ "$(newest_move state)" != BAKING ] || drover complete "$(newest_move id)" --end-bake --wait >/dev/null
}

# sum_on NAME: what is in the table, on whichever node; begins with "t" when the node is a standby
sum_on() {
    on "$1" runuser -u postgres -- psql -XAtq -p 5432 -d app -c "SELECT pg_is_in_recovery(), count(*), sum(hashtext(text)) FROM item"
}

# started_on NAME: when its PostgreSQL server was started
started_on() { on "$1" runuser -u postgres -- psql -XAtq -p 5432 -c 'SELECT pg_postmaster_start_time()'; }

# joins MACHINE PORT DIRECTORY NAME: shakes hands there as the server that has this certificate; with TLS 1.2 that has ended only when the other
# side has looked at it
joins() {
    on a timeout 10 openssl s_client -tls1_2 -brief -connect "$(address "$1"):$2" \
        -cert "$3/$4.crt" -key "$3/$4.key" </dev/null 2>&1 | tee "$work/said" | grep 'CONNECTION ESTABLISHED' || { cat "$work/said" && false; }
}

# leading: the machine whose ZooKeeper server leads, and so listens for followers
leading() {
    local name listening=()
    for name in a b c; do [ -z "$(on "$name" ss -Hltn 'sport = :2888')" ] || listening+=("$name"); done
    [ "${#listening[@]}" = 1 ] || fail "not one server listens for followers: '${listening[*]}'"
    echo "${listening[0]}"
}

# address MACHINE
address() { echo "$subnet.$((11 + $(printf '%d' "'$1") - 97))"; }

# unchanged LOG: every host of that run says that nothing was changed
unchanged() { expect "hosts that $1 changed" "$(recap "$1" | grep -cv ' 0$')" 0; }

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
