-- Of the settings in :'wanted': those that the server lacks, and those that the file :'file' has given it.
--   wants       whether what is in force is not enough
--   restart     whether only a restart brings it
--   overridden  whether something that PostgreSQL reads after the file, or its command line, says otherwise
--   valid       whether it can be its value at all, as far as that shows without a server that starts with it
--   held        what would be lost if it were in force at once: slots that hold back more than half of max_slot_wal_keep_size
WITH wanted AS (SELECT key AS name, value FROM json_each_text(:'wanted')),
lines AS (SELECT name, setting, seqno, sourcefile = :'file' AS own FROM pg_file_settings WHERE name IS NOT NULL),
-- what the server listens at besides: the last line that says so and is not the file's own counts
listens AS (
    SELECT string_to_array(replace(coalesce(
        (SELECT setting FROM lines WHERE name = 'listen_addresses' AND NOT own ORDER BY seqno DESC LIMIT 1),
        current_setting('listen_addresses')), ' ', ''), ',') AS at
),
known AS (
    SELECT name, value, current_setting(name) AS now, context, vartype,
        CASE vartype
            WHEN 'bool' THEN lower(value) IN ('on', 'off', 'true', 'false', 'yes', 'no', '1', '0')
            WHEN 'enum' THEN lower(value) = ANY (enumvals)
            WHEN 'integer' THEN CASE WHEN value ~ '^-?[0-9]+$' THEN value::numeric BETWEEN min_val::numeric AND max_val::numeric
                ELSE value ~ '^[0-9]+ *(B|kB|MB|GB|TB|us|ms|s|min|h|d)$' END
            ELSE true
        END AS valid,
        value ~ '^[0-9]+ ?([kMGT]?B)?$' AND vartype = 'integer' AS measured,
        string_to_array(replace(current_setting(name), ' ', ''), ',') AS items,
        array_remove(string_to_array(replace(value, ' ', ''), ','), 'localhost') AS wanted_items,
        EXISTS (SELECT FROM lines WHERE lines.name = wanted.name AND own) AS given,
        source = 'command line' OR EXISTS (
            SELECT FROM pg_file_settings AS f WHERE f.name = wanted.name AND f.sourcefile <> :'file' AND (
                f.sourcefile ~ '/postgresql[.]auto[.]conf$'
                OR f.seqno > (SELECT max(seqno) FROM lines WHERE lines.name = wanted.name AND own))
        ) AS overridden
    FROM wanted JOIN pg_settings USING (name)
),
judged AS (
    SELECT *, NOT CASE
        WHEN NOT valid THEN false
        WHEN name = 'wal_level' THEN array_position(ARRAY['minimal', 'replica', 'logical'], now)
            >= array_position(ARRAY['minimal', 'replica', 'logical'], value)
        WHEN name = 'wal_log_hints' AND current_setting('data_checksums') = 'on' THEN true
        WHEN name = 'max_slot_wal_keep_size' THEN now <> '-1'
        WHEN name = 'listen_addresses' THEN items && ARRAY['*', '0.0.0.0', '::'] OR items @> wanted_items
        WHEN measured THEN pg_size_bytes(now) >= pg_size_bytes(value)
        ELSE now = value
    END AS wants,
    -- who comes by another address is not shut out
    CASE WHEN name = 'listen_addresses' THEN (
        SELECT string_agg(one, ',' ORDER BY place)
        FROM (
            SELECT one, min(position) AS place
            FROM listens, unnest(listens.at || CASE WHEN listens.at && ARRAY['*', '0.0.0.0', '::'] THEN '{}' ELSE wanted_items END)
                WITH ORDINALITY AS every (one, position)
            GROUP BY one
        ) AS each
    ) ELSE value END AS whole
    FROM known
),
slots AS (
    SELECT slot_name, pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, restart_lsn) AS bytes
    FROM pg_replication_slots WHERE restart_lsn IS NOT NULL
)
SELECT coalesce(json_agg(json_build_object('name', name, 'value', whole, 'now', now, 'wants', wants,
    'restart', context = 'postmaster' AND NOT overridden, 'overridden', overridden, 'valid', valid,
    'held', CASE WHEN name = 'max_slot_wal_keep_size' AND wants AND valid THEN coalesce(
        (SELECT string_agg(slot_name || ' (' || pg_size_pretty(bytes) || ')', ', ' ORDER BY slot_name) FROM slots WHERE bytes > pg_size_bytes(value) / 2), '')
        ELSE '' END)
    ORDER BY name), '[]')
FROM judged WHERE wants OR given;
