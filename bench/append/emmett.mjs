// Each client sends its next command when it has its answer; seconds, as the Python clients tell.
import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const { url, clients, streams, text, warmUp, lasts } = JSON.parse(readFileSync(0, "utf8"));
const pool = new pg.Pool({ connectionString: url, max: clients.length });
const store = getPostgreSQLEventStore(url, {
  schema: { autoMigration: "None" },
  connectionOptions: { pool },
});
const clock = () => performance.now() / 1000;
const say = (word) => process.stdout.write(word + "\n");

let over = false;
let wrongly = null;
const answers = [];

async function stored(stream, expected) {
  const event = { type: "ServiceRecorded", data: { note: text } };
  try {
    await store.appendToStream(streams[stream], [event], {
      expectedStreamVersion: BigInt(expected),
    });
    return true;
  } catch (error) {
    if (error.name !== "ExpectedVersionConflictError" && error.errorCode !== 412) throw error;
    return false;
  }
}

async function client(choices) {
  const versions = new Map();
  for (let at = 0; !over; at = (at + 1) % choices.length) {
    const [stream, asksWrong] = choices[at];
    const version = versions.get(stream) ?? 0;
    const wrong = asksWrong && version > 0;
    const asked = clock();
    const done = await stored(stream, wrong ? version - 1 : version);
    answers.push([asked, clock(), done]);
    if (done === wrong) wrongly = done ? "a wrong version was accepted" : "a right version was refused";
    if (done) versions.set(stream, version + 1);
  }
}

await Promise.all((await Promise.all(clients.map(() => pool.connect()))).map((one) => one.release()));
const playing = clients.map(client);
await sleep(warmUp);
say("began");
const began = clock();
await sleep(lasts);
const ended = clock();
say("ended");
over = true;
await Promise.all(playing);
say(JSON.stringify({ began, ended, answers, void: wrongly }));
await store.close();
await pool.end();
