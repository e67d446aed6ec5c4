-- Of the settings in :'wanted': those that the server lacks, and those that the file :'file' has given it.
--   wants    whether what is in force is not enough
--   restart  whether only a restart brings it
WITH wanted AS (SELECT key AS name, value FROM json_each_text(:'wanted')),
known AS (
    SELECT name, value, current_setting(name) AS now, context, vartype,
        value ~ '^[0-9]+ ?([kMGT]?B)?$' AND vartype = 'integer' AS measured,
        EXISTS (SELECT FROM pg_file_settings AS f WHERE f.name = wanted.name AND f.sourcefile = :'file') AS given
    FROM wanted JOIN pg_settings USING (name)
),
judged AS (
    SELECT *, NOT CASE
        WHEN name = 'wal_level' THEN array_position(ARRAY['minimal', 'replica', 'logical'], now)
            >= array_position(ARRAY['minimal', 'replica', 'logical'], value)
        WHEN name = 'wal_log_hints' AND current_setting('data_checksums') = 'on' THEN true
        WHEN name = 'max_slot_wal_keep_size' THEN now <> '-1'
        WHEN name = 'listen_addresses' THEN string_to_array(replace(now, ' ', ''), ',') && ARRAY['*', '0.0.0.0', '::']
            OR string_to_array(replace(now, ' ', ''), ',') @> array_remove(string_to_array(replace(value, ' ', ''), ','), 'localhost')
        WHEN measured THEN pg_size_bytes(now) >= pg_size_bytes(value)
        ELSE now = value
    END AS wants
    FROM known
)
SELECT coalesce(json_agg(json_build_object('name', name, 'value', value, 'now', now, 'wants', wants, 'restart', context = 'postmaster')
    ORDER BY name), '[]')
FROM judged WHERE wants OR given;
