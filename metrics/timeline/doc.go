// Package timeline writes what the machines of a run did, instant by instant, in the Trace Event
// Format (JSON object form), which Perfetto and chrome://tracing show.
//
//   - The first process is the run. Its thread has an instant event for each decision of the
//     allocator. Its counters are the load, the queue, and the ready and planned replicas of each
//     model.
//   - Each machine is a process. Its first thread has slices for boots and failures.
//   - Each replica is a thread of its machine. It has a slice for the load of the weights and one
//     for the time in which it is up. In the second lie the batches, or the runs of steps of an LLM
//     engine. A replica with several slots has a thread for each slot that it has used.
//
// Times are in microseconds. Slices on a thread are disjoint, or one lies in the other.
//
// Source: Google, "Trace Event Format": events of the phases X (complete), i (instant), C (counter)
// and M (metadata).
package timeline
