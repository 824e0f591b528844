-- Begins the partition of the running month (UTC), when there is none yet; else it does nothing.
--
--   psql -v ON_ERROR_STOP=1 -f next-month.sql "$ADDRESS"
--
-- as the bot's own user; Mujaz may run. To be run soon after a month has begun: a line of cron a day
-- does. Forgotten, the month before goes on in its partition, and beyond that in paragraphs_other:
-- nothing is refused.
--
-- The bounds of a partition cannot be changed while embeddings refer to it. So each has numbers to
-- spare, and those that the ended month leaves unused are passed over.

BEGIN;

-- What every writer of Mujaz holds: none is in the middle of anything, and they wait.
SELECT pg_advisory_xact_lock(x'4D756A617A01'::bit(48)::bigint);

DO $$
DECLARE
    ids_a_month CONSTANT bigint := 5000000;
    name CONSTANT text := 'paragraphs_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM');
    first bigint;
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    SELECT greatest(
        (SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END FROM paragraphs_id_seq),
        (SELECT max(id) + 1 FROM paragraphs_other),
        max(substring(pg_get_expr(relpartbound, oid) FROM ' TO \((\d+)\)')::bigint)
    ) INTO first
    FROM pg_class JOIN pg_inherits ON inhrelid = oid WHERE inhparent = 'paragraphs'::regclass;
    EXECUTE format(
        'CREATE TABLE %I PARTITION OF paragraphs FOR VALUES FROM (%s) TO (%s)',
        name, first, least(first + ids_a_month, 2147483647)
    );
    EXECUTE format(
        'ALTER TABLE %I ADD CONSTRAINT %I UNIQUE (article_id, revision, position)',
        name, 'uq_' || name
    );
    IF first > 1 THEN
        PERFORM setval('paragraphs_id_seq', first - 1);
    END IF;
END
$$;

COMMIT;
