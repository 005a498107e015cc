// Translates text on a running Tarjimon server, from the .proto files alone.
//
//   tarjimon serve &
//   cd examples/node-client && npm install
//   node client.mjs [host:port] ["text in Uzbek"]

import path from "node:path";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const here = path.dirname(fileURLToPath(import.meta.url));
const protos = path.join(here, "..", "..", "protos");
const address = process.argv[2] ?? "127.0.0.1:50051";
const text =
  process.argv[3] ??
  "O‘zbekiston Respublikasi Prezidentining qarori qabul qilindi.\nQaror 2025-yil 1-yanvardan kuchga kiradi.";

const definition = protoLoader.loadSync("tarjimon/v1/translation_service.proto", {
  includeDirs: [protos],
  keepCase: true,
  enums: String,
  defaults: true,
  oneofs: true,
});
const { TranslationService } = grpc.loadPackageDefinition(definition).tarjimon.v1;
const client = new TranslationService(address, grpc.credentials.createInsecure());

const call = (method, request) =>
  new Promise((resolve, reject) => {
    const deadline = new Date(Date.now() + 60_000);
    client[method](request, { deadline }, (error, response) => (error ? reject(error) : resolve(response)));
  });

async function translate() {
  const response = await call("TranslateText", { texts: [text], target_languages: ["ru", "en"] });
  for (const [index, segment] of response.texts[0].segments.entries()) {
    console.log(`${segment.id}\t${segment.text}`);
    for (const translation of response.texts[0].translations) {
      const output = translation.segments[index];
      const flag = output.fidelity.ok ? "" : `  ! ${output.fidelity.issues[0].message}`;
      console.log(`  ${translation.target_language}\t${output.text}\t[${output.status}]${flag}`);
    }
  }
  console.log(`model: ${response.receipts[0]?.model ?? "none was asked"}`);
}

async function stream() {
  const channel = client.StreamTranslate();
  channel.write({ config: { target_languages: ["en"] } });
  channel.write({ text: { id: "first", text } });
  channel.end();
  for await (const response of channel) {
    if (response.segment) console.log(`stream ${response.text_id}: ${response.segment.target.text}`);
    else console.log(`stream ${response.text_id}: done, ${response.text_done.segment_count} segments`);
  }
}

async function mistake() {
  try {
    await call("TranslateText", { texts: [text], target_languages: ["tlh"] });
  } catch (error) {
    console.log(`a mistake gives ${grpc.status[error.code]}: ${error.details}`);
  }
}

try {
  await translate();
  await stream();
  await mistake();
} catch (error) {
  console.error(`error: ${grpc.status[error.code] ?? "?"}: ${error.details ?? error}`);
  process.exitCode = 1;
} finally {
  client.close();
}
