-- The writer's statements, prepared once for each connection; rows travel as one JSON value.

-- The head, the handled commands among $1, the inboxes $2, the events after position $3 (at most
-- $4 of them) and all events of the streams $5, as one result in the order of the positions.
-- LATERAL with a LIMIT looks each key up by its index.
PREPARE opening (json, json, bigint, integer, text[]) AS
   (SELECT 'head' AS part, position, '' AS owner, '' AS key, stream, version, 0 AS event_count,
           event_id AS id, chain AS bytes, recorded_at AS at
      FROM events ORDER BY position DESC LIMIT 1)
 UNION ALL
    SELECT 'handled', h.position, h.principal, h.key, h.stream, h.version, h.event_count,
           h.command_id, h.request_hash, NULL
      FROM json_to_recordset($1) AS asked (owner text, key text),
   LATERAL (SELECT * FROM handled_commands
             WHERE principal = asked.owner AND key = asked.key LIMIT 1) AS h
 UNION ALL
    SELECT 'inbox', i.position, i.consumer, i.topic, '', 0, 0, NULL, ''::bytea, NULL
      FROM (SELECT * FROM inbox WHERE partition = 0 AND (consumer, topic) IN
               (SELECT * FROM json_to_recordset($2) AS asked (owner text, key text))
               FOR UPDATE) AS i
 UNION ALL
   (SELECT 'later', position, '', '', stream, version, 0, event_id, body, NULL
      FROM events WHERE position > $3 ORDER BY position LIMIT $4)
 UNION ALL
    SELECT 'history', position, '', '', stream, version, 0, event_id, body, NULL
      FROM events WHERE stream = ANY($5)
  ORDER BY position;

-- Divides by zero where one of these commands is handled already: an error ends the transaction.
PREPARE must_be_new (json) AS
    SELECT 1 / (NOT EXISTS (
        SELECT FROM json_to_recordset($1) AS asked (owner text, key text),
    LATERAL (SELECT FROM handled_commands
              WHERE principal = asked.owner AND key = asked.key LIMIT 1) AS h))::integer;

PREPARE insert_inboxes (json) AS
    INSERT INTO inbox (consumer, topic)
    SELECT * FROM json_to_recordset($1) AS asked (owner text, key text)
        ON CONFLICT DO NOTHING;

PREPARE insert_events (json) AS
    INSERT INTO events
    SELECT position, stream, version, event_id, type, schema_version, occurred_at, recorded_at,
           actor, subject, correlation_id, causation_id, body, chain
      FROM json_to_recordset($1) AS event (
           position bigint, stream text, version integer, event_id uuid, type text,
           schema_version integer, occurred_at timestamptz, recorded_at timestamptz, actor text,
           subject uuid, correlation_id uuid, causation_id uuid, body bytea, chain bytea);

PREPARE insert_handled (json) AS
    INSERT INTO handled_commands
    SELECT principal, key, request_hash, stream, version, position, command_id, event_count
      FROM json_to_recordset($1) AS done (
           principal text, key text, request_hash bytea, stream text, version integer,
           position bigint, command_id uuid, event_count integer);

PREPARE claim_runs (json) AS
    UPDATE inbox SET position = run.last
      FROM json_to_recordset($1)
        AS run (consumer text, topic text, first bigint, last bigint)
     WHERE inbox.consumer = run.consumer AND inbox.topic = run.topic AND inbox.partition = 0
       AND inbox.position = run.first - 1;

PREPARE insert_refused (json, timestamptz) AS
    INSERT INTO refused_reactions
    SELECT command_id, consumer, topic, causation_id, stream, reason, $2
      FROM json_to_recordset($1) AS refused (
           command_id uuid, consumer text, topic text, causation_id uuid, stream text, reason text)
        ON CONFLICT DO NOTHING;
