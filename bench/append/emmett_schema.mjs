import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql";
import { readFileSync } from "node:fs";

const store = getPostgreSQLEventStore(JSON.parse(readFileSync(0, "utf8")).url);
await store.schema.migrate();
await store.close();
