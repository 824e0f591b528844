-- Makes one plain table of the partitions of paragraphs again, as Mujaz itself makes it.
--
--   psql -v ON_ERROR_STOP=1 -f back.sql "$ADDRESS"
--
-- as the bot's own user, while no Mujaz runs, after `mujaz backup`. One transaction: it is done whole
-- or not at all. It needs room for a second copy of the table.

BEGIN;

SELECT pg_advisory_xact_lock(x'4D756A617A01'::bit(48)::bigint);
LOCK TABLE paragraphs, revisions, embeddings, claims IN ACCESS EXCLUSIVE MODE;

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_partitioned_table WHERE partrelid = 'paragraphs'::regclass) THEN
        RAISE EXCEPTION 'paragraphs is a plain table already';
    END IF;
END
$$;

ALTER TABLE embeddings DROP CONSTRAINT fk_embeddings_paragraph_id;
ALTER TABLE claims DROP CONSTRAINT fk_claims_paragraph_id;
ALTER TABLE paragraphs RENAME TO paragraphs_parted;

CREATE TABLE paragraphs (LIKE paragraphs_parted INCLUDING DEFAULTS);
DO $$
DECLARE
    moved bigint;
BEGIN
    INSERT INTO paragraphs SELECT * FROM paragraphs_parted ORDER BY id;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> (SELECT count(*) FROM paragraphs_parted) THEN
        RAISE EXCEPTION 'not every paragraph arrived; nothing is changed';
    END IF;
END
$$;

ALTER SEQUENCE paragraphs_id_seq OWNED BY paragraphs.id;
DROP TABLE paragraphs_parted;

ALTER TABLE paragraphs ADD CONSTRAINT pk_paragraphs PRIMARY KEY (id);
ALTER TABLE paragraphs ADD CONSTRAINT uq_paragraphs_article_id_revision_position
    UNIQUE (article_id, revision, position);
ALTER TABLE paragraphs ADD CONSTRAINT fk_paragraphs_article_id_revision
    FOREIGN KEY (article_id, revision) REFERENCES revisions (article_id, revision) ON DELETE CASCADE;
ALTER TABLE embeddings ADD CONSTRAINT fk_embeddings_paragraph_id
    FOREIGN KEY (paragraph_id) REFERENCES paragraphs (id) ON DELETE CASCADE;
ALTER TABLE claims ADD CONSTRAINT fk_claims_paragraph_id
    FOREIGN KEY (paragraph_id) REFERENCES paragraphs (id) ON DELETE CASCADE;

COMMIT;

ANALYZE paragraphs;
