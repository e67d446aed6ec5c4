# bash -s QUERY ROOT...: every PostgreSQL server below the roots that runs, a line each: port|started|socket|data|what it answers to the query,
# which is empty when it does not answer.
query=$1
shift
while IFS= read -r file; do
    { read -r pid && read -r data && read -r started && read -r port && read -r socket; } <"$file" || continue
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ] || continue
    answer=$(PGCONNECT_TIMEOUT=5 runuser -u postgres -- psql -wXAtq -v ON_ERROR_STOP=1 -h "$socket" -p "$port" -d postgres -c "$query" </dev/null 2>/dev/null) ||
        answer=
    printf '%s|%s|%s|%s|%s\n' "$port" "$started" "$socket" "$data" "$answer"
done < <(find "$@" -name base -prune -o -name postmaster.pid -print 2>/dev/null)
