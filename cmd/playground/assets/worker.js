// The worker: loads the simulator, and runs one scenario after the other.
"use strict";
importScripts("loader.js");
const go = new Go();
const fail = why => postMessage({failed: `The simulator failed (${why}). Reload the page.`});

async function load() {
  const answer = await fetch("simulator.wasm");
  if (!answer.ok) throw new Error(`simulator.wasm: ${answer.status} ${answer.statusText}`);
  const {instance} = await WebAssembly.instantiate(await answer.arrayBuffer(), go.importObject);
  go.run(instance).then(() => fail("it ended"), e => fail(e.message)); // it only ends after a fault
  postMessage({ready: true});
}

load().catch(e => fail(e.message));
onmessage = ({data}) => {
  simulate(data, (done, of) => postMessage({done, of})).then(page => postMessage({page}), faults => postMessage({faults}));
};
