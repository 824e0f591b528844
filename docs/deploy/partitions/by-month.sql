-- Parts the table of paragraphs by the month in which they were stored (UTC).
--
--   psql -v ON_ERROR_STOP=1 -f by-month.sql -f next-month.sql "$ADDRESS"
--
-- as the bot's own user, while no Mujaz runs, after `mujaz backup`. One transaction: it is done whole
-- or not at all. It needs room for a second copy of the table. back.sql undoes it.
--
-- Ids only grow, so what was stored in one month lies between two ids; those are the bounds. Where a
-- clock once jumped, a row stays between its neighbours, whatever month it claims.

BEGIN;

-- What every writer of Mujaz holds: one that was forgotten waits.
SELECT pg_advisory_xact_lock(x'4D756A617A01'::bit(48)::bigint);
LOCK TABLE paragraphs, revisions, embeddings, claims IN ACCESS EXCLUSIVE MODE;

ALTER TABLE embeddings DROP CONSTRAINT fk_embeddings_paragraph_id;
ALTER TABLE claims DROP CONSTRAINT fk_claims_paragraph_id;
ALTER TABLE paragraphs RENAME TO paragraphs_whole;

CREATE TABLE paragraphs (LIKE paragraphs_whole INCLUDING DEFAULTS) PARTITION BY RANGE (id);
CREATE TABLE paragraphs_other PARTITION OF paragraphs DEFAULT;  -- so that nothing is ever refused

DO $$
DECLARE
    ids_a_month CONSTANT bigint := 5000000;  -- kept free for the newest month, as in next-month.sql
    free bigint := greatest(
        (SELECT last_value + 1 FROM paragraphs_id_seq),
        (SELECT max(id) + 1 FROM paragraphs_whole)
    );
    part record;
    moved bigint;
BEGIN
    FOR part IN
        WITH firsts AS (
            SELECT translate(left(seen_at, 7), '-', '_') AS month, min(id) AS first
            FROM paragraphs_whole JOIN revisions USING (article_id, revision) GROUP BY 1
        ), bounds AS (
            SELECT month, min(first) OVER (
                ORDER BY month ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
            ) AS first FROM firsts
        ), months AS (
            SELECT DISTINCT ON (first) month, first FROM bounds ORDER BY first, month DESC
        )
        SELECT 'paragraphs_' || month AS name,
               CASE WHEN lag(first) OVER w IS NULL THEN 'MINVALUE' ELSE first::text END AS first,
               coalesce(lead(first) OVER w, least(free + ids_a_month, 2147483647)) AS next
        FROM months WINDOW w AS (ORDER BY first)
    LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF paragraphs FOR VALUES FROM (%s) TO (%s)',
            part.name, part.first, part.next
        );
    END LOOP;

    INSERT INTO paragraphs SELECT * FROM paragraphs_whole;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> (SELECT count(*) FROM paragraphs_whole)
        OR moved <> (SELECT count(*) FROM paragraphs) THEN
        RAISE EXCEPTION 'not every paragraph arrived; nothing is changed';
    END IF;
END
$$;

ALTER SEQUENCE paragraphs_id_seq OWNED BY paragraphs.id;
DROP TABLE paragraphs_whole;

-- A key of the whole table must hold what it is parted by, so this one is each partition's own. That
-- no revision has a position twice follows for the whole from the key of revisions, whose row is
-- written once, in one transaction with its paragraphs.
ALTER TABLE paragraphs ADD CONSTRAINT pk_paragraphs PRIMARY KEY (id);
DO $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'paragraphs'::regclass
    LOOP
        EXECUTE format(
            'ALTER TABLE %I ADD CONSTRAINT %I UNIQUE (article_id, revision, position)',
            part.relname, 'uq_' || part.relname
        );
    END LOOP;
END
$$;
ALTER TABLE paragraphs ADD CONSTRAINT fk_paragraphs_article_id_revision
    FOREIGN KEY (article_id, revision) REFERENCES revisions (article_id, revision) ON DELETE CASCADE;
ALTER TABLE embeddings ADD CONSTRAINT fk_embeddings_paragraph_id
    FOREIGN KEY (paragraph_id) REFERENCES paragraphs (id) ON DELETE CASCADE;
ALTER TABLE claims ADD CONSTRAINT fk_claims_paragraph_id
    FOREIGN KEY (paragraph_id) REFERENCES paragraphs (id) ON DELETE CASCADE;

COMMIT;

ANALYZE paragraphs;
