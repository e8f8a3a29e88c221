import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

const { url, count, batch } = JSON.parse(readFileSync(0, "utf8"));
const store = getPostgreSQLEventStore(url, { schema: { autoMigration: "None" } });

const event = () => ({
  type: "ServiceRecorded",
  data: {
    entryId: randomUUID(),
    organisation: randomUUID(),
    provider: "Clinic",
    serviceType: "c".repeat(38),
    providedOn: "c".repeat(38),
    actor: `staff:${randomUUID()}:${randomUUID()}`,
    correlationId: randomUUID(),
    causationId: randomUUID(),
  },
});

for (let done = 0; done < count; done += batch) {
  await store.appendToStream(`case-${randomUUID()}`, Array.from({ length: batch }, event));
}
await store.close();
