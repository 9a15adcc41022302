// The page: a scenario on the left, its report on the right. The simulator works in worker.js, so
// that the page stays usable.
"use strict";
const at = id => document.getElementById(id);
const loading = at("status").value;
let worker;

// begin starts a simulator that waits for a scenario.
function begin() {
  at("run").disabled = true;
  worker = new Worker("worker.js");
  worker.onmessage = ({data}) => receive(data);
  worker.onerror = e => receive({failed: `The simulator failed (${e.message}). Reload the page.`});
}

// receive shows what the simulator says.
function receive(m) {
  if (m.ready) {
    at("run").disabled = false;
    if (at("status").value === loading) at("status").value = "";
    at("status").dataset.ready = "true";
  } else if (m.of) {
    at("progress").max = m.of;
    at("progress").value = m.done;
    at("status").value = `${m.done} of ${m.of} runs`;
  } else if (m.failed) {
    end(m.failed);
    at("run").disabled = true;
  } else if (m.page) {
    show({page: m.page});
    end("");
  } else {
    show({faults: m.faults});
    end("The scenario cannot be run.");
  }
}

// show shows a report, faults, or nothing.
function show({page, faults}) {
  at("hint").hidden = true;
  at("report").hidden = !page;
  at("faults").hidden = !faults;
  if (page) at("report").srcdoc = page;
  at("faults").textContent = faults ?? "";
}

// end makes the page ready for the next run.
function end(status) {
  at("run").disabled = false;
  at("stop").disabled = true;
  at("progress").hidden = true;
  at("status").value = status;
}

at("run").onclick = () => {
  at("run").disabled = true;
  at("stop").disabled = false;
  at("progress").hidden = false;
  at("progress").removeAttribute("value");
  at("status").value = "running";
  worker.postMessage(at("text").value);
};

at("stop").onclick = () => {
  worker.terminate();
  end("Stopped.");
  begin();
};

fetch("scenarios.json").then(r => r.json()).then(list => {
  for (const s of list) at("shipped").add(new Option(s.Name));
  const take = () => { at("text").value = list[at("shipped").selectedIndex].Text; };
  at("shipped").onchange = take;
  at("shipped").value = "quickstart";
  take();
}).catch(e => { at("status").value = `The scenarios cannot be loaded: ${e.message}`; });
begin();
