-- Every write says in which epoch it was made, and none is made in a database that
-- took the place of another before a new epoch has begun there.

-- +goose Up

-- Where the log is: the server's identifier and timeline, the database, and the
-- table itself. Each changes when a copy takes the place of the original: a new
-- cluster, a promoted replica, a restored dump.
-- +goose StatementBegin
CREATE FUNCTION quanxi.cluster() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT system_identifier::text FROM pg_control_system()) || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
		|| '/' || (SELECT oid::text FROM pg_database WHERE datname = current_database()) || '/' || 'quanxi.log'::regclass::oid::text;
END $$;
-- +goose StatementEnd

-- The epoch of now; fails if the log is not where it was, or if the epoch is not the
-- expected one. Nothing is expected if that is empty.
-- +goose StatementBegin
CREATE FUNCTION quanxi.epoch(expected text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
	now_is text;
BEGIN
	SELECT epoch INTO now_is FROM quanxi.log WHERE cluster = quanxi.cluster();
	IF now_is IS NULL OR expected NOT IN ('', now_is) THEN
		RAISE EXCEPTION 'the log is of another epoch' USING ERRCODE = 'QX001';
	END IF;
	RETURN now_is;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION quanxi.epoch(text);
DROP FUNCTION quanxi.cluster();
