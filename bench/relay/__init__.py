"""P3: from the commit of an event to a handler behind Kafka."""
