-- Appends a group in one exchange between node and server: the lock, the check of the versions, the writing and, as a
-- statement by itself is a transaction, the commit. Each statement in here has a snapshot of its own, so those after
-- the first see all that was committed before the lock was given.
--
-- Streams at another version than expected are refused with their events, the others are appended all the same.
CREATE FUNCTION append_group(
    known          bigint,    -- a position that was committed
    names          text[],    -- streams, each once
    expected       bigint[],  -- their versions
    sizes          bigint[],  -- how many events each gets
    new_names      text[],    -- streams that are not there yet, each once
    new_sizes      bigint[],
    -- Of each event:
    places         integer[], -- its stream's, counted from 1, the new ones last
    versions       bigint[],
    event_ids      uuid[],
    event_types    text[],
    schemas        integer[],
    recorded_ats   bigint[],
    subjects       uuid[],
    actors         uuid[],
    correlation_ids uuid[],
    causation_ids  uuid[],
    payloads       bytea[],
    OUT start      bigint,    -- position before the first event
    OUT refused    integer[]  -- places of streams at another version
) LANGUAGE plpgsql AS $$
DECLARE
    highest    bigint;
    found      integer[];
    absent     integer[];
    ids        bigint[];
    stream_ids bigint[]; -- by place, null where refused
    appended   bigint;
BEGIN
    SELECT h.position, h.last_stream INTO start, highest FROM head AS h FOR UPDATE;
    IF start < known THEN
        RAISE EXCEPTION 'it ends at %, and had reached %: the server went back in time', start, known
            USING ERRCODE = 'WB001';
    END IF;

    WITH grown AS (
        UPDATE streams AS s SET version = s.version + due.size
        FROM unnest(names, expected, sizes) WITH ORDINALITY AS due (name, version, size, place)
        WHERE s.name = due.name AND s.version = due.version
        RETURNING s.id, due.place
    )
    SELECT array_agg(g.place ORDER BY g.place), array_agg(g.id ORDER BY g.place) INTO found, ids FROM grown AS g;
    IF cardinality(names) = 0 OR cardinality(found) = cardinality(names) THEN
        stream_ids := coalesce(ids, '{}');
    ELSE
        stream_ids := array_fill(NULL::bigint, ARRAY[cardinality(names)]);
        FOR n IN 1 .. coalesce(cardinality(found), 0) LOOP
            stream_ids[found[n]] := ids[n];
        END LOOP;
    END IF;

    IF cardinality(new_names) > 0 THEN
        SELECT array_agg(due.place ORDER BY due.place) INTO absent
        FROM unnest(new_names) WITH ORDINALITY AS due (name, place)
        WHERE NOT EXISTS (SELECT FROM streams AS s WHERE s.name = due.name);
        stream_ids := stream_ids || array_fill(NULL::bigint, ARRAY[cardinality(new_names)]);
        FOR n IN 1 .. coalesce(cardinality(absent), 0) LOOP
            stream_ids[cardinality(names) + absent[n]] := highest + n;
        END LOOP;
        INSERT INTO streams (id, name, version)
        SELECT highest + due.n, new_names[due.place], new_sizes[due.place]
        FROM unnest(absent) WITH ORDINALITY AS due (place, n);
        highest := highest + coalesce(cardinality(absent), 0);
    END IF;

    INSERT INTO events (position, stream, version, event_id, event_type, schema_version, recorded_at, subject,
        actor, correlation_id, causation_id, payload)
    SELECT start + row_number() OVER (ORDER BY e.n), stream_ids[e.place], e.version, e.event_id, e.event_type,
        e.schema_version, e.recorded_at, e.subject, e.actor, e.correlation_id, e.causation_id, e.payload
    FROM unnest(places, versions, event_ids, event_types, schemas, recorded_ats, subjects, actors,
        correlation_ids, causation_ids, payloads) WITH ORDINALITY AS e (place, version, event_id, event_type,
        schema_version, recorded_at, subject, actor, correlation_id, causation_id, payload, n)
    WHERE stream_ids[e.place] IS NOT NULL;
    GET DIAGNOSTICS appended = ROW_COUNT;

    IF appended > 0 THEN
        UPDATE head SET position = start + appended, last_stream = highest;
    END IF;
    IF appended < cardinality(places) THEN
        refused := ARRAY(SELECT s.n FROM unnest(stream_ids) WITH ORDINALITY AS s (id, n) WHERE s.id IS NULL);
    END IF;
END $$;
