-- PostgreSQL reads its files again, unless a seal lies on its disk that is not in force: loaded into a primary that serves, it would have
-- every commit wait for ever. Of several lines with one name the last counts.
SELECT CASE
    WHEN seal.setting ~ '^"?drover_fence_[0-9]+"?$' AND seal.setting <> current_setting('synchronous_standby_names') THEN 'sealed'
    ELSE 'reload ' || pg_reload_conf()
END
FROM (SELECT 1) AS one
LEFT JOIN (
    SELECT setting FROM pg_file_settings WHERE name = 'synchronous_standby_names' ORDER BY seqno DESC LIMIT 1
) AS seal ON true;
