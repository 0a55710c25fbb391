-- Positions and stream versions are dense: they are assigned under the lock of the one row of `head`.
CREATE TABLE head (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    position    bigint  NOT NULL, -- of the last event
    last_stream bigint  NOT NULL  -- highest stream id
) WITH (fillfactor = 10);

INSERT INTO head (position, last_stream) VALUES (0, 0);

-- Collation "C": the order of bytes, which no upgrade of the operating system changes under an index.
CREATE TABLE streams (
    id      bigint PRIMARY KEY,
    name    text COLLATE "C" NOT NULL UNIQUE,
    version bigint NOT NULL -- of the last event
) WITH (fillfactor = 70);

CREATE TABLE events (
    position       bigint  PRIMARY KEY,
    stream         bigint  NOT NULL,
    version        bigint  NOT NULL,
    event_id       uuid    NOT NULL UNIQUE,
    event_type     text COLLATE "C" NOT NULL,
    schema_version integer NOT NULL,
    recorded_at    bigint  NOT NULL, -- microseconds since 1970, UTC
    subject        uuid    NOT NULL,
    actor          uuid,
    correlation_id uuid    NOT NULL,
    causation_id   uuid,
    payload        bytea   NOT NULL, -- sealed, so compressing it would be in vain
    UNIQUE (stream, version)
);
ALTER TABLE events ALTER payload SET STORAGE EXTERNAL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'events are never changed or deleted'; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A subject without a wrapped key had one that was destroyed. Vacuumed often: what is destroyed must not linger.
CREATE TABLE subject_keys (
    subject uuid PRIMARY KEY,
    wrapped bytea
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

CREATE TABLE secrets (
    subject    uuid   NOT NULL,
    credential uuid   NOT NULL,
    purpose    text COLLATE "C" NOT NULL,
    sealed     bytea  NOT NULL,
    put_at     bigint NOT NULL, -- microseconds since 1970, UTC
    PRIMARY KEY (subject, credential, purpose)
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
ALTER TABLE secrets ALTER sealed SET STORAGE EXTERNAL;

-- A cache: may be emptied at any time.
CREATE TABLE snapshots (
    stream  text COLLATE "C" PRIMARY KEY,
    version bigint  NOT NULL,
    format  integer NOT NULL,
    sealed  bytea   NOT NULL
);
ALTER TABLE snapshots ALTER sealed SET STORAGE EXTERNAL;
