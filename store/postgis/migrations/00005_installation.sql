-- What is known of those who use the database: the newest schema that was made in it, and
-- the master key that its secrets are under.

-- +goose Up

CREATE TABLE quanxi.installation (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	schema integer NOT NULL DEFAULT 0,
	key_mark text COLLATE "C" NOT NULL DEFAULT ''
);
INSERT INTO quanxi.installation DEFAULT VALUES;

-- +goose Down
DROP TABLE quanxi.installation;
