-- Positions and stream versions are dense: the writer assigns them inside its transaction.
CREATE TABLE streams (
    id      INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE,
    version INTEGER NOT NULL -- of the last event
) STRICT;

CREATE TABLE events (
    position       INTEGER PRIMARY KEY,
    stream         INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    event_id       BLOB    NOT NULL UNIQUE,
    event_type     TEXT    NOT NULL,
    schema_version INTEGER NOT NULL,
    recorded_at    INTEGER NOT NULL, -- microseconds since 1970, UTC
    subject        BLOB    NOT NULL,
    actor          BLOB,
    correlation_id BLOB    NOT NULL,
    causation_id   BLOB,
    payload        BLOB    NOT NULL, -- sealed
    UNIQUE (stream, version)
) STRICT;

-- A subject without a wrapped key had one that was destroyed.
CREATE TABLE subject_keys (
    subject BLOB PRIMARY KEY NOT NULL,
    wrapped BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
    subject    BLOB    NOT NULL,
    credential BLOB    NOT NULL,
    purpose    TEXT    NOT NULL,
    sealed     BLOB    NOT NULL,
    put_at     INTEGER NOT NULL, -- microseconds since 1970, UTC
    PRIMARY KEY (subject, credential, purpose)
) STRICT, WITHOUT ROWID;

-- A cache: may be emptied at any time.
CREATE TABLE snapshots (
    stream  TEXT    PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    format  INTEGER NOT NULL,
    sealed  BLOB    NOT NULL
) STRICT;
