-- The audit in full, and its place in the sealed chain.

-- +goose Up
ALTER TABLE quanxi.audit
	ADD COLUMN post text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN object text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN before_digest text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN after_digest text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN result text COLLATE "C" NOT NULL DEFAULT 'ok',
	ADD COLUMN folded bigint NOT NULL DEFAULT 1,
	ADD COLUMN detail text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN seq bigint,
	ADD COLUMN mac bytea;
CREATE UNIQUE INDEX audit_seq ON quanxi.audit (seq) WHERE seq IS NOT NULL;
CREATE INDEX audit_unsealed ON quanxi.audit (xid, id) WHERE seq IS NULL;
CREATE INDEX audit_object ON quanxi.audit (object, id) WHERE object <> '';
CREATE INDEX audit_at ON quanxi.audit USING brin (at);
-- Every row is updated once, when it is sealed.
ALTER TABLE quanxi.audit SET (autovacuum_vacuum_scale_factor = 0.05);

-- What is written stays; only the sealer adds to a row that is not sealed. This
-- keeps mistakes out, not an owner of the database: against him there is the chain.
-- +goose StatementBegin
CREATE FUNCTION quanxi.audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the audit is only ever added to';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_unchanged BEFORE UPDATE ON quanxi.audit FOR EACH ROW
	WHEN (OLD.seq IS NOT NULL
		OR (OLD.id, OLD.at, OLD.actor, OLD.post, OLD.came_from, OLD.action, OLD.object, OLD.touched, OLD.before_digest, OLD.after_digest, OLD.result, OLD.folded, OLD.detail)
		IS DISTINCT FROM (NEW.id, NEW.at, NEW.actor, NEW.post, NEW.came_from, NEW.action, NEW.object, NEW.touched, NEW.before_digest, NEW.after_digest, NEW.result, NEW.folded, NEW.detail))
	EXECUTE FUNCTION quanxi.audit_stays();
CREATE TRIGGER audit_undeleted BEFORE DELETE OR TRUNCATE ON quanxi.audit FOR EACH STATEMENT EXECUTE FUNCTION quanxi.audit_stays();

-- +goose Down
DROP TRIGGER audit_unchanged ON quanxi.audit;
DROP TRIGGER audit_undeleted ON quanxi.audit;
DROP FUNCTION quanxi.audit_stays();
DROP INDEX quanxi.audit_seq, quanxi.audit_unsealed, quanxi.audit_object, quanxi.audit_at;
ALTER TABLE quanxi.audit DROP COLUMN post, DROP COLUMN object, DROP COLUMN before_digest, DROP COLUMN after_digest,
	DROP COLUMN result, DROP COLUMN folded, DROP COLUMN detail, DROP COLUMN seq, DROP COLUMN mac;
