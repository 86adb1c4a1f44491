-- The log, its audit and what belongs to no kind of entity. Tables of kinds are
-- made from the columns of grid.Entity when a store opens.

-- +goose Up

-- One row: which history this is, where, and how far it is published.
CREATE TABLE quanxi.log (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	epoch text COLLATE "C" NOT NULL,
	cluster text COLLATE "C" NOT NULL,
	pos bigint NOT NULL
);
INSERT INTO quanxi.log (epoch, cluster, pos) VALUES ('', '', 0);

-- Not partitioned by time: PostgreSQL holds a column unique across partitions
-- only together with the partition key, and the uniqueness of pos is what keeps
-- a relay that has lost its lock from giving a second position.
CREATE TABLE quanxi.change (
	seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
	pos bigint UNIQUE,
	kind text COLLATE "C" NOT NULL,
	id bigint NOT NULL,
	revision bigint NOT NULL,
	op text COLLATE "C" NOT NULL,
	at timestamptz NOT NULL DEFAULT now(),
	body text COLLATE "C" NOT NULL
);
CREATE INDEX change_waiting ON quanxi.change (xid, seq) WHERE pos IS NULL;
CREATE INDEX change_of ON quanxi.change (kind, id);
CREATE INDEX change_at ON quanxi.change USING brin (at);

CREATE TABLE quanxi.audit (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
	at timestamptz NOT NULL DEFAULT now(),
	actor text COLLATE "C" NOT NULL,
	action text COLLATE "C" NOT NULL,
	came_from text COLLATE "C" NOT NULL,
	touched text COLLATE "C" NOT NULL
);

CREATE TABLE quanxi.loads (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	actor text COLLATE "C" NOT NULL,
	about text COLLATE "C" NOT NULL,
	state text COLLATE "C" NOT NULL,
	began timestamptz NOT NULL DEFAULT now(),
	put bigint NOT NULL DEFAULT 0,
	bump bigint NOT NULL DEFAULT 0,
	edited boolean NOT NULL DEFAULT false,
	spoilt boolean NOT NULL DEFAULT false
);
CREATE TABLE quanxi.load_over (
	load bigint NOT NULL,
	over bigint NOT NULL,
	PRIMARY KEY (load, over)
);

CREATE TABLE quanxi.subject_key (
	kind text COLLATE "C" NOT NULL,
	id bigint NOT NULL,
	load bigint NOT NULL,
	wrapped bytea NOT NULL,
	PRIMARY KEY (kind, id, load)
);

CREATE TABLE quanxi.once (
	actor text COLLATE "C" NOT NULL,
	key text COLLATE "C" NOT NULL,
	digest bytea NOT NULL,
	at timestamptz NOT NULL DEFAULT now(),
	receipt text COLLATE "C" NOT NULL DEFAULT '',
	PRIMARY KEY (actor, key)
);

-- One row. Ids above 2^52 are the store's own.
CREATE TABLE quanxi.next_id (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	next bigint NOT NULL CHECK (next <= 9007199254740992)
);
INSERT INTO quanxi.next_id (next) VALUES (4503599627370496);

-- One row: the definition by which the tables of kinds were made.
CREATE TABLE quanxi.kinds (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	digest text COLLATE "C" NOT NULL
);
INSERT INTO quanxi.kinds (digest) VALUES ('');

-- +goose Down
DROP SCHEMA quanxi CASCADE;
