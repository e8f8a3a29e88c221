import { dumbo } from "@event-driven-io/dumbo";
import { readMessagesBatch } from "@event-driven-io/emmett-postgresql";
import { readFileSync } from "node:fs";

const { url, batch } = JSON.parse(readFileSync(0, "utf8"));
const pool = dumbo({ connectionString: url });
await pool.execute.query({ text: "SELECT 1" }).catch(() => undefined);

process.stdout.write("began\n");
const began = performance.now();
let events = 0;
let after = 0n;
for (;;) {
  const read = await readMessagesBatch(pool.execute, { after, batchSize: batch });
  events += read.messages.length;
  if (read.messages.length === 0) break;
  after = read.currentGlobalPosition;
}
const seconds = (performance.now() - began) / 1000;
process.stdout.write(JSON.stringify({ events, seconds }) + "\n");
await pool.close();
