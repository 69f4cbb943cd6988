// A peer: the MLLP server of @medplum/hl7, as its manual shows it. It stores nothing.
// `node medplum_server.mjs PORT`, with the packages of benchmarks/peers-npm.txt.
import { createRequire } from "node:module";

const here = createRequire(`${process.env.REPRIEVE_PEERS_NODE}/`);
const { Hl7Server } = here("@medplum/hl7");

const server = new Hl7Server((connection) => {
  connection.addEventListener("message", ({ message }) => {
    connection.send(message.buildAck());
  });
});
await server.start(Number(process.argv[2]));
