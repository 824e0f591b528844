-- Drops the partitions of months of which nothing is left, all but the newest. Their room goes back
-- to the disk at once.
--
--   psql -v ON_ERROR_STOP=1 -f drop-empty.sql "$ADDRESS"
--
-- as the bot's own user; Mujaz may run. Emptying them is for Mujaz alone (MUJAZ_KEEP_DAYS,
-- MUJAZ_KEEP_ARTICLES): a month dropped with its rows would leave articles without their texts,
-- which nothing tells the index of. PostgreSQL refuses it as long as embeddings or claims refer to it.

BEGIN;

SELECT pg_advisory_xact_lock(x'4D756A617A01'::bit(48)::bigint);

DO $$
DECLARE
    part record;
    holds boolean;
BEGIN
    FOR part IN
        SELECT relname FROM (
            SELECT relname, substring(
                pg_get_expr(relpartbound, oid) FROM ' TO \((\d+)\)'
            )::bigint AS until
            FROM pg_class JOIN pg_inherits ON inhrelid = oid
            WHERE inhparent = 'paragraphs'::regclass
        ) AS parts WHERE until IS NOT NULL ORDER BY until DESC OFFSET 1
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', part.relname) INTO holds;
        IF NOT holds THEN
            EXECUTE format('ALTER TABLE paragraphs DETACH PARTITION %I', part.relname);
            EXECUTE format('DROP TABLE %I', part.relname);
        END IF;
    END LOOP;
END
$$;

COMMIT;
