-- Rows of the audit that were kept long enough are removed from its beginning.

-- +goose Up
DROP TRIGGER audit_undeleted ON quanxi.audit;
CREATE TRIGGER audit_unemptied BEFORE TRUNCATE ON quanxi.audit FOR EACH STATEMENT EXECUTE FUNCTION quanxi.audit_stays();
-- Only a transaction that says up to where deletes, and only sealed rows. This keeps
-- mistakes out, not an owner of the database: against him there are the seals.
CREATE TRIGGER audit_undeleted BEFORE DELETE ON quanxi.audit FOR EACH ROW
	WHEN (OLD.seq IS NULL OR OLD.seq > COALESCE(NULLIF(current_setting('quanxi.audit_cut', true), ''), '0')::bigint)
	EXECUTE FUNCTION quanxi.audit_stays();

-- +goose Down
DROP TRIGGER audit_unemptied ON quanxi.audit;
DROP TRIGGER audit_undeleted ON quanxi.audit;
CREATE TRIGGER audit_undeleted BEFORE DELETE OR TRUNCATE ON quanxi.audit FOR EACH STATEMENT EXECUTE FUNCTION quanxi.audit_stays();
