# bash -s QUERY: every PostgreSQL server that runs here, wherever its data lies, a line each: port|started|socket|data|what it answers to the query,
# which is empty when it does not answer. Without a query nobody is asked.
query=$1
# the working directory of a server's processes is its data directory
for process in /proc/[0-9]*; do
    { read -r name <"$process/comm"; } 2>/dev/null && [ "$name" = postgres ] && readlink "$process/cwd"
done | sort -u | while IFS= read -r directory; do
    { { read -r pid && read -r data && read -r started && read -r port && read -r socket; } <"$directory/postmaster.pid"; } 2>/dev/null || continue
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ] || continue
    answer=
    if [ -n "$query" ]; then
        answer=$(PGCONNECT_TIMEOUT=5 runuser -u postgres -- psql -wXAtq -v ON_ERROR_STOP=1 -h "$socket" -p "$port" -d postgres -c "$query" </dev/null 2>/dev/null) ||
            answer=
    fi
    printf '%s|%s|%s|%s|%s\n' "$port" "$started" "$socket" "$data" "$answer"
done
