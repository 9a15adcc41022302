// The worker: loads the simulator, and runs one scenario after the other.
"use strict";
importScripts("loader.js");
const go = new Go();
fetch("simulator.wasm").then(r => r.arrayBuffer()).then(b => WebAssembly.instantiate(b, go.importObject)).then(({instance}) => {
  go.run(instance);
  postMessage({ready: true});
});
onmessage = ({data}) => {
  simulate(data, (done, of) => postMessage({done, of})).then(page => postMessage({page}), faults => postMessage({faults}));
};
