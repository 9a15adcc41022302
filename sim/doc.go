// Package sim is the contract between a run and what takes part in it: levers, arrivals and
// observers.
//
//   - Levers decide: Admission, Order, Router, Batcher, Allocator. Each is one method that decides,
//     and a name.
//   - A View is what a lever sees. It cannot change the fleet.
//   - A Fact is one thing that happened. Observers see every fact, in order.
//   - A Window is what was observed between two instants. Allocators see the last finished one.
//   - A Setup is everything that a run is a pure function of.
//
// Package sim/engine carries a Setup out. Policies and metrics need this package alone.
package sim
