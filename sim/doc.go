// Package sim is the contract between a run and what takes part in it: levers, arrivals and
// observers.
//
//   - Levers decide: Admission, Gateway, Health, Order, Router, Batcher, Allocator. Each has a
//     method that decides, and a name.
//   - A View is what a lever sees. It cannot change the fleet.
//   - A Fact is one thing that happened. Observers see every fact, in order.
//   - A Window holds the observations between two instants. Allocators see the last finished
//     window.
//   - A Setup holds all inputs of a run. Equal setups give equal runs.
//
// Package sim/engine runs a Setup. Policies and metrics import this package, not the engine.
package sim
