-- The tables that every service's database holds. $writer and $reader are its roles' names.

CREATE TABLE events (
    position       bigint PRIMARY KEY,           -- 1, 2, 3 ...: gapless, in commit order
    stream         text NOT NULL,
    version        integer NOT NULL,             -- 1, 2, 3 ... inside its stream
    event_id       uuid NOT NULL UNIQUE,
    type           text NOT NULL,                -- vcms.<service>.<snake>.v<N>
    schema_version integer NOT NULL,
    occurred_at    timestamptz NOT NULL,         -- in the world
    recorded_at    timestamptz NOT NULL,         -- our clock, never backwards
    actor          text NOT NULL,
    subject        uuid,                         -- whose key seals the personal fields
    correlation_id uuid NOT NULL,
    causation_id   uuid NOT NULL,
    body           bytea NOT NULL,               -- the envelope's canonical bytes: the record
    chain          bytea NOT NULL,               -- SHA-256(previous chain || SHA-256(body))
    UNIQUE (stream, version)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION ''events are never changed''; END';

CREATE TRIGGER events_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Which commands are done, and what they were answered: a retry gets the first answer.
CREATE TABLE handled_commands (
    principal    text NOT NULL,
    key          text NOT NULL,
    request_hash bytea NOT NULL,
    stream       text NOT NULL,
    version      integer NOT NULL,
    position     bigint NOT NULL,
    command_id   uuid NOT NULL,                  -- its events' ids follow from it
    event_count  integer NOT NULL,
    PRIMARY KEY (principal, key)
);

-- How far a consumer has taken another service's line of events.
CREATE TABLE inbox (
    consumer  text NOT NULL,
    topic     text NOT NULL,
    partition integer NOT NULL DEFAULT 0,
    position  bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (consumer, topic, partition)
);

-- How far a projection has taken this service's own line.
CREATE TABLE projections (
    name     text PRIMARY KEY,
    position bigint NOT NULL DEFAULT 0
);

-- One row: how far the relay has sent, and the broker's offset of that event.
CREATE TABLE relay (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position      bigint NOT NULL,
    broker_offset bigint NOT NULL
);
INSERT INTO relay (position, broker_offset) VALUES (0, -1);

-- Events that a consumer or projection could not process, and all later ones of their streams.
CREATE TABLE parked (
    consumer  text NOT NULL,                     -- or the projection's name
    topic     text NOT NULL,                     -- the service whose events these are
    position  bigint NOT NULL,
    stream    text NOT NULL,
    body      bytea NOT NULL,
    reason    text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    retry_asked boolean NOT NULL DEFAULT false,  -- an operator wants it tried again
    skipped_at     timestamptz,                  -- an operator gave it up, and said why
    skipped_reason text,
    PRIMARY KEY (consumer, topic, position),
    CHECK ((skipped_at IS NULL) = (skipped_reason IS NULL))
);
CREATE INDEX parked_streams ON parked (consumer, topic, stream) WHERE skipped_at IS NULL;

-- Commands that followed from an event and that the rules refused.
CREATE TABLE refused_reactions (
    command_id   uuid PRIMARY KEY,
    consumer     text NOT NULL,
    topic        text NOT NULL,
    causation_id uuid,                           -- the event that it followed from
    stream       text NOT NULL,
    reason       text NOT NULL,                  -- the refusal's name
    refused_at   timestamptz NOT NULL
);

GRANT SELECT, INSERT ON events, handled_commands, refused_reactions TO $writer;
GRANT SELECT, INSERT, UPDATE ON inbox, projections, relay TO $writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON parked TO $writer;
GRANT SELECT ON inbox, projections TO $reader;
